import Testing

@testable import Cluster

/// Whole committees through storms that nothing is known of but the seed.
@Suite struct ClusterRunTests {
    private func options(_ edit: (inout ClusterOptions) -> Void = { _ in }) -> ClusterOptions {
        var options = ClusterOptions()
        options.stormMilliseconds = 20_000
        edit(&options)
        return options
    }

    private func run(_ seed: UInt64, _ options: ClusterOptions) -> ClusterRun {
        var run = ClusterRun(seed: seed, options: options)
        run.run()
        return run
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>) func theHonestAgreeAfterAStorm(seed: UInt64) {
        let run = run(seed, options())
        #expect(run.failure == nil, "seed \(seed): \(run.cluster.plan)")
    }

    @Test func whereTooManyLieTheLogForksAndTheGuiltyAreNamed() {
        let options = options {
            $0.liars = 2
            $0.attack = .twin
        }
        var forks = 0
        for seed in 1...12 as ClosedRange<UInt64> {
            let run = run(seed, options)
            #expect(run.failure == nil, "seed \(seed): \(run.failure ?? "")")
            guard let fork = run.fork else { continue }
            forks += 1
            #expect(Set(fork.named) == Set(run.cluster.plan.liars.keys), "seed \(seed): \(fork.breach)")
        }
        #expect(forks > 0, "two twins of four can always make two quorums")
    }

    @Test func aRunIsAFunctionOfItsSeed() {
        let (first, second) = (run(7, options()), run(7, options()))
        #expect(first.cluster.digest == second.cluster.digest)
        #expect(first.cluster.counts == second.cluster.counts)
        #expect(run(8, options()).cluster.digest != first.cluster.digest)
    }
}
