import Testing

@testable import Consensus

@Suite struct IdleTests {
    @Test func whoMissedThatABlockIsFinalHearsItLongBeforeTheNextOne() {
        var network = Network(4)
        network.startAll()
        network.run(for: 600)
        var isLost = true
        network.passes = { message, _, to in
            guard isLost, to == 3 else { return true }
            return switch message {
            case .certificate: false
            case .vote(let signed): signed.vote.kind != .finalize
            default: true
            }
        }
        network.submit([[1]], to: 0)
        network.run(for: 100)
        #expect(network.nodes[0].items.count == 1 && network.nodes[3].items.isEmpty)
        isLost = false
        network.run(for: 1500)
        #expect(network.nodes[3].items.count == 1)
    }

    private func settled() -> Network {
        var network = Network(4)
        network.startAll()
        network.submit([[1]], to: 2)
        _ = network.run(atMost: 2000) { $0.nodes.allSatisfy { $0.items.count == 1 } }
        network.run(for: 1000)
        return network
    }

    @Test func anIdleCommitteeSaysNothing() {
        var network = settled()
        let before = network.nodes.map(\.sent.count)
        network.run(for: 3000)
        #expect(network.nodes.map(\.sent.count) == before)
    }

    @Test func anEmptyBlockEveryFiveSecondsIsAllThatHappens() {
        var network = settled()
        let heights = network.nodes.map(\.machine.deliveredHeight)
        let before = network.nodes.map(\.sent.count)
        network.run(for: 20_000)
        #expect(network.nodes.map(\.machine.deliveredHeight) == heights.map { $0 + 4 })
        // Four blocks: a proposal each from one of four, two votes and two certificates each from all, and nothing else.
        for (node, count) in zip(network.nodes, before) { #expect(node.sent.count - count <= 1 + 4 * 4) }
        #expect(network.nodes.allSatisfy { $0.finalized.suffix(4).allSatisfy(\.cars.isEmpty) })
        #expect(network.nodes.allSatisfy { $0.machine.counters.viewsNullified == 0 })
    }

    @Test func workThatOneKnowsOfReachesASleepingLeader() {
        var network = settled()
        // The first proof is lost to all: only its owner knows that there is something to order.
        var isLost = true
        network.passes = { message, _, _ in if case .proof = message, isLost { false } else { true } }
        network.submit([[2]], to: 3)
        network.run(for: 50)
        isLost = false
        let isDone = network.run(atMost: 3000) { $0.nodes.allSatisfy { $0.items.count == 2 } }
        #expect(isDone)
    }

    @Test func whoComesBackToAnIdleCommitteeIsToldWhereItIs() {
        var network = settled()
        network.crash(3)
        network.run(for: 12_000)
        // Well before the next heartbeat, and nobody has anything to say by itself.
        network.run(for: 500)
        let view = network.nodes[0].machine.view
        network.start(3)
        network.run(for: 300)
        #expect(network.nodes[0].machine.view == view)
        #expect(network.nodes[3].machine.view == view)
        #expect(network.nodes[3].machine.deliveredHeight == network.nodes[0].machine.deliveredHeight)
    }

    @Test func aValidatorThatMissedTheLastCertificateHearsOfTheNextBlock() {
        var network = settled()
        network.passes = { message, _, to in if case .certificate = message, to == 1 { false } else { true } }
        network.submit([[3]], to: 0)
        network.run(for: 100)
        network.passes = { _, _, _ in true }
        let isDone = network.run(atMost: 6000) { $0.nodes.allSatisfy { $0.items.count == 2 } }
        #expect(isDone)
    }
}
