import Cluster
import Foundation

/// What one run came to.
struct ClusterReport: Encodable {
    var seed: UInt64
    var faults: String
    var signatures: String
    var events: UInt64
    var frames: UInt64
    var syncs: UInt64
    var crashes: UInt64
    var strikes: UInt64
    var reports: UInt64
    var convictions: UInt64
    var snapshots: UInt64
    var adoptions: UInt64
    var epochs: UInt64
    var simulated_s: Double
    var agreed_after_s: Double?
    var fork: String?
    var named: [Int]?
    var failure: String?
    var command: String?
    var digest: String

    init(_ run: ClusterRun, command: String?) {
        let counts = run.cluster.counts
        seed = run.seed
        faults = run.cluster.plan.description
        signatures = run.cluster.hasRealSignatures ? "ed25519" : "simulated"
        (events, frames, syncs) = (counts.events, counts.frames, counts.syncs)
        (crashes, strikes, reports) = (counts.crashes, counts.strikes, counts.reports)
        convictions = counts.convictions
        snapshots = counts.snapshots
        adoptions = counts.adoptions
        epochs = counts.epochs
        simulated_s = Double(run.cluster.time) / 1000
        agreed_after_s = run.agreedAfterMilliseconds.map { Double($0) / 1000 }
        (fork, named) = (run.fork?.breach, run.fork?.named)
        failure = run.failure
        self.command = command
        digest = run.cluster.digest
    }

    var text: String {
        var lines = [
            "\(Format.count(events)) events, \(Format.count(frames)) frames, \(Format.count(syncs)) syncs, "
                + "\(crashes) crashes, \(strikes) strikes, \(Format.count(reports)) reports, \(convictions) convictions in \(simulated_s) s"
        ]
        if let agreed_after_s { lines.append("healed, and all agreed after \(agreed_after_s) s") }
        if let fork, let named {
            lines.append("too many lied: \(fork); the journals name \(named.map(String.init).joined(separator: ", "))")
        }
        if let failure { lines.append("FAILED: \(failure)") }
        if let command { lines.append("the least that fails: \(command)") }
        return (lines + ["digest \(digest)"]).joined(separator: "\n")
    }
}

/// What is kept of one run among many.
struct ClusterOutcome: Sendable {
    let seed: UInt64
    let failure: String?
    /// Whether too many lied and the log forked.
    let isForked: Bool
    let events: UInt64
    let simulatedSeconds: Double

    init(seed: UInt64, options: ClusterOptions) {
        var run = ClusterRun(seed: seed, options: options)
        run.run()
        self.seed = seed
        failure = run.failure
        isForked = run.fork != nil
        events = run.cluster.counts.events
        simulatedSeconds = Double(run.cluster.time) / 1000
    }
}

/// Many runs together.
struct ClusterTally {
    private(set) var runs: UInt64 = 0
    private(set) var failed: [UInt64] = []
    /// Runs in which too many lied and the log forked, the guilty being named.
    private var forks: UInt64 = 0
    private var events: UInt64 = 0
    private var simulatedSeconds = 0.0
    /// The least commands that fail, of the first that did.
    var commands: [String] = []

    mutating func add(_ outcome: ClusterOutcome) {
        runs += 1
        if outcome.isForked { forks += 1 }
        if outcome.failure != nil { failed.append(outcome.seed) }
        events += outcome.events
        simulatedSeconds += outcome.simulatedSeconds
    }

    func progress(of total: UInt64, since start: Date) -> String {
        let width: UInt64 = 40
        let done = Int(runs * width / max(1, total))
        let bar = String(repeating: "█", count: done) + String(repeating: "░", count: Int(width) - done)
        let speed = simulatedSeconds / max(0.001, Date().timeIntervalSince(start))
        return "\(bar) \(Format.count(runs)) of \(Format.count(total)), \(failed.count) failed, "
            + "\(Format.count(Int(speed))) × real time"
    }

    func report(_ seeds: SeedRange, seconds: Double) -> Report {
        Report(
            seeds: "\(seeds.first)..\(seeds.last)", runs: runs, failed: failed.sorted(), forks: forks, events: events,
            simulated_s: simulatedSeconds.rounded(), seconds: seconds,
            times_real_time: (simulatedSeconds / max(0.001, seconds)).rounded(), commands: commands)
    }

    /// The same for programs and people.
    struct Report: Encodable {
        var seeds: String
        var runs: UInt64
        var failed: [UInt64]
        var forks: UInt64
        var events: UInt64
        var simulated_s: Double
        var seconds: Double
        var times_real_time: Double
        var commands: [String]

        var text: String {
            var lines = [
                "seeds \(seeds): \(Format.count(runs)) runs, \(failed.count) failed, \(Format.count(events)) events, "
                    + "\(Format.count(Int(simulated_s))) s simulated in \(Format.decimal(seconds)) s "
                    + "(\(Format.count(Int(times_real_time))) × real time)"
            ]
            if forks > 0 { lines.append("\(Format.count(forks)) forks, the guilty of each named but where it failed") }
            if !failed.isEmpty { lines.append("failed: \(failed.map(String.init).joined(separator: ", "))") }
            lines += commands.map { "the least that fails: \($0)" }
            return lines.joined(separator: "\n")
        }
    }
}
