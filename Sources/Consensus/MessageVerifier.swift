import Cryptography

/// What a car's items were found to be.
public enum CarPayload: Hashable, Sendable {
    /// Every item was checked and is valid.
    case valid
    /// An item is not valid, which its owner answers for.
    case invalid
    /// Nobody looked: the car came in answer to a request, and what ordered it vouches for it.
    case notInspected
}

/// A message all of whose signatures were found good. Only `MessageVerifier` makes one, and the machine takes nothing else.
public struct VerifiedMessage: Hashable, Sendable {
    /// What was said.
    public let message: PeerMessage
    /// For a car from its owner.
    let payload: CarPayload

    fileprivate init(_ message: PeerMessage, payload: CarPayload = .notInspected) {
        self.message = message
        self.payload = payload
    }

    /// A message of a simulation in which nobody forges, taken as it is.
    @_spi(Simulation) public init(believing message: PeerMessage) {
        self.init(message, payload: .valid)
    }

    /// The same for a receiver who knew this before: it did not look into a car that it leaves to others.
    @_spi(Simulation) public func knowing(_ known: AlreadyVerified) -> VerifiedMessage {
        known.leavesItems ? VerifiedMessage(message) : self
    }
}

/// Checks every signature in a message, and that its parts belong together: whatever is a pure function of its bytes and the
/// committee. It is the expensive part of consensus (40 µs a signature) and runs on any thread.
public struct MessageVerifier: Sendable {
    private let committee: Committee

    /// A verifier of what members of `committee` say.
    public init(_ committee: Committee) {
        self.committee = committee
    }

    /// The fact, or nil where the message proves nothing. `inspectCar` says whether a car's items are valid; it is asked after the
    /// owner's signature was found good, so an invalid car convicts its owner and is handed on as such.
    /// What is `known` to have been verified before is not verified again, and items that are left to others are not looked into.
    public func verify(
        _ message: PeerMessage, known: AlreadyVerified = .nothing, inspectCar: (Car) -> Bool
    ) -> VerifiedMessage? {
        guard message.epoch == committee.epoch else { return nil }
        if case .car(let signed) = message {
            guard committee.contains(signed.lane), signed.verifies(in: committee) else { return nil }
            if known.leavesItems { return VerifiedMessage(message) }
            return VerifiedMessage(message, payload: inspectCar(signed.car) ? .valid : .invalid)
        }
        return isSound(message, known) ? VerifiedMessage(message) : nil
    }

    private func isSound(_ message: PeerMessage, _ known: AlreadyVerified) -> Bool {
        switch message {
        case .car: false
        case .ack(let signed): signed.verifies(in: committee)
        case .proof(let proof): proof.verifies(in: committee, known: known)
        case .proposal(let signed): signed.claim.verifies(in: committee) && isSound(signed.block.cut, known)
        case .vote(let signed): signed.verifies(in: committee)
        case .certificate(let certificate): certificate.verifies(in: committee, known: known)
        case .carBatch(let batch): batch.verifies(in: committee)
        case .historyBatch(let batch): batch.verifies(in: committee)
        case .carRequest(let request): committee.contains(request.lane)
        // A block that was asked for is known by its hash, and nothing else in an unsigned request can be wrong.
        case .block, .blockRequest, .certificateRequest, .historyRequest, .recallRequest: true
        case .recollection(let answer): answer.verifies(in: committee)
        }
    }

    private func isSound(_ cut: [TipChange], _ known: AlreadyVerified) -> Bool {
        cut.enumerated().allSatisfy { index, change in
            change.verifies(in: committee, isProofKnown: known.proofs >> UInt128(index) & 1 == 1)
        }
    }
}
