import Testing

@testable import Cluster

/// One validator of four runs twice.
@Suite struct TwinsTests {
    @Test func aNumberNamesOneScenario() {
        #expect(TwinsScenario.count(views: 3) == 262_144)
        let numbers = [0, 1, 63, 64, 4095, 4096, 262_143] as [UInt64]
        #expect(Set(numbers.map { TwinsScenario(number: $0, views: 3) }).count == numbers.count)
        let last = TwinsScenario(number: 262_143, views: 3)
        #expect(last.rounds.allSatisfy { $0.leader == 3 })
        #expect(last.rounds.allSatisfy { $0.carries(from: 0, to: 3) && !$0.carries(from: 0, to: 4) })
    }

    @Test func everyScenarioOfOneViewEndsInAgreement() {
        let tally = TwinsTally(0..<64, of: .all(views: 1))
        #expect(tally.scenarios == 64)
        #expect(tally.failures.isEmpty)
        #expect(tally.blocks >= 2 * 64)
    }

    @Test func aSampleOfEightViewsEndsInAgreement() {
        #expect(TwinsTally(0..<100, of: .sampled(views: 8, masks: false)).failures.isEmpty)
        #expect(TwinsTally(0..<100, of: .sampled(views: 8, masks: true)).failures.isEmpty)
    }

    @Test(arguments: ["quorum-less-one", "finalize-after-nullify", "second-notarize"])
    func aRuleThatIsLeftOutShows(rule: String) {
        #expect(TwinsTally(0..<200, of: .sampled(views: 8, masks: true), planting: rule).failed > 0)
    }
}
