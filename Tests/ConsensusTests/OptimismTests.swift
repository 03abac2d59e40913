import Cryptography
import Testing
import Wire

@testable import Consensus

/// Tips that a leader orders before they have a proof.
struct OptimismTests {
    private static func network(losing isLost: @escaping (PeerMessage, Int, Int) -> Bool = { _, _, _ in false })
        -> Network
    {
        var network = Network(4)
        network.weather = Network.Weather(delay: 10...10, sync: 0...0)
        network.passes = { message, from, to in !isLost(message, from, to) }
        network.startAll()
        network.run(for: 20)
        return network
    }

    private func proposals(in network: Network) -> [SignedProposal] {
        network.nodes.flatMap(\.sent).compactMap { if case .proposal(let signed) = $0.message { signed } else { nil } }
    }

    private func proofs(in network: Network) -> Int {
        network.nodes.flatMap(\.sent).count { if case .proof = $0.message { true } else { false } }
    }

    // MARK: Leaders

    @Test(arguments: [(owner: 1, delays: 3), (owner: 0, delays: 4)])
    func anItemIsFinalAfterThreeDelaysOnTheLeadersLaneAndFourOnOthers(owner: Int, delays: UInt64) {
        var network = Self.network()
        network.submit([[1]], to: owner)
        network.run(for: delays * 10 - 5)
        #expect(network.nodes.allSatisfy { $0.items.isEmpty })
        network.run(for: 10)
        #expect(network.nodes.allSatisfy { $0.items == [[1]] })
        network.run(for: 100)
        #expect(owner == 0 || proofs(in: network) == 0, "the votes said it all")
    }

    @Test func whereNobodyTakesChancesOnlyProofsAreOrdered() {
        var settings = ConsensusSettings()
        settings.takesOptimisticTips = false
        var network = Network(4, settings: settings)
        network.startAll()
        for number in 0..<20 {
            network.submit([[UInt8(number)]], to: number % 4)
            network.run(for: 100)
        }
        #expect(network.nodes.allSatisfy { $0.items.count == 20 })
        #expect(proposals(in: network).allSatisfy { $0.block.cut.allSatisfy { !$0.isOptimistic } })
    }

    @Test func whereFewLookIntoEachCarOnlyProofsAreOrdered() {
        var settings = ConsensusSettings()
        settings.itemsReadByAll = 0
        var network = Network(4, settings: settings)
        network.startAll()
        network.submit([[1]], to: 0)
        network.run(for: 500)
        #expect(network.nodes.allSatisfy { $0.items == [[1]] })
        #expect(proposals(in: network).allSatisfy { $0.block.cut.allSatisfy { !$0.isOptimistic } })
    }

    @Test func aLaneThatCostAVoterAFetchIsOrderedByProofsForSixtyFourViews() {
        var network = Self.network { message, from, to in
            if case .car = message { from == 0 && to == 3 } else { false }
        }
        // With one gone, validator 3 must vote.
        network.crash(2)
        var number: UInt8 = 0
        while network.nodes[0].machine.view < 80 {
            network.submit([[number]], to: 0)
            number += 1
            network.run(for: 200)
        }
        network.run(for: 5000)
        let chances = proposals(in: network).map(\.block).filter { block in
            block.view % 4 == 1 && block.cut.contains { $0.isOptimistic && $0.lane == 0 }
        }
        let views = Set(chances.map(\.view)).sorted()
        #expect(views.count == 2 && views[1] > views[0] + 64, "views \(views)")
        #expect(network.nodes[1].machine.counters.lanesDemoted == 2)
        #expect([0, 1, 3].allSatisfy { network.nodes[$0].items.count == Int(number) })
    }

    // MARK: Voters

    private let genesis = ChainPoint.genesis(
        of: Keys.committee(4), at: Timestamp(milliseconds: Network.epochStart))

    private func cars(_ count: Int, lane: ValidatorIndex) -> [Car] {
        var cars: [Car] = []
        for position in 0..<count {
            let tip = cars.last.map { Tip(position: $0.position, hash: $0.hash) } ?? .origin
            cars.append(
                Car(
                    epoch: 1, lane: lane, after: tip, items: [[UInt8(position)]],
                    sealedAt: Timestamp(milliseconds: Network.epochStart)))
        }
        return cars
    }

    private func fork(lane: ValidatorIndex) -> Car {
        Car(
            epoch: 1, lane: lane, after: .origin, items: [[9, 9]],
            sealedAt: Timestamp(milliseconds: Network.epochStart))
    }

