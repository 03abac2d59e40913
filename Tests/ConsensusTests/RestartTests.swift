import Testing
import Wire

@testable import Consensus

@Suite struct RestartTests {
    @Test func aRestartedValidatorSaysTheSameAgainAndNothingElse() {
        var network = Network(4)
        for index in 0..<2 { network.start(index) }
        network.submit([[1]], to: 0)
        // Two of four get as far as votes that no quorum answers.
        network.run(for: 10_000)
        let before = statements(of: network.nodes[0])
        network.crash(0)
        let mark = network.nodes[0].sent.count
        let view = network.nodes[0].machine.view
        network.start(0)
        network.run(for: 5000)
        #expect(network.nodes[0].machine.view == view)
        let after = Set(network.nodes[0].sent[mark...].map(\.message).filter(isStatement))
        #expect(!after.isEmpty)
        #expect(after.isSubset(of: before), "byte for byte what was said before")
    }

    private func statements(of node: Node) -> Set<PeerMessage> {
        Set(node.sent.map(\.message).filter(isStatement))
    }

    private func isStatement(_ message: PeerMessage) -> Bool {
        switch message {
        case .car, .ack, .proposal, .vote: true
        default: false
        }
    }

    @Test func allStopAtOnceAndGoOn() {
        var network = Network(4)
        network.startAll()
        for round in 0..<8 {
            network.submit([[UInt8(round)]], to: round % 4)
            network.run(for: 20)
        }
        for index in 0..<4 { network.crash(index) }
        let attested = network.nodes.map(\.attested)
        network.startAll()
        let isDone = network.run(atMost: 20_000) { network in
            network.nodes.allSatisfy { node in
                let hashes = Set(node.finalized.flatMap { $0.cars.map(\.hash) })
                return attested.joined().allSatisfy { hashes.contains($0.hash) }
            }
        }
        #expect(isDone, "what was attested is in the log")
    }

    @Test func restoringDeliversTheSameBlocksAgain() throws {
        var network = Network(4)
        network.startAll()
        for round in 0..<10 {
            network.submit([[UInt8(round)]], to: round % 4)
            network.run(for: 60)
        }
        let node = network.nodes[2]
        var machine = Consensus(
            committee: network.committee, me: 2, genesisTime: .init(milliseconds: Network.epochStart))
        var blocks: [FinalizedBlock] = []
        for record in node.journal {
            for effect in try machine.restore(Record(decoding: record.encoded())) {
                guard case .finalized(let block) = effect else { Issue.record("\(effect) while restoring"); continue }
                blocks.append(block)
            }
        }
        #expect(blocks.map(\.hash) == node.finalized.map(\.hash))
        #expect(blocks.map(\.cars) == node.finalized.map(\.cars))
        #expect(machine.view == node.machine.view)
    }

    @Test func everyJournalFollowsTheTableOfWhatIsDurableBeforeWhat() {
        for seed in 1...3 as ClosedRange<UInt64> {
            var chaos = Chaos(4, seed: 100 + seed)
            chaos.rage(for: 8000)
            for node in chaos.network.nodes { JournalRules.check(node) }
        }
    }

