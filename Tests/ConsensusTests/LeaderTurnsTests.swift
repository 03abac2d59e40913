import Testing

@testable import Consensus

@Suite struct LeaderTurnsTests {
    @Test func whoMissesTurnsIsWaitedForEverMoreSeldom() {
        var turns = LeaderTurns(members: 4)
        #expect(turns.patience(with: 2, isHeard: true, delay: 100) == 200)
        let patience = (1...9).map { _ in
            turns.missed(by: 2)
            turns.blockWasFinalized()
            return turns.patience(with: 2, isHeard: true, delay: 100)
        }
        #expect(patience == [100, 100, 0, 100, 0, 0, 0, 100, 0])
        #expect(turns.patience(with: 1, isHeard: true, delay: 100) == 200)
        turns.made(by: 2)
        #expect(turns.patience(with: 2, isHeard: true, delay: 100) == 200)
    }

    @Test func whoIsNotHeardEitherIsNotWaitedFor() {
        var turns = LeaderTurns(members: 4)
        #expect(turns.patience(with: 2, isHeard: false, delay: 100) == 200, "it has not missed a turn yet")
        for _ in 1...4 {
            turns.missed(by: 2)
            #expect(turns.patience(with: 2, isHeard: false, delay: 100) == 0)
            turns.blockWasFinalized()
        }
        #expect(turns.patience(with: 2, isHeard: true, delay: 100) == 100, "it is back")
    }

    @Test func nobodyIsCutShortWhereNothingGoesOn() {
        var turns = LeaderTurns(members: 4)
        for leader in [0, 1, 2] { turns.missed(by: leader) }
        #expect(turns.patience(with: 0, isHeard: true, delay: 100) == 100)
        turns.missed(by: 3)
        #expect(turns.patience(with: 0, isHeard: true, delay: 100) == 200)
        turns.blockWasFinalized()
        #expect(turns.patience(with: 0, isHeard: true, delay: 100) == 100)
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

    @Test func aValidatorThatIsBackLeadsAgain() {
        var network = Network(4)
        network.startAll()
        network.run(for: 1000)
        network.crash(3)
        func order(_ count: Int) {
            for number in 0..<count {
                network.submit(
                    [[UInt8(number), UInt8(network.now & 0xFF), UInt8(network.now >> 8 & 0xFF)]], to: number % 3)
                network.run(for: 100)
            }
        }
        order(30)
        network.start(3)
        let before = network.nodes[3].machine.counters.proposals
        order(40)
        #expect(network.nodes[3].machine.counters.proposals >= before + 3)
    }
}
