import Cryptography
import Telemetry
import Testing
import Wire

@testable import Consensus
@testable import Replica

/// What convicts a validator becomes an entry, once, and tells nobody what vehicles reported.
@Suite struct ConvictionTests {
    private let committee = Town.committee(of: 1)

    private func claim(_ car: Car) -> CarClaim {
        let message = car.header.signingMessage(chain: Town.chain)
        return CarClaim(SignedCar(car: car, signature: Town.key(1).sign(message)))
    }

    private func car(_ items: [[UInt8]], at position: UInt64 = 3) -> Car {
        Car(
            epoch: 1, lane: 0, after: Tip(position: position - 1, hash: Town.chain), items: items,
            sealedAt: Town.start)
    }

    private func fork(at position: UInt64) -> Evidence {
        .forkedLane(claim(car([[1]], at: position)), claim(car([[2]], at: position)))
    }

    private func item(_ evidence: Evidence) -> [UInt8] { CarItem.evidence(evidence.encoded()).encoded() }

    private func convictions(_ block: ExecutedBlock) -> [EvidenceEntry] {
        block.entries.compactMap { if case .evidence(let entry) = $0 { entry } else { nil } }
    }

    @Test func oneThingIsOneEntry() throws {
        var (ledger, blocks) = (Ledger.town(), Blocks())
        let other = Evidence.forkedLane(claim(car([[3]])), claim(car([[1]])))
        let block = ledger.execute(blocks.next(items: [item(fork(at: 3)), item(other), item(fork(at: 4))])).block
        #expect(convictions(block) == [3, 4].map { EvidenceEntry(validator: 0, evidence: fork(at: $0).encoded()) })
        #expect(convictions(ledger.execute(blocks.next(items: [item(fork(at: 3))])).block).isEmpty)
        let entry = try #require(block.entries.last)
        #expect(try Entry(decoding: entry.encoded()) == entry)
    }

    @Test func aConvictionIsInTheState() {
        var (ledger, other, blocks) = (Ledger.town(), Ledger.town(), Blocks())
        let block = blocks.next(items: [item(fork(at: 3))])
        _ = ledger.execute(block)
        #expect(ledger.stateRoot != other.stateRoot)
        _ = other.execute(block)
        #expect(ledger.stateRoot == other.stateRoot)
    }

    @Test func enoughIsEnough() {
        var (ledger, blocks) = (Ledger.town(), Blocks())
        let items = (1...UInt64(ReplicaLimits.convictionsPerValidator) + 5).map { item(fork(at: 10 + $0)) }
        #expect(
            convictions(ledger.execute(blocks.next(items: items)).block).count == ReplicaLimits.convictionsPerValidator)
        #expect(ledger.hasConvicted(by: fork(at: 500)))
    }

    @Test func theLogDoesNotShowWhatVehiclesReported() throws {
        var (ledger, blocks) = (Ledger.town(), Blocks())
        let report = CarItem.report(try Town.Vehicle(10).report(1).signed).encoded()
        let uncertified = car([report])
        let evidence = Evidence.invalidCar(claim(uncertified), items: uncertified.items)
        let inspector = CarInspector(terms: Town.terms, committee: committee)
        guard case .success = inspector.inspect(items: [item(evidence)], sealedAt: Town.start) else {
            Issue.record("a report without its certificate makes a car invalid")
            return
        }
        let block = ledger.execute(blocks.next(items: [item(evidence)])).block
        let shown = try #require(convictions(block).first)
        #expect(try Evidence(decoding: shown.evidence) == evidence.withoutItems)
        #expect(try Entry(decoding: Entry.evidence(shown).encoded()) == .evidence(shown))
    }

    @Test func whatProvesNothingMakesItsOwnCarInvalid() {
        let inspector = CarInspector(terms: Town.terms, committee: committee)
        let valid = car([])
        let carrier = car([item(fork(at: 9))])
        let worthless: [[UInt8]] = [
            [6], [6, 1, 2, 3], item(.forkedLane(claim(car([[1]])), claim(car([[1]])))),
            item(.invalidCar(claim(valid), items: [])),
            // Whether a car that carries evidence is valid, nobody asks.
            item(.invalidCar(claim(carrier), items: carrier.items)),
        ]
        for bytes in worthless {
            let verdict = inspector.inspect(items: [bytes], sealedAt: Town.start)
            #expect(verdict == .failure(.item(index: 0, .malformed)))
        }
        let verdict = inspector.inspect(items: [item(fork(at: 9))], sealedAt: Town.start)
        #expect(verdict == .success([.evidence(fork(at: 9).encoded())]))
    }
}
