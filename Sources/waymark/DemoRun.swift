import Foundation
import Server
import Telemetry

/// One run of a demo, from the first process to the last audit.
struct DemoRun {
    private let options: DemoCommand
    private let committee: DemoCommittee
    private let map: MapFile
    private let outage: Outage?

    init(_ options: DemoCommand, _ committee: DemoCommittee, _ map: MapFile, outage: Outage?) {
        self.options = options
        self.committee = committee
        self.map = map
        self.outage = outage
    }

    func run() async throws -> DemoReport {
        Terminal.write("waymark: starting \(options.validators) validators\n")
        try await committee.start()
        Terminal.write("waymark: page on http://127.0.0.1:\(options.http)/\n")
        let authority = try SecretFile.signingKey(committee.folder.authorityPath)
        let fleet = try options.fleet.fleet(committee.file, authority: authority, map: map)
        await fleet.start()
        try await watch(fleet)
        await fleet.park()
        try revive()
        await fleet.waitForReceipts()
        let summary = await fleet.summary()
        await fleet.stop()
        let headsEqual = await committee.waitForEqualHeads(seconds: 30)
        let entries = committee.status(0)?.size ?? 0
        await committee.stop()
        fleet.loop.stop()
        return try report(summary, headsEqual: headsEqual, entries: entries)
    }

    /// Drives for the whole duration, showing once a second how things are.
    private func watch(_ fleet: Fleet) async throws {
        var dashboard = Dashboard(committee: committee, options: options)
        let start = Date()
        for second in 1...options.fleet.duration {
            try await Task.sleep(until: .now + .seconds(max(0, Double(second) + start.timeIntervalSinceNow)))
            try await suffer(second)
            dashboard.show(second: second, await fleet.summary())
        }
    }

    /// Kills and revives the validator of the outage when its time has come.
    private func suffer(_ second: Int) async throws {
        guard let outage else { return }
        let validator = committee.validators[outage.validator]
        if second == outage.second, let process = validator.identifier {
            Terminal.write("waymark: kill -9 of validator \(outage.validator + 1)\n")
            Foundation.kill(process, SIGKILL)
        }
        if second == outage.second + Outage.secondsDown, !validator.isRunning {
            Terminal.write("waymark: validator \(outage.validator + 1) starts again\n")
            try validator.start()
        }
    }

    /// Starts the validator of the outage, should its time not have come: the end wants all of them.
    private func revive() throws {
        guard let outage, !committee.validators[outage.validator].isRunning else { return }
        try committee.validators[outage.validator].start()
    }

    private func report(_ summary: FleetSummary, headsEqual: Bool, entries: UInt64) throws -> DemoReport {
        let complaints = try committee.audit()
        let lessons = try DemoLessons(committee)
        let routes = summary.learnedRouteErrors
        return DemoReport(
            validators: options.validators, vehicles: options.fleet.vehicles, durationS: options.fleet.duration,
            seed: options.fleet.seed, reportsSent: summary.counters.reportsSubmitted,
            reportsAcknowledged: summary.counters.reportsAcknowledged, reportsRefused: summary.counters.reportsRefused,
            telemetryVerified: summary.counters.telemetryAcknowledged, entries: entries,
            hazardsPlanted: summary.planted, hazardsPassed: summary.passed, hazardsSensedByThree: summary.sensedByThree,
            hazardsConfirmed: summary.confirmed, hazardsMissed: summary.missed, ghostsConfirmed: summary.ghosts,
            receiptP50Ms: summary.receipts.value(at: 0.5), receiptP99Ms: summary.receipts.value(at: 0.99),
            headsEqual: headsEqual, auditPassed: complaints.isEmpty, attackers: summary.attackers,
            modelVersions: lessons.versions, accuracyFirst: lessons.accuracyFirst, accuracyLast: lessons.accuracyLast,
            accuracyLastPlainMean: lessons.accuracyPlainMean,
            travelTimeErrorFirst: routes.freeFlow, travelTimeErrorLast: routes.learned,
            routeStretches: routes.stretches, reroutes: summary.reroutes,
            updatesSent: summary.counters.updatesSubmitted, updatesCounted: summary.counters.updatesAcknowledged,
            updateBytesPerVehicle: summary.updateBytes, potholesPerceived: summary.perceived.all,
            potholesPerceivedRightly: summary.perceived.rightly, modelsVerified: lessons.areVerified,
            cpuSeconds: ProcessorTime.total(), complaints: complaints + lessons.complaints + summary.faults)
    }
}

/// The demo's live picture in a terminal.
struct Dashboard {
    private let committee: DemoCommittee
    private let options: DemoCommand
    private var terminal = Terminal()
    private var attestedBefore = 0.0
    private var committedBefore = 0.0

    init(committee: DemoCommittee, options: DemoCommand) {
        self.committee = committee
        self.options = options
    }

    mutating func show(second: Int, _ fleet: FleetSummary) {
        guard Terminal.isInteractive else { return }
        committee.readLearning()
        let statuses = committee.validators.indices.map { committee.status($0) }
        let metrics = committee.validators.indices.map { committee.metrics($0) }
        let attested = metrics.reduce(0) { $0 + $1.sum("waymark_observations_attested_total") }
        let committed = metrics.map { $0.sum("waymark_observations_committed_total") }.max() ?? 0
        let heights = statuses.map { $0.map { Format.count($0.height) } ?? "down" }.joined(separator: " ")
        let head = statuses.compactMap { $0 }.max { $0.size < $1.size }
        terminal.draw([
            "  \(second) s of \(options.fleet.duration) s",
            "  vehicles      \(Format.count(fleet.connected)) connected of \(Format.count(options.fleet.vehicles))",
            "  reports       \(Format.count(fleet.counters.reportsSubmitted)) sent, \(Format.count(fleet.counters.reportsAcknowledged)) acknowledged",
            "  telemetry     \(Format.count(fleet.counters.telemetryAcknowledged)) verified",
            "  observations  \(Int(max(0, attested - attestedBefore)))/s attested, \(Int(max(0, committed - committedBefore)))/s committed",
            "  log           \(Format.count(head?.size ?? 0)) entries, root \(head?.root.prefix(16) ?? "–")",
            "  consensus     view \(Format.count(head?.view ?? 0)), blocks \(heights)",
            "  hazards       \(fleet.known) known, \(fleet.confirmed) of \(fleet.planted) planted confirmed, \(fleet.ghosts) ghosts",
            "  rounds        \(committee.learning.map(\.line).joined(separator: "; "))",
            "  versions      \(versions(fleet))",
            "  receipts      p50 \(Format.milliseconds(fleet.receipts.value(at: 0.5))), p99 \(Format.milliseconds(fleet.receipts.value(at: 0.99)))",
        ])
        attestedBefore = attested
        committedBefore = committed
    }

    /// How many vehicles run which version of each model.
    private func versions(_ fleet: FleetSummary) -> String {
        LearnedModel.allCases.map { model in
            let running = (fleet.running[model] ?? [:]).sorted { ($0.value, $0.key) > ($1.value, $1.key) }.prefix(2)
            let counts = running.map { "\($0.value) on \("\($0.key)".prefix(8))" }.joined(separator: ", ")
            return "\(model.name) \(counts)"
        }.joined(separator: "; ")
    }
}
