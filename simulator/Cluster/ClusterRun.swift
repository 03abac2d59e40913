import Consensus
import Models
import Replica

/// A whole run: things go wrong for a while, then all is healed and the honest must agree.
public struct ClusterRun: Sendable {
    /// The seed.
    public let seed: UInt64
    /// The world.
    public private(set) var cluster: Cluster
    /// When, after the healing, all honest validators agreed and nothing was left undone; nil before.
    public private(set) var agreedAfterMilliseconds: UInt64?
    /// Where more validators lie than the others bear: what broke, and whom the journals of the honest name.
    public private(set) var fork: (breach: String, named: [Int])?
    /// What is wrong, in words; nil while nothing is.
    public private(set) var failure: String?

    /// The run of a seed, before it has begun.
    public init(seed: UInt64, options: ClusterOptions = ClusterOptions()) {
        self.seed = seed
        cluster = Cluster(seed: seed, options: options)
    }

    /// Runs both phases. `observe` is given the trace as it grows, where the options keep it.
    public mutating func run(observe: ([String]) -> Void = { _ in }) {
        cluster.begin()
        pass(cluster.options.stormMilliseconds, observe) { _ in false }
        cluster.calm()
        let healedAt = cluster.now
        pass(cluster.options.calmMilliseconds, observe) { $0.unsettled == nil }
        guard !cluster.isOverwhelmed else {
            fork = cluster.breach.map { ($0, cluster.accused.sorted()) }
            failure = cluster.misjudged
            return
        }
        failure = cluster.breach ?? cluster.unsettled
        if failure == nil { agreedAfterMilliseconds = cluster.now - healedAt }
    }

    private mutating func pass(
        _ milliseconds: UInt64, _ observe: ([String]) -> Void, until isDone: (Cluster) -> Bool
    ) {
        let end = cluster.now + milliseconds
        while cluster.now < end, cluster.breach == nil, !isDone(cluster) {
            cluster.run(for: 250)
            let lines = cluster.takeTrace()
            if !lines.isEmpty { observe(lines) }
        }
    }
}

extension Cluster {
    /// Starts all processes, the vehicles, and what goes wrong.
    mutating func begin() {
        for index in processes.indices { start(index) }
        scheduleStrikes()
        agenda.add(.sighting, at: now + 10)
        agenda.add(.retry, at: now + 500)
        for index in processes.indices where processes[index].attack != nil { agenda.add(.provoke(index), at: 100) }
    }

    /// What the honest validators have not finished, in words; nil where they agree, every report has its receipt, and all that was attested
    /// is ordered.
    var unsettled: String? {
        let epoch = oracle.epoch
        let honest = processes.filter { process in
            process.isHonest && towns[Int(epoch) - 1].index(of: process.validator) != nil
        }
        guard honest.allSatisfy({ $0.epoch == epoch && $0.replica.end == nil }) else {
            return "the honest validators are in epochs \(honest.map(\.epoch)) of \(epoch)"
        }
        let heights = honest.map(\.replica.height)
        guard let height = heights.first, height > 0, heights.allSatisfy({ $0 == height }) else {
            return "the honest validators are at heights \(heights)"
        }
        let published = honest.map { $0.replica.published?.head.height ?? 0 }
        guard published.allSatisfy({ $0 == height }) else {
            return "heads are published to heights \(published) of \(height)"
        }
        guard vehicles.pending.isEmpty else {
            return "\(vehicles.pending.count) reports have no receipt"
        }
        if let lost = attested.first(where: { $0.epoch == epoch && !oracle.hasOrdered($0.car) }) {
            return "a car of validator \(lost.validator) was attested and is not in the log"
        }
        return nil
    }
}
