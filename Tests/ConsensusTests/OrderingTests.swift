import Testing
import Wire

@testable import Consensus

@Suite struct OrderingTests {
    @Test(arguments: [1, 2, 3, 4, 7]) func whatIsSubmittedIsDeliveredByAll(n: Int) {
        var network = Network(n)
        network.startAll()
        for index in 0..<n { network.submit([[UInt8(index)]], to: index) }
        let isDone = network.run(atMost: 2000) { $0.nodes.allSatisfy { $0.items.count == n } }
        #expect(isDone)
        #expect(Set(network.nodes[0].items) == Set((0..<n).map { [UInt8($0)] }))
        #expect(network.nodes.allSatisfy { $0.attested.count == 1 && $0.attested[0].itemCount == 1 })
    }

    @Test func everyMessageSurvivesItsEncoding() {
        var network = Network(4)
        network.isTranscoding = true
        network.startAll()
        for round in 0..<20 {
            network.submit([[UInt8(round)]], to: round % 4)
            network.run(for: 30)
        }
        let isDone = network.run(atMost: 2000) { $0.nodes.allSatisfy { $0.items.count == 20 } }
        #expect(isDone)
    }

    @Test(arguments: [4, 7]) func aQuorumGoesOnWithoutTheCrashed(n: Int) {
        var network = Network(n)
        for index in 0..<network.committee.quorum { network.start(index) }
        for round in 0..<12 {
            network.submit([[UInt8(round)]], to: round % network.committee.quorum)
            network.run(for: 500)
        }
        let isDone = network.run(atMost: 30_000) { $0.nodes[0].items.count == 12 }
        #expect(isDone)
        #expect(network.nodes[0].machine.counters.viewsNullified > 0, "silent leaders' views end without a block")
    }

    @Test func lessThanAQuorumOrdersNothing() {
        var network = Network(4)
        for index in 0..<2 { network.start(index) }
        network.submit([[1]], to: 0)
        network.run(for: 20_000)
        #expect(network.nodes[0].attested.count == 1, "two hold it, which is f + 1")
        #expect(network.nodes[0].finalized.isEmpty)
        network.start(2)
        let isDone = network.run(atMost: 20_000) { network in
            network.nodes.prefix(3).allSatisfy { $0.items == [[1]] }
        }
        #expect(isDone)
    }

    @Test func lanesTakeTurnsWithinABlock() {
        let cars = (0..<3).map { lane in
            (0..<3 as Range<UInt64>).map { offset in
                Keys.car(
                    Car(
                        epoch: 1, lane: lane, after: Tip(position: offset, hash: .zero), items: [],
                        sealedAt: .init(milliseconds: 0)))
            }
        }
        let segments = [
            Segment(cars: Array(cars[0].prefix(1))), Segment(cars: cars[1], isVoid: true), Segment(cars: cars[2]),
        ]
        #expect(
            Segment.executionOrder(segments) == [cars[0][0], cars[2][0], cars[2][1], cars[2][2]],
            "the void segment is nobody's")
    }

    @Test func aLaneThatNobodyAcknowledgesHoldsItsVehiclesBack() {
        var network = Network(4)
        network.start(0)
        var accepted: UInt8 = 0
        while network.nodes[0].machine.canAccept, accepted < 100 {
            network.submit([[UInt8](repeating: accepted, count: 64 << 10)], to: 0)
            accepted += 1
            network.run(for: 5)
        }
        #expect(network.nodes[0].machine.carsInFlight == 8, "W cars wait for their proof")
        #expect(accepted == 8 + 16, "and a mebibyte waits to be sealed")
        for index in 1..<4 { network.start(index) }
        let isDone = network.run(atMost: 20_000) { $0.nodes[0].items.count == Int(accepted) }
        #expect(isDone)
        #expect(network.nodes[0].machine.canAccept)
    }

    @Test func whatWaitsTooLongForACarIsGivenBackOnceAndNeverSealed() {
        var network = Network(4)
        network.start(0)
        // One car an item, until the window is full and the rest waits behind it.
        for number in 0..<12 as Range<UInt8> {
            network.submit([[number]], to: 0)
            network.run(for: 10)
        }
        #expect(network.nodes[0].machine.carsInFlight == 8)
        network.run(for: 3500)
        #expect(network.nodes[0].expired.isEmpty)
        network.run(for: 1000)
        #expect(network.nodes[0].expired == [[8], [9], [10], [11]])
        for index in 1..<4 { network.start(index) }
        network.run(for: 20_000)
        #expect(network.nodes[0].expired.count == 4)
        #expect(network.nodes[0].items == (0..<8).map { [$0] })
    }

    @Test func manyItemsShareACarAndLargeOnesFillIt() {
        var network = Network(1)
        network.start(0)
        for number in 0..<100 as Range<UInt8> { network.submit([[number]], to: 0) }
        network.submit([[UInt8](repeating: 7, count: 100 << 10)], to: 0)
        _ = network.run(atMost: 1000) { $0.nodes[0].items.count == 101 }
        #expect(network.nodes[0].attested.map(\.itemCount).reduce(0, +) == 101)
        #expect(network.nodes[0].attested.count <= 2)
        let before = network.nodes[0].attested.count
        for number in 0..<5 as Range<UInt8> { network.submit([[UInt8](repeating: number, count: 100 << 10)], to: 0) }
        _ = network.run(atMost: 1000) { $0.nodes[0].items.count == 106 }
        #expect(network.nodes[0].attested.dropFirst(before).allSatisfy { $0.itemCount <= 2 }, "a car ends at 256 KiB")
    }

    @Test func whatIsSubmittedTogetherStandsTogetherAndNothingTwice() throws {
        var machine = Consensus(committee: Keys.committee(1), me: 0)
        let now = Moment(instant: Instant(milliseconds: 1), timestamp: Timestamp(milliseconds: 1))
        var effects: [ConsensusEffect] = []
        for event in [.start, .submit([[9], [1]]), .submit([[9], [2]])] as [ConsensusEvent] {
            effects += machine.take(event, at: now)
        }
        effects += machine.settle(at: now)
        let cars = effects.compactMap { effect -> [[UInt8]]? in
            if case .sign(.ownCar(let car)) = effect { car.items } else { nil }
        }
        #expect(cars == [[[9], [1], [2]]])
    }
}
