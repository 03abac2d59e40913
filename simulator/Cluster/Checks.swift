import Consensus
import Replica
import Telemetry

/// What a validator's work pool does with a frame.
struct Checks: Sendable {
    private let committee: Committee
    private let verifier: MessageVerifier
    private let inspector: CarInspector
    private let cosigners: Cosigners
    /// Whether vehicles' signatures are real and are checked.
    private let isReal: Bool

    init(_ world: Town) {
        committee = world.committee
        verifier = MessageVerifier(world.committee)
        inspector = CarInspector(terms: world.terms, committee: world.committee)
        cosigners = world.cosigners
        isReal = world.isReal
    }

    func verdict(on frame: Frame) -> Envelope.Verdict {
        switch frame {
        case .message(let message):
            guard let verified = verifier.verify(message, inspectCar: isValid) else { return .forged }
            return .message(verified)
        case .cosignature(let cosignature):
            guard let verified = cosigners.verify(cosignature) else { return .forged }
            return .cosignature(verified)
        case .transfer: return .transfer
        }
    }

    private func isValid(_ car: Car) -> Bool {
        guard isReal else { return car.items.allSatisfy(isValid) }
        guard case .success = inspector.inspect(items: car.items, sealedAt: car.header.sealedAt) else { return false }
        return true
    }

    /// The inspector's rules without vehicles' signatures.
    private func isValid(_ item: [UInt8]) -> Bool {
        CarItem.evidence(in: item).map(isEvidence) ?? CarItem.decision(in: item).map(committee.accepts)
            ?? (item != Town.invalidItem)
    }

    private func isEvidence(_ bytes: [UInt8]) -> Bool {
        guard let evidence = try? Evidence(decoding: bytes), evidence.isOrderable else { return false }
        return evidence.verifies(in: committee) { items, _ in !items.allSatisfy(isValid) }
    }
}
