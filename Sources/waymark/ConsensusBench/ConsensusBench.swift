import ArgumentParser
import EventLoop
import Foundation
import Server

/// How many operations a committee on one machine orders, and how fast.
struct ConsensusBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consensus", abstract: "Order operations to the limit.",
        discussion: """
            Starts validators as processes on loopback and clients in this one, with so many operations under way: the next leaves when one is
            final. Everything shares this machine's cores, clients included. --bare is consensus alone: operations are opaque, each an item of a car,
            replicated to all; messages between validators are signed and verified, links are TLS; nothing is executed or written to a disk.
            Operations are counted where clients are told that they are final, and at the end compared with every validator's own count and
            with a digest over the blocks. --full is the real server: operations are reports, signed before the clock starts, verified, synced
            to the disk before acknowledgements and votes, executed, and committed under a cosigned head when they count.
            """)

    @Flag(help: "Consensus alone: no vehicles' signatures, no disk, no execution.") var bare = false
    @Flag(help: "The real server: signed reports, the disk, execution.") var full = false
    @Option(help: "Validators, 1 to 15.") var validators = 4
    @Option(help: "Operations under way, over all clients.") var outstanding = 1600
    @Option(help: "Bytes of an operation, 8 to 4,096.") var payload = 256
    @Option(help: "Observations of a report, 1 to 64 (--full).") var observations = 1
    @Option(help: "Reports to sign for each second, the most that can be measured (--full).") var rate = 8000
    @Option(help: "Reports a second that leave whatever comes back, instead of --outstanding (--full).") var flow: Int?
    @Flag(help: "Vehicles report in pairs; measure when others are warned of what both saw (--flow).") var warnings =
        false
    @Option(help: "Seconds to measure, after two of warming up; at most 15 with --full.") var seconds = 10
    @Flag(help: "Then kill a validator, a leader soon, and measure as long again (--bare).") var killLeader = false
    @Flag(help: "Then stop a validator where it is, and measure as long again (--bare).") var pauseOne = false
    @Flag(help: "Then kill a validator and start it again (--full).") var restart = false
    @Flag(
        help:
            "Then measure a fresh committee of which one has a disk that syncs 100 times slower (--full; needs strace)."
    )
    var slowDisk = false
    @Option(help: "First port; each validator takes four.") var port = 7600
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        guard bare != full else { throw ValidationError("say either --bare or --full") }
        guard flow == nil || full else { throw ValidationError("--flow goes with --full") }
        guard !warnings || flow != nil && observations == 1 else {
            throw ValidationError("--warnings goes with --flow, and one observation a report")
        }
        guard !restart || full else { throw ValidationError("--restart goes with --full") }
        guard !slowDisk || full && !restart else {
            throw ValidationError("--slow-disk goes with --full, and without --restart")
        }
        guard !(killLeader && pauseOne), bare || !killLeader && !pauseOne else {
            throw ValidationError("say --kill-leader or --pause-one, and --bare with it")
        }
        try OptionBounds.check([
            ("validators", validators, 1...15), ("outstanding", outstanding, validators...100_000),
            ("payload", payload, 8...4096), ("observations", observations, 1...64), ("rate", rate, 100...50_000),
            ("flow", flow ?? 1, 1...20_000),
            // A report may be 30 s old when a car takes it.
            ("seconds", seconds, 1...(full ? 15 : 3600)),
        ])
    }

    func run() async throws {
        guard full else { return try await runBare() }
        let bench = FullBench(
            validators: validators,
            outstanding: flow.map { _ in validators * ReportClients.sessionWindow } ?? outstanding,
            observations: observations, rate: flow.map { $0 + 100 } ?? rate, flow: flow, seconds: seconds,
            warns: warnings, restarts: restart, slowsDisk: slowDisk, port: port)
        try await bench.run().print(json: json)
    }

    private func runBare() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("waymark-bench-\(getpid())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let committee = CommitteeFolder(path: folder)
        _ = try committee.create(.init(origin: "waymark.local/bench", validators: validators, firstPort: port))
        let processes = (0..<validators).map { index in
            ValidatorProcess(index: index, folder: committee, words: ["bench", "bare-validator"])
        }
        do {
            for process in processes { try process.start() }
            let report = try await measure(processes, committee)
            for process in processes { process.kill() }
            try report.print(json: json)
        } catch {
            for process in processes { process.kill() }
            throw error
        }
    }

    // MARK: Measuring

    private func measure(_ processes: [ValidatorProcess], _ committee: CommitteeFolder) async throws -> BenchReport {
        let loop = try EventLoop.spawn(name: "clients")
        let clients = BareClients(validators: validators, outstanding: outstanding, payload: payload, loop: loop)
        try await connect(clients, committee)
        await clients.drive(true)
        try await Task.sleep(for: .seconds(2))
        await clients.forgetLatencies()
        let before = await reading(processes, clients)
        try await Task.sleep(for: .seconds(seconds))
        let after = await reading(processes, clients)
        let latencies = await clients.latencies
        var disturbed: (gapMilliseconds: Double, operationsPerSecond: Double)?
        if let disturbance { disturbed = try await measureDisturbed(by: disturbance, processes, clients) }
        let counted = try await countAll(clients)
        loop.stop()

        var report = BenchReport(
            bench: "consensus", command: CommandLine.arguments.joined(separator: " "), seed: 0,
            inputs: [
                "validators": validators, "outstanding": outstanding, "payload": payload, "seconds": seconds, "bare": 1,
            ])
        let (elapsed, operations) = (after.time - before.time, Double(after.acknowledged - before.acknowledged))
        report.add("ops_per_second", operations / elapsed, "1/s")
        report.add("cpu_us_per_op", (after.cpu - before.cpu) / operations * 1e6, "us")
        report.add("latency_p50_ms", latencies.value(at: 0.5), "ms")
        report.add("latency_p99_ms", latencies.value(at: 0.99), "ms")
        report.add("cpu_share_percent", (after.cpu - before.cpu) / elapsed / ProcessorTime.cores * 100, "%")
        report.add("final_in_every_log", Double(counted), "1")
        report.add("gap_ms", disturbed?.gapMilliseconds, "ms")
        report.add("disturbed_ops_per_second", disturbed?.operationsPerSecond, "1/s")
        report.add("throughput_ratio", disturbed.map { $0.operationsPerSecond * elapsed / operations }, "1")
        return report
    }

    struct Reading {
        let time: Double
        let cpu: Double
        let acknowledged: UInt64
    }

    func reading(_ processes: [ValidatorProcess], _ clients: BareClients) async -> Reading {
        let validators = processes.compactMap(\.identifier).compactMap { ProcessorTime.of(process: $0) }
        return Reading(
            time: Double(DispatchTime.now().uptimeNanoseconds) / 1e9,
            cpu: validators.reduce(ProcessorTime.own(), +), acknowledged: await clients.acknowledged)
    }

    private func connect(_ clients: BareClients, _ committee: CommitteeFolder) async throws {
        // The validators listen, and are linked, a moment after their start.
        try await Task.sleep(for: .seconds(2))
        await clients.connect(to: try committee.doors(of: validators))
        try await clients.wait("the validators do not listen") { await clients.isConnected }
    }

    /// Lets what is under way become final; every validator must have counted what the clients were told, and nothing else but what was under
    /// way with a validator that is gone.
    private func countAll(_ clients: BareClients) async throws -> UInt64 {
        await clients.drive(false)
        try await clients.wait("operations are never final") { await clients.isDrained }
        let (told, unknown) = (await clients.acknowledged, await clients.unknown)
        for _ in 0..<30 {
            await clients.askForTallies()
            try await Task.sleep(for: .milliseconds(300))
            let tallies = await clients.tallies
            let isSame = tallies.count == validators - (disturbance == nil ? 0 : 1) && Set(tallies.values).count == 1
            if isSame, tallies.values.allSatisfy({ (told...told + unknown).contains($0.operations) }) { return told }
        }
        let counts = await clients.tallies.sorted { $0.key < $1.key }.map { "\($0.value.operations)" }
        throw Failure("clients were told of \(told) operations, validators count \(counts.joined(separator: ", "))")
    }
}
