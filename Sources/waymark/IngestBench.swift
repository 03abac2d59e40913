import ArgumentParser
import EventLoop
import Foundation
import Server
import VehicleKit
import Wire

/// How much a committee on one machine takes in: reports to verified receipts, then telemetry to acknowledgements.
struct IngestBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest", abstract: "Drive reports and telemetry to the limit.",
        discussion: """
            Starts validators as processes and real vehicles in this one, each with so many reports under way: the next leaves
            when a receipt has come back and been checked. Everything shares this machine's cores, vehicles included.
            """)

    @Option(help: "Validators, 1 to 15.") var validators = 4
    @Option(help: "Vehicles, 1 to 5,000. A vehicle may commit ten reports a second.") var vehicles = 400
    @Option(help: "Reports, then telemetry messages, that each vehicle has under way, 1 to 64.") var window = 4
    @Option(help: "Seconds to measure each, after five of warming up.") var duration = 15
    @Option(help: "First port; each validator takes four.") var port = 7400
    @Option(help: "Port of the first validator's page.") var http = 8180
    @Option(help: "Seed of the vehicles' jitter.") var seed: UInt64 = 1
    @Flag(help: "Print one JSON object.") var json = false

    private static let warmUpSeconds = 5

    func validate() throws {
        guard (1...15).contains(validators), (1...5000).contains(vehicles), (1...64).contains(window),
            (1...3600).contains(duration)
        else { throw ValidationError("a number is out of its range: see --help") }
    }

    func run() async throws {
        let plan = CommitteeFolder.Plan(
            origin: "waymark.local/bench", validators: validators, firstPort: port, httpPort: http)
        try await DemoCommittee.bench(plan) { try await measure($0) }.print(json: json)
    }

    private func measure(_ committee: DemoCommittee) async throws -> BenchReport {
        let loop = try EventLoop.spawn(name: "bench")
        let authority = EnrolmentAuthority(
            key: try SecretFile.signingKey(committee.folder.authorityPath), chain: try committee.file.chain())
        let access = try CommitteeAccess(
            loop: loop, gateways: try committee.file.gateways(), policy: try committee.file.policy())
        let identities = (0..<vehicles).map { _ in authority.enrol(.generate(), from: .now(), days: 1) }
        let load = LoadFleet(identities: identities, committee: access, window: window, seed: seed)
        await load.start()
        var report = BenchReport(
            bench: "ingest", command: CommandLine.arguments.joined(separator: " "), seed: seed,
            inputs: ["validators": validators, "vehicles": vehicles, "window": window, "duration_s": duration])
        let reports = try await phase(.reports, load, committee)
        addReports(reports, to: &report)
        let telemetry = try await phase(.telemetry, load, committee)
        addTelemetry(telemetry, to: &report)
        await load.stop()
        loop.stop()
        return report
    }

    private func phase(_ kind: LoadFleet.Kind, _ load: LoadFleet, _ committee: DemoCommittee) async throws -> Interval {
        if Terminal.isInteractive {
            Terminal.write("waymark: \(kind), \(Self.warmUpSeconds) s of warming up and \(duration) s of measuring\n")
        }
        await load.drive(kind)
        try await Task.sleep(for: .seconds(Self.warmUpSeconds))
        await load.forgetLatencies()
        let before = try await Reading(committee, load)
        try await Task.sleep(for: .seconds(duration))
        let after = try await Reading(committee, load)
        let receipts = await load.latencies
        await load.drive(nil)
        return Interval(before: before, after: after, receipts: receipts)
    }

    private func addReports(_ interval: Interval, to report: inout BenchReport) {
        let count = interval.difference { Double($0.counters.reportsAcknowledged) }
        report.add("reports_per_s", count / interval.seconds, "1/s")
        report.add("report_cpu_us", interval.cpu / count * 1e6, "us")
        report.add("report_validators_cpu_us", interval.validatorsCPU / count * 1e6, "us")
        report.add("receipt_p50_ms", interval.receipts.value(at: 0.5), "ms")
        report.add("receipt_p99_ms", interval.receipts.value(at: 0.99), "ms")
        report.add("reports_refused", interval.difference { Double($0.counters.reportsRefused) }, "1")
        report.add("blocks_per_s", interval.difference(\.blocks) / interval.seconds, "1/s")
        report.add("journal_syncs_per_s", interval.difference(\.syncs) / interval.seconds, "1/s")
        report.add("journal_bytes_per_report", interval.difference(\.journalBytes) / count, "B")
        report.add("reports_cpu_share_percent", interval.cpu / interval.seconds / ProcessorTime.cores * 100, "%")
        report.add("validator_resident_mib", interval.after.residentBytes / 1_048_576, "MiB")
    }

    private func addTelemetry(_ interval: Interval, to report: inout BenchReport) {
        let count = interval.difference { Double($0.counters.telemetryAcknowledged) }
        report.add("telemetry_per_s", count / interval.seconds, "1/s")
        report.add("telemetry_cpu_us", interval.cpu / count * 1e6, "us")
        report.add("telemetry_validators_cpu_us", interval.validatorsCPU / count * 1e6, "us")
        report.add("telemetry_cpu_share_percent", interval.cpu / interval.seconds / ProcessorTime.cores * 100, "%")
    }
}

/// Everything that a bench compares, at one moment.
private struct Reading {
    let time = Date()
    let cpu: Double
    let validatorsCPU: Double
    let counters: VehicleCounters
    let blocks: Double
    let syncs: Double
    let journalBytes: Double
    /// The largest validator's.
    let residentBytes: Double

    init(_ committee: DemoCommittee, _ load: LoadFleet) async throws {
        validatorsCPU = committee.processorSeconds
        cpu = validatorsCPU + ProcessorTime.own()
        counters = await load.counters
        let metrics = committee.validators.indices.map { committee.metrics($0) }
        blocks = metrics.map { $0.sum("waymark_blocks_total") }.max() ?? 0
        syncs = metrics.reduce(0) { $0 + $1.sum("waymark_journal_syncs_total") }
        journalBytes = metrics.reduce(0) { $0 + $1.sum("waymark_journal_bytes_total") }
        residentBytes = Double(committee.validators.compactMap(\.residentBytes).max() ?? 0)
    }
}

/// What happened between two readings.
private struct Interval {
    let before: Reading
    let after: Reading
    let receipts: Percentiles

    var seconds: Double { after.time.timeIntervalSince(before.time) }
    var cpu: Double { difference(\.cpu) }
    var validatorsCPU: Double { difference(\.validatorsCPU) }

    func difference(_ value: (Reading) -> Double) -> Double { value(after) - value(before) }
}
