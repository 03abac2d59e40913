import Cryptography
import Testing
import Wire

@_spi(Simulation) @testable import Consensus

/// Who looks into a car where items are many.
struct InspectingTests {
    private static func network(_ n: Int = 4, audits: Int = 0) -> Network {
        var settings = ConsensusSettings()
        settings.itemsReadByAll = 0
        settings.auditsPer65536 = audits
        var network = Network(n, settings: settings)
        network.startAll()
        network.run(for: 20)
        return network
    }

    private func acks(in network: Network) -> [SignedAck] {
        network.nodes.flatMap(\.sent).compactMap { if case .ack(let ack) = $0.message { ack } else { nil } }
    }

    private func car(_ items: [[UInt8]], sealedAt: Timestamp) -> Car {
        Car(epoch: 1, lane: 0, after: .origin, items: items, sealedAt: sealedAt)
    }

    @Test(arguments: [4, 7]) func fOfTheOthersAcknowledgeACarAndTheyTakeTurns(n: Int) {
        var network = Self.network(n)
        for number in 0..<60 {
            network.submit([[UInt8(number)]], to: 0)
            network.run(for: 20)
        }
        network.run(for: 1000)
        let byCar = Dictionary(grouping: acks(in: network)) { $0.ack.position }
        let f = Keys.committee(n).f
        #expect(byCar.count == 60)
        #expect(byCar.values.allSatisfy { Set($0.map(\.signer)).count == f })
        #expect(Set(acks(in: network).map(\.signer)) == Set(1..<n), "everybody has a turn")
        #expect(network.nodes.allSatisfy { $0.items.count == 60 })
        #expect(network.nodes.allSatisfy { $0.machine.counters.carsInspectedLate == 0 })
    }

    @Test func withFewItemsEverybodyLooks() {
        var network = Network(4)
        network.startAll()
        network.run(for: 20)
        network.submit([[1]], to: 0)
        network.run(for: 500)
        #expect(Set(acks(in: network).map(\.signer)) == [1, 2, 3])
    }

    @Test func aSecondOfManyItemsMakesThemTakeTurns() {
        var network = Network(4)
        network.startAll()
        network.run(for: 20)
        for number in 0..<300 {
            network.submit((0..<8).map { [UInt8($0), UInt8(number & 0xFF), UInt8(number >> 8)] }, to: 0)
            network.run(for: 2)
        }
        network.run(for: 1000)
        let byCar = Dictionary(grouping: acks(in: network)) { $0.ack.position }.values.map {
            Set($0.map(\.signer)).count
        }
        #expect(byCar.contains(3) && byCar.contains(1))
        #expect(network.nodes.allSatisfy { $0.items.count == 2400 })
    }

    @Test func othersStandInForWhoIsSilentAboutACar() {
        var network = Self.network()
        // Validator 1, whose turn it is, votes and acknowledges nothing.
        network.passes = { message, from, _ in
            if case .ack = message { from != 1 } else { true }
        }
        network.submit([[1]], to: 0)
        network.run(for: 150)
        #expect(network.nodes[0].attested.isEmpty)
        network.run(for: 500)
        #expect(network.nodes[0].attested.count == 1)
        #expect(network.nodes[2].machine.counters.carsInspectedLate == 1)
        #expect(network.nodes[3].machine.counters.carsInspectedLate == 0, "one proof is enough")
    }

    @Test func whoIsAbsentIsPassedOver() {
        var network = Self.network()
        network.crash(1)
        // While views pass without it, it becomes absent.
        for number in 0..<40 {
            network.submit([[UInt8(number)]], to: 2)
            network.run(for: 200)
        }
        let before = network.nodes.map(\.machine.counters.carsInspectedLate)
        for number in 0..<20 {
            network.submit([[UInt8(number), 1]], to: 0)
            network.run(for: 100)
        }
        #expect(network.nodes.map(\.machine.counters.carsInspectedLate) == before)
        #expect(network.nodes[0].attested.count == 20)
    }

    @Test func anInvalidCarIsNoBetterForBeingUnread() {
        var network = Self.network()
        network.watch.liars = [0]
        let invalid = Keys.car(car([[1], [0xFF]], sealedAt: Timestamp(milliseconds: Network.epochStart)))
        for index in 1...3 { network.inject(.car(invalid), from: 0, to: index) }
        network.run(for: 3000)
        #expect(acks(in: network).isEmpty)
        for node in network.nodes[1...3] {
            #expect(node.evidence == [.invalidCar(CarClaim(invalid), items: invalid.car.items)])
        }
    }

    @Test func theSampleConvictsThoseWhoVouchedForAnInvalidCar() {
        var network = Self.network(audits: 1 << 16)
        network.watch.liars = [0, 1]
        let invalid = Keys.car(car([[1], [0xFF]], sealedAt: Timestamp(milliseconds: Network.epochStart)))
        // It is the first other's turn, and that one lies with the owner.
        for index in 2...3 { network.inject(.car(invalid), from: 0, to: index) }
        for index in 2...3 { network.inject(.proof(Keys.proof(invalid.car, by: [0, 1])), from: 0, to: index) }
        network.run(for: 50)
        let ack = Keys.ack(invalid.car, by: 1)
        for node in network.nodes[2...3] {
            #expect(
                Set(node.evidence) == [
                    .invalidCar(CarClaim(invalid), items: invalid.car.items),
                    .invalidAck(ack, invalid.car.header, items: invalid.car.items),
                ])
            #expect(node.machine.counters.carsAudited == 1)
        }
    }

    @Test func withoutTheSampleNobodyLooksAtWhatIsProven() {
        var network = Self.network()
        network.watch.liars = [0, 1]
        let invalid = Keys.car(car([[1], [0xFF]], sealedAt: Timestamp(milliseconds: Network.epochStart)))
        network.inject(.car(invalid), from: 0, to: 2)
        network.inject(.proof(Keys.proof(invalid.car, by: [0, 1])), from: 0, to: 2)
        network.run(for: 1000)
        #expect(network.nodes[2].evidence.isEmpty)
    }
}