    /// Validator 1 leads view 1 and has no process; the others hold the cars of `lane` and hear of a block that orders them up to the last.
    private func votes(
        lane: ValidatorIndex, cars count: Int, proof: Int? = nil, below: ProofOfAvailability? = nil,
        giving given: Int? = nil
    ) -> [Vote?] {
        var network = Network(4)
        network.watch.liars = [1]
        for index in [0, 2, 3] { network.start(index) }
        network.run(for: 20)
        let cars = cars(count, lane: lane)
        let below = below ?? proof.map { Keys.proof(cars[$0], by: [1, 2]) }
        let change = TipChange(optimistic: Ack(cars[count - 1]), above: below)
        let block = Block(
            epoch: 1, view: 1, after: genesis, cut: [change],
            timestamp: Timestamp(milliseconds: Network.epochStart + 20))
        for index in [0, 2, 3] where index != lane {
            for car in cars.prefix(given ?? count) { network.inject(.car(Keys.car(car)), from: lane, to: index) }
        }
        for index in [0, 2, 3] { network.inject(.proposal(Keys.proposal(block, by: 1)), from: 1, to: index) }
        network.run(for: 100)
        return [0, 2, 3].map { index in
            let own = network.nodes[index].sent.compactMap { sent in
                if case .vote(let signed) = sent.message, signed.vote.view == 1 { signed.vote } else { nil }
            }
            return own.first
        }
    }

    @Test func aVoterVouchesForTwoCarsOfTheLeaderAndNoMore() {
        #expect(votes(lane: 1, cars: 1).allSatisfy { $0?.kind == .notarize })
        #expect(votes(lane: 1, cars: 2).allSatisfy { $0?.kind == .notarize })
        #expect(votes(lane: 1, cars: 3).allSatisfy { $0?.kind == .nullify })
        #expect(votes(lane: 1, cars: 3, proof: 0).allSatisfy { $0?.kind == .notarize }, "above the proof it is two")
        #expect(votes(lane: 1, cars: 4, proof: 0).allSatisfy { $0?.kind == .nullify })
    }

    @Test func aProofOfAnotherCarAtTheTipsPlaceIsNoProofBelowIt() {
        #expect(
            votes(lane: 1, cars: 1, below: Keys.proof(fork(lane: 1), by: [1, 2])).allSatisfy { $0?.kind == .nullify })
    }

    @Test func aVoterThatDoesNotHoldATipWaits() {
        #expect(votes(lane: 1, cars: 1, giving: 0).allSatisfy { $0 == nil })
        #expect(votes(lane: 1, cars: 2, giving: 1).allSatisfy { $0 == nil })
    }

    // MARK: Layout

    @Test func aTipIsAProofOrNoSignaturesAndTheProofBelow() throws {
        let cars = cars(2, lane: 2)
        let below = Keys.proof(cars[0], by: [0, 2])
        let certified = TipChange(below)
        #expect(certified.encoded() == below.encoded() && !certified.isOptimistic)
        let ack = Ack(cars[1])
        let unproven = ack.encoded() + [UInt8](repeating: 0, count: 16)
        #expect(TipChange(optimistic: ack, above: nil).encoded() == unproven + [0])
        #expect(TipChange(optimistic: ack, above: below).encoded() == unproven + [1] + below.encoded())
        for change in [certified, TipChange(optimistic: ack, above: nil), TipChange(optimistic: ack, above: below)] {
            let read = try TipChange(decoding: change.encoded())
            #expect(read == change)
        }
    }

    @Test func aTipHasOneEncoding() {
        let cars = cars(2, lane: 2)
        let (ack, proof) = (Ack(cars[1]), Keys.proof(cars[1], by: [0, 2]))
        let unproven = ack.encoded() + [UInt8](repeating: 0, count: 16)
        for bytes in [unproven + [2], unproven + [1] + proof.encoded(), unproven + [1] + unproven] {
            #expect(throws: WireError.self) { try TipChange(decoding: bytes) }
        }
    }

    @Test func aProofBelowATipIsOfItsLaneAndGood() {
        let committee = Keys.committee(4)
        let (cars, others) = (cars(2, lane: 2), cars(2, lane: 3))
        let ack = Ack(cars[1])
        #expect(TipChange(optimistic: ack, above: nil).verifies(in: committee))
        #expect(TipChange(optimistic: ack, above: Keys.proof(cars[0], by: [0, 2])).verifies(in: committee))
        #expect(!TipChange(optimistic: ack, above: Keys.proof(cars[0], by: [2])).verifies(in: committee))
        #expect(!TipChange(optimistic: ack, above: Keys.proof(others[0], by: [0, 2])).verifies(in: committee))
        #expect(!TipChange(optimistic: Ack(cars[0]), above: Keys.proof(cars[1], by: [0, 2])).verifies(in: committee))
    }
}
