import Testing

@testable import Consensus

@Suite struct LeaderTurnsTests {
    @Test func whoMissesTurnsIsWaitedForEverMoreSeldom() {
        var turns = LeaderTurns(members: 4)
        #expect(turns.patience(with: 2, delay: 100) == 200)
        let patience = (1...9).map { _ in
            turns.missed(by: 2)
            turns.blockWasFinalized()
            return turns.patience(with: 2, delay: 100)
        }
        #expect(patience == [100, 100, 0, 100, 0, 0, 0, 100, 0])
        #expect(turns.patience(with: 1, delay: 100) == 200)
        turns.made(by: 2)
        #expect(turns.patience(with: 2, delay: 100) == 200)
    }

    @Test func nobodyIsCutShortWhereNothingGoesOn() {
        var turns = LeaderTurns(members: 4)
        for leader in [0, 1, 2] { turns.missed(by: leader) }
        #expect(turns.patience(with: 0, delay: 100) == 100)
        turns.missed(by: 3)
        #expect(turns.patience(with: 0, delay: 100) == 200)
        turns.blockWasFinalized()
        #expect(turns.patience(with: 0, delay: 100) == 100)
    }

    @Test func aDeadValidatorCostsTheOthersLittle() {
        var network = Network(4)
        network.startAll()
        network.run(for: 1000)
        network.crash(3)
        var ordered = 0
        for number in 0..<60 as Range<UInt8> {
            network.submit([[number]], to: Int(number % 3))
            network.run(for: 100)
            ordered = network.nodes[0].items.count
        }
        // Waiting 2 D for each of its turns would order one item in four views, each of more than 300 ms.
        #expect(ordered >= 55)
    }
}
