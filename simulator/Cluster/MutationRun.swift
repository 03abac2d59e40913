/// A planted bug, and the seeds that it takes until a run fails: the test of the simulator itself.
public struct MutationRun: Sendable {
    /// The bug.
    public let bug: String
    /// Runs until it was found, that one included; nil where it never was.
    public let seedsNeeded: UInt64?
    /// What the run that found it says.
    public let failure: String?

    /// Runs seeds 1, 2, … in short storms until one fails, `limit` at most.
    public init(of bug: String, limit: UInt64) {
        self.bug = bug
        var options = ClusterOptions()
        options.stormMilliseconds = 30_000
        options.calmMilliseconds = 60_000
        options.realOneIn = 1000
        precondition(options.plant(bug), "the bug is one that can be planted")
        for seed in 1...limit {
            var run = ClusterRun(seed: seed, options: options)
            run.run()
            guard let failure = run.failure else { continue }
            (seedsNeeded, self.failure) = (seed, failure)
            return
        }
        (seedsNeeded, failure) = (nil, nil)
    }
}
