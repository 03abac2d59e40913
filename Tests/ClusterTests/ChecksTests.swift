import Telemetry
import Testing
import Wire

@testable import Cluster
@testable import Consensus

/// What the simulated pools find of frames.
@Suite struct ChecksTests {
    private let founding = Town(validators: 4, rota: [0, 1, 2, 3], isReal: false)

    private func car(of items: [[UInt8]], on lane: ValidatorIndex, in town: Town) -> SignedCar {
        let car = Car(
            epoch: town.committee.epoch, lane: lane, after: .origin, items: items, sealedAt: Timestamp(milliseconds: 1))
        let signature = town.sign(.ownCar(car), by: lane).signature
        return SignedCar(car: car, signature: signature)
    }

    private func payload(of car: SignedCar, in town: Town) -> CarPayload? {
        guard case .message(let verified) = Checks(town).verdict(on: .message(.car(car))) else { return nil }
        return verified.payload
    }

    /// A liar's car of the next epoch repeats the decision that began it.
    @Test func whatMakesACarInvalidConvictsItsOwner() throws {
        let next = Town(after: founding, seats: founding.seats)
        let decision = CarItem.committee(next.decision(after: founding)).encoded()
        for item in [decision, Town.invalidItem] {
            let invalid = car(of: [item], on: 2, in: next)
            #expect(payload(of: invalid, in: next) == .invalid)
            let evidence = Evidence.invalidCar(CarClaim(invalid), items: [item])
            let accusation = car(of: [CarItem.evidence(evidence.encoded()).encoded()], on: 0, in: next)
            #expect(payload(of: accusation, in: next) == .valid)
        }
        // In the epoch that it ends, the decision accuses nobody.
        let valid = car(of: [decision], on: 2, in: founding)
        #expect(payload(of: valid, in: founding) == .valid)
        let slander = Evidence.invalidCar(CarClaim(valid), items: [decision])
        let slanderous = car(of: [CarItem.evidence(slander.encoded()).encoded()], on: 0, in: founding)
        #expect(payload(of: slanderous, in: founding) == .invalid)
    }
}
