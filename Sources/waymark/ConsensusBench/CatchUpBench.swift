import ArgumentParser
import Foundation
import Server

/// How long a validator that was away takes to be where the others are, while they go on at their limit.
struct CatchUpBench: AsyncParsableCommand {
    /// What the others still have.
    enum Way: String, ExpressibleByArgument, CaseIterable {
        /// Their journals reach back to where it stopped: it executes every block.
        case history
        /// They do not: it takes over state and log.
        case state
    }

    static let configuration = CommandConfiguration(
        commandName: "catch-up", abstract: "Bring back a validator that was away.",
        discussion: """
            Starts four real validators on loopback and stops the last one. The others commit reports until the log has so many entries more; with
            --from state they then cut their journals, which takes up to a minute. Then, while clients keep them at their limit, the last one
            starts again. It has caught up when it serves a head of the size that the first one served a moment before.
            """)

    @Option(help: "Entries of the log that it has missed, at least.") var entries = 1_000_000
    @Option(help: "What the others still have: history or state.") var from = Way.state
    @Option(help: "Reports under way, over all clients.") var outstanding = 1200
    @Option(help: "Observations of a report, 1 to 64.") var observations = 16
    @Option(help: "First port; each validator takes four.") var port = 7600
    @Flag(help: "Print one JSON object.") var json = false

    private static let validators = 4
    private static let limitSeconds = 600.0

    func validate() throws {
        try OptionBounds.check([
            ("entries", entries, 1...100_000_000), ("outstanding", outstanding, 3...100_000),
            ("observations", observations, 1...64),
        ])
    }

    func run() async throws {
        let plan = CommitteeFolder.Plan(
            origin: "waymark.local/bench", validators: Self.validators, firstPort: port,
            httpPort: port + 4 * Self.validators)
        let report = try await DemoCommittee.bench(plan, prepare: { if from == .state { try keepNoJournal($0) } }) {
            try await measure($0)
        }
        try report.print(json: json)
    }

    private func keepNoJournal(_ folder: CommitteeFolder) throws {
        for index in 0..<Self.validators {
            let path = folder.configurationPath(index)
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try Data(text.replacing("journal_kept_mib: 1024", with: "journal_kept_mib: 0").utf8)
                .write(to: URL(fileURLWithPath: path))
        }
    }

    private func measure(_ committee: DemoCommittee) async throws -> BenchReport {
        let away = Self.validators - 1
        committee.validators[away].terminate()
        await committee.validators[away].stop()
        let stopped = committee.status(0)?.size ?? 0
        try await withLoad(on: committee) { _ in
            while (committee.status(0)?.size ?? 0) - stopped < entries { try await Task.sleep(for: .milliseconds(200)) }
        }
        if from == .state { try await waitForCut(committee) }
        let missed = (committee.status(0)?.size ?? 0) - stopped
        var times: (alone: Double, meanwhile: Double, seconds: Double, cpu: Double)?
        try await withLoad(on: committee) { load in
            // The load settles first; then the three that are left are counted for a while.
            try await Task.sleep(for: .seconds(4))
            let alone = try await rate(of: load) { try await Task.sleep(for: .seconds(8)) }
            let (busy, began) = (committee.processorSeconds, Self.now)
            try committee.validators[away].start()
            let meanwhile = try await rate(of: load) { try await waitUntilCaughtUp(committee, away) }
            times = (alone, meanwhile, Self.now - began, committee.processorSeconds - busy)
        }
        guard let times else { throw Failure("nothing was measured") }
        guard await committee.waitForEqualHeads(seconds: 30) else { throw Failure("validators serve different heads") }

        var report = BenchReport(
            bench: "catch-up", command: CommandLine.arguments.joined(separator: " "), seed: 0,
            inputs: [
                "validators": Self.validators, "outstanding": outstanding, "observations": observations,
                "history": from == .history ? 1 : 0,
            ])
        report.add("missed_entries", Double(missed), "1")
        report.add("caught_up_s", times.seconds, "s")
        report.add("states_adopted", committee.metrics(away).sum("waymark_states_adopted_total"), "1")
        report.add("observations_per_second_without_it", times.alone * Double(observations), "1/s")
        report.add("observations_per_second_meanwhile", times.meanwhile * Double(observations), "1/s")
        report.add("throughput_ratio", times.meanwhile / times.alone, "1")
        report.add("validators_cpu_s", times.cpu, "s")
        return report
    }

    /// Keeps the others at their limit while `body` runs.
    private func withLoad(on committee: DemoCommittee, _ body: (ReportLoad) async throws -> Void) async throws {
        let authority = EnrolmentAuthority(
            key: try SecretFile.signingKey(committee.folder.authorityPath), chain: try committee.file.chain())
        let load = ReportLoad(
            on: try committee.folder.doors(of: Self.validators - 1), authority, observations: observations,
            outstanding: outstanding)
        let running = Task { try await load.run() }
        do {
            try await body(load)
        } catch {
            running.cancel()
            throw error
        }
        await load.end()
        try await running.value
    }

    /// Reports a second while `body` runs.
    private func rate(of load: ReportLoad, _ body: () async throws -> Void) async throws -> Double {
        let (before, began) = (await load.acknowledged, Self.now)
        try await body()
        return Double(await load.acknowledged - before) / (Self.now - began)
    }

    /// Until it serves what the first validator served a moment before.
    private func waitUntilCaughtUp(_ committee: DemoCommittee, _ away: Int) async throws {
        let began = Self.now
        while true {
            if let goal = committee.status(0)?.size, let size = committee.status(away)?.size, size >= goal { return }
            guard Self.now - began < Self.limitSeconds else { throw Failure("it does not catch up in ten minutes") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func waitForCut(_ committee: DemoCommittee) async throws {
        let first = (0..<Self.validators - 1).map { "\(committee.folder.validatorPath($0))/journal/0000000001.journal" }
        let began = Self.now
        while first.contains(where: { FileManager.default.fileExists(atPath: $0) }) {
            guard Self.now - began < 120 else { throw Failure("the journals are not cut in two minutes") }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }
}
