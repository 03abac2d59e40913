import Testing

@testable import Consensus

/// Storms of which nothing is known but the seed; `Watch` looks at every event of theirs.
@Suite struct ChaosTests {
    @Test(arguments: 1...3 as ClosedRange<UInt64>) func fourAgreeAfterAStorm(seed: UInt64) {
        expectConvergence(Chaos(4, seed: seed))
    }

    @Test(arguments: [11]) func sevenAgreeAfterAStorm(seed: UInt64) {
        expectConvergence(Chaos(7, seed: seed))
    }

    @Test(arguments: 41...43 as ClosedRange<UInt64>) func oneAloneGoesOnAfterAnyCrash(seed: UInt64) {
        expectConvergence(Chaos(1, seed: seed))
    }

    /// One validator runs twice with one key, and its two lives tell different validators different things.
    @Test(arguments: 21...23 as ClosedRange<UInt64>) func threeAgreeDespiteATwin(seed: UInt64) {
        var random = Random(seed: seed)
        let liar = random.below(4)
        let others = (0..<4).filter { $0 != liar }
        let first = Set(others.filter { _ in random.chance(permille: 600) } + [liar])
        let second = Set(others.filter { _ in random.chance(permille: 600) } + [4])
        expectConvergence(Chaos(4, seed: seed, twins: [liar: (first, second)]))
    }

    @Test func aRunIsAFunctionOfItsSeed() {
        func journals() -> [[Record]] {
            var chaos = Chaos(4, seed: 31)
            chaos.rage(for: 3000)
            return chaos.network.nodes.map(\.journal)
        }
        #expect(journals() == journals())
    }

    private func expectConvergence(_ storm: Chaos) {
        var chaos = storm
        chaos.rage(for: 8000)
        chaos.heal()
        let isHealed = chaos.converges(within: 60_000)
        #expect(isHealed, "seed \(chaos.network.seed): \(chaos.network.nodes.map(\.machine.deliveredHeight))")
        for node in chaos.network.nodes { JournalRules.check(node) }
    }
}
