import Testing

@testable import Consensus

@Suite struct ChaosTests {
    @Test(arguments: 1...6 as ClosedRange<UInt64>) func fourAgreeAfterAStorm(seed: UInt64) {
        var chaos = Chaos(4, seed: seed)
        chaos.rage(for: 20_000)
        chaos.heal()
        let isHealed = chaos.converges(within: 60_000)
        #expect(isHealed, "seed \(seed)")
    }
}