    @Test func aJournalThatContradictsItselfIsRefused() throws {
        func machine() -> Consensus { Consensus(committee: Keys.committee(4), me: 0) }
        func signed(_ vote: Vote) -> Record { .signed(Keys.sign(.vote(vote), by: 0)) }
        let hash = Keys.chain
        var both = machine()
        _ = try both.restore(signed(Vote(.nullify, epoch: 1, view: 3, hash: .zero)))
        #expect(throws: RestoreError.contradiction(view: 3)) {
            try both.restore(signed(Vote(.finalize, epoch: 1, view: 3, hash: hash)))
        }
        var foreign = machine()
        #expect(throws: RestoreError.foreign) {
            try foreign.restore(signed(Vote(.nullify, epoch: 2, view: 3, hash: .zero)))
        }
        var hollow = machine()
        #expect(throws: RestoreError.missingBlock(height: 1)) {
            try hollow.restore(.finalized(FinalizedRecord(height: 1, hash: hash)))
        }
        var broken = machine()
        let car = Car(
            epoch: 1, lane: 0, after: Tip(position: 4, hash: hash), items: [], sealedAt: .init(milliseconds: 0))
        #expect(throws: RestoreError.brokenLane(position: 5)) {
            try broken.restore(.signed(Keys.sign(.ownCar(car), by: 0)))
        }
        let other = Car(epoch: 1, lane: 1, after: .origin, items: [[1]], sealedAt: .init(milliseconds: 0))
        let rival = Car(epoch: 1, lane: 1, after: .origin, items: [[2]], sealedAt: .init(milliseconds: 0))
        _ = try broken.restore(.signed(Keys.sign(.ack(Ack(other)), by: 0)))
        #expect(throws: RestoreError.conflictingAck(lane: 1, position: 1)) {
            try broken.restore(.signed(Keys.sign(.ack(Ack(rival)), by: 0)))
        }
    }

    /// Four validators have ordered four items of validator 0, one a block, whose journal is then cut to `kept` records.
    private func networkOfOneThatForgets(keeping kept: (Int) -> Int) -> Network {
        var network = Network(4)
        network.startAll()
        for item in 1...4 as ClosedRange<UInt8> {
            network.submit([[item]], to: 0)
            _ = network.run(atMost: 2000) { network in network.nodes.allSatisfy { $0.items.count == item } }
        }
        network.crash(0)
        network.nodes[0].journal = Array(network.nodes[0].journal.prefix(kept(network.nodes[0].journal.count)))
        return network
    }

    @Test func aLostJournalIsNoticedAndTheLaneBeginsAnew() {
        var network = networkOfOneThatForgets { _ in 0 }
        let before = network.nodes[1].machine.view
        network.start(0)
        #expect(network.run(atMost: 10_000) { $0.nodes[0].items.count == 4 })
        #expect(network.nodes[0].machine.counters.memoriesLost == 1)
        #expect(network.nodes[0].machine.silentThrough > before)
        network.submit([[5]], to: 0)
        #expect(network.run(atMost: 20_000) { network in network.nodes.allSatisfy { $0.items.count == 5 } })
        #expect(network.nodes[0].machine.own.tip.position >> CarHeader.incarnationShift > 0)
    }

    @Test func aJournalThatWasSetBackIsNoticed() {
        var network = networkOfOneThatForgets { $0 / 2 }
        network.start(0)
        network.submit([[5]], to: 0)
        #expect(network.run(atMost: 20_000) { network in network.nodes.allSatisfy { $0.items.count == 5 } })
        #expect(network.nodes[0].machine.counters.memoriesLost == 1)
    }

    @Test func aWholeJournalForgetsNothing() {
        var network = networkOfOneThatForgets { $0 }
        network.start(0)
        network.submit([[5]], to: 0)
        #expect(network.run(atMost: 20_000) { network in network.nodes.allSatisfy { $0.items.count == 5 } })
        #expect(network.nodes[0].machine.counters.memoriesLost == 0)
        #expect(network.nodes[0].machine.silentThrough == 0)
    }

    @Test func everyStartBeginsAnotherLifeOfTheLane() {
        var network = networkOfOneThatForgets { $0 }
        var lives: [UInt64] = [network.nodes[0].machine.own.tip.position >> CarHeader.incarnationShift]
        for start in 0..<3 as Range<UInt8> {
            network.start(0)
            network.submit([[5 + start]], to: 0)
            let count = Int(5 + start)
            #expect(network.run(atMost: 30_000) { network in network.nodes.allSatisfy { $0.items.count == count } })
            lives.append(network.nodes[0].machine.own.tip.position >> CarHeader.incarnationShift)
            network.crash(0)
        }
        #expect(lives[0] == 0 && Set(lives).count == lives.count, "\(lives)")
    }

    @Test func whoHasForgottenWaitsForAQuorumOfOthers() {
        var network = networkOfOneThatForgets { _ in 0 }
        network.crash(3)
        network.start(0)
        #expect(!network.run(atMost: 20_000) { $0.nodes[0].machine.counters.memoriesLost > 0 })
        network.start(3)
        #expect(network.run(atMost: 20_000) { $0.nodes[0].machine.counters.memoriesLost > 0 })
    }
}
