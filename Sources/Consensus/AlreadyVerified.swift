import Cryptography

/// What in a message was verified before, as part of another: each vote of a quorum mostly arrives before the certificate that collects them,
/// and each proof before the block that orders it. Bits, by the position in the message.
public struct AlreadyVerified: Hashable, Sendable {
    /// For a certificate or a proof: signers whose very signature over the same statement was verified.
    var signers: UInt128 = 0
    /// For a proposal: entries of its cut whose proofs are known.
    var proofs: UInt128 = 0
    /// For a car: its items are left to others.
    var leavesItems = false

    /// Nothing was.
    public static let nothing = AlreadyVerified()
}

extension Consensus {
    /// What of `message` need not be verified again. To be asked for on the machine's thread; the verifier may run on another.
    public func alreadyVerified(in message: PeerMessage) -> AlreadyVerified {
        switch message {
        case .certificate(let certificate): alreadyVerified(in: certificate)
        case .proof(let proof): alreadyVerified(in: proof)
        case .proposal(let signed): alreadyVerified(in: signed.block.cut)
        case .car(let signed): AlreadyVerified(leavesItems: leavesItems(of: signed))
        case .ack, .vote, .carRequest, .carBatch, .blockRequest, .block, .certificateRequest, .historyRequest,
            .historyBatch, .recallRequest, .recollection:
            .nothing
        }
    }

    private func alreadyVerified(in certificate: Certificate) -> AlreadyVerified {
        var known = AlreadyVerified()
        for signer in certificate.signatures.indices {
            guard let vote = views[certificate.view].tally(certificate.kind)[signer], vote.vote == certificate.vote,
                vote.signature == certificate.signatures[signer]
            else { continue }
            known.signers |= 1 << UInt128(signer)
        }
        return known
    }

    /// The own acknowledgement.
    private func alreadyVerified(in proof: ProofOfAvailability) -> AlreadyVerified {
        guard committee.contains(proof.lane), let own = proof.ack(of: me),
            lanes[proof.lane].ack(at: proof.position) == own
        else { return .nothing }
        return AlreadyVerified(signers: 1 << UInt128(me))
    }

    private func alreadyVerified(in cut: [TipChange]) -> AlreadyVerified {
        var known = AlreadyVerified()
        for (index, change) in cut.enumerated() where committee.contains(change.lane) {
            guard let proof = change.proof, lanes[change.lane].proof == proof else { continue }
            known.proofs |= 1 << UInt128(index)
        }
        return known
    }
}
