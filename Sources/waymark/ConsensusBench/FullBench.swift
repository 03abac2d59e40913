import Cryptography
import EventLoop
import Foundation
import Server

/// One run of `bench consensus --full`: real validators, which verify every report, sync before they acknowledge or vote, and execute.
struct FullBench {
    let validators: Int
    let outstanding: Int
    let observations: Int
    /// Reports to be signed for each second.
    let rate: Int
    /// Reports a second of an open loop; nil for a closed one.
    let flow: Int?
    let seconds: Int
    /// Whether vehicles report in pairs, and the time until others are warned is measured.
    let warns: Bool
    /// Whether a validator is killed and started again at the end.
    let restarts: Bool
    /// Whether a second committee is measured, in which one validator's disk is slow.
    let slowsDisk: Bool
    let port: Int

    private static let warmUpSeconds = 2

    private struct Reading {
        let time: Double
        let cpu: Double
        let acknowledged: UInt64
        let syncs: Double
    }

    func run() async throws -> BenchReport {
        let plan = CommitteeFolder.Plan(
            origin: "waymark.local/bench", validators: validators, firstPort: port, httpPort: port + 4 * validators)
        var report = try await DemoCommittee.bench(plan) { try await measure($0) }
        addLimit(to: &report)
        if slowsDisk { try await addSlowDisk(plan, to: &report) }
        return report
    }

    /// The same with a fresh committee whose last validator's syncs take a hundred times what one took here: strace makes the system call late.
    private func addSlowDisk(_ plan: CommitteeFolder.Plan, to report: inout BenchReport) async throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/strace") else {
            throw Failure("--slow-disk makes a disk slow with strace: apt-get install strace")
        }
        guard let healthy = report.value("ops_per_second"), let sync = report.value("fdatasync_p50_ms") else { return }
        let delay = 100 * sync
        let tool = [
            "strace", "-D", "-f", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=fdatasync", "-e",
            "inject=fdatasync:delay_exit=\(Int(delay * 1000))",
        ]
        let slow = try await DemoCommittee.bench(plan, tools: [validators - 1: tool]) { try await measure($0) }
        report.add("slow_disk_fdatasync_ms", delay + sync, "ms")
        report.add("slow_disk_ops_per_second", slow.value("ops_per_second"), "1/s")
        report.add("slow_disk_latency_p50_ms", slow.value("latency_p50_ms"), "ms")
        report.add("throughput_ratio", slow.value("ops_per_second").map { $0 / healthy }, "1")
    }

    // MARK: Measuring

    private func measure(_ committee: DemoCommittee) async throws -> BenchReport {
        let loop = try EventLoop.spawn(name: "clients")
        let clients = try clients(of: committee, on: loop)
        await clients.connect(to: try committee.folder.doors(of: validators))
        try await clients.wait("the validators let nobody in") { await clients.isConnected }
        if warns { await clients.follow(over: validators) }
        await clients.introduce()
        try await clients.wait("the vehicles' first reports are not committed") { await clients.isDrained }
        let pump = await start(clients)
        try await Task.sleep(for: .seconds(Self.warmUpSeconds))
        await clients.forgetLatencies()
        let before = await reading(committee, clients)
        let disk = try await SyncProbe(folder: committee.folder.path).run(seconds: seconds)
        let after = await reading(committee, clients)
        pump?.cancel()
        let latencies = await clients.latencies
        try await compareCounts(committee, clients)
        var report = BenchReport(
            bench: "consensus", command: CommandLine.arguments.joined(separator: " "), seed: 0,
            inputs: [
                "validators": validators, "outstanding": outstanding, "observations": observations,
                "seconds": seconds, "full": 1, "flow": flow ?? 0,
            ])
        add(before, after, to: &report)
        report.add("latency_p50_ms", latencies.value(at: 0.5), "ms")
        report.add("latency_p99_ms", latencies.value(at: 0.99), "ms")
        if warns {
            let warnings = await clients.warnings
            report.add("warnings", Double(warnings.count), "1")
            report.add("warned_p50_ms", warnings.value(at: 0.5), "ms")
            report.add("warned_p99_ms", warnings.value(at: 0.99), "ms")
        }
        report.add("fdatasync_p50_ms", disk.value(at: 0.5), "ms")
        loop.stop()
        if restarts { try await addRestart(of: committee, to: &report) }
        return report
    }

    /// Kills the first validator and starts it again: the time until it votes, as its own metrics say twice a second, so up to half a second less.
    private func addRestart(of committee: DemoCommittee, to report: inout BenchReport) async throws {
        let entries = committee.status(0)?.size ?? 0
        committee.validators[0].kill()
        await committee.validators[0].stop()
        let killed = DispatchTime.now().uptimeNanoseconds
        try committee.validators[0].start()
        while committee.metrics(0).sum("waymark_voting") != 1 {
            guard DispatchTime.now().uptimeNanoseconds - killed < 60_000_000_000 else {
                throw Failure("a validator that was killed does not vote again in a minute")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        let elapsed = Double(DispatchTime.now().uptimeNanoseconds - killed) / 1e9
        report.add("log_size_entries", Double(entries), "1")
        report.add("voting_again_s", elapsed, "s")
        guard await committee.waitForEqualHeads(seconds: 10) else { throw Failure("validators serve different heads") }
    }

    /// Sets the load going: a closed loop by itself, an open one by a task that goes on until it is cancelled.
    private func start(_ clients: ReportClients) async -> Task<Void, Never>? {
        guard let flow else {
            await clients.drive(true)
            return nil
        }
        return Task {
            while !Task.isCancelled {
                await clients.keepUp(rate: flow)
                try? await Task.sleep(for: .milliseconds(1))
            }
        }
    }

    private func add(_ before: Reading, _ after: Reading, to report: inout BenchReport) {
        let (elapsed, reports) = (after.time - before.time, Double(after.acknowledged - before.acknowledged))
        report.add("ops_per_second", reports / elapsed, "1/s")
        report.add("observations_per_second", reports * Double(observations) / elapsed, "1/s")
        report.add("cpu_us_per_op", (after.cpu - before.cpu) / reports * 1e6, "us")
        report.add("cpu_share_percent", (after.cpu - before.cpu) / elapsed / ProcessorTime.cores * 100, "%")
        report.add("journal_syncs_per_second", (after.syncs - before.syncs) / elapsed, "1/s")
    }

    /// What the machine could do at most where f + 1 validators check each report's signature, and how near the run came to it.
    private func addLimit(to report: inout BenchReport) {
        let verifications = VerificationRate.perCoreSecond()
        let limit = ProcessorTime.cores * verifications / Double((validators - 1) / 3 + 1)
        let reached = report.value("ops_per_second")
        report.add("ed25519_verifications_per_core_second", verifications, "1/s")
        report.add("ratio_to_limit", reached.map { $0 / limit }, "1")
    }

    private func clients(of committee: DemoCommittee, on loop: EventLoop) throws -> ReportClients {
        let authority = EnrolmentAuthority(
            key: try SecretFile.signingKey(committee.folder.authorityPath), chain: try committee.file.chain())
        // As many sessions a validator as the windows need; and a session may publish 2,000 messages a second.
        let perValidator = max(
            outstanding / validators / ReportClients.sessionWindow + 1, rate / validators / 1000 + 1)
        let reports = SignedReports(
            rate * (seconds + Self.warmUpSeconds), observations: observations, inPairs: warns,
            sessions: validators * perValidator,
            authority: authority)
        return ReportClients(reports, outstanding: outstanding, loop: loop)
    }

    private func reading(_ committee: DemoCommittee, _ clients: ReportClients) async -> Reading {
        let syncs = committee.validators.indices.reduce(0) {
            $0 + committee.metrics($1).sum("waymark_journal_syncs_total")
        }
        return Reading(
            time: Double(DispatchTime.now().uptimeNanoseconds) / 1e9,
            cpu: committee.processorSeconds + ProcessorTime.own(), acknowledged: await clients.acknowledged,
            syncs: syncs)
    }

    /// Lets what is under way be committed; every validator must have committed what the clients were told, and all the same.
    private func compareCounts(_ committee: DemoCommittee, _ clients: ReportClients) async throws {
        await clients.drive(false)
        try await clients.wait("reports are never committed") { await clients.isDrained }
        let told = Double(await clients.acknowledged)
        try await clients.wait("validators have not committed the \(Int(told)) reports that clients were told of") {
            committee.validators.indices.allSatisfy {
                committee.metrics($0).sum("waymark_reports_committed_total") == told
            }
        }
        guard await committee.waitForEqualHeads(seconds: 10) else { throw Failure("validators serve different heads") }
    }
}
