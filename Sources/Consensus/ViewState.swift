import Cryptography
import Wire

/// Votes of one kind for one view. The first vote of each validator counts, whatever it says later.
struct VoteTally: Sendable {
    enum Outcome: Equatable, Sendable {
        case counted(equal: Int)
        case known
        case conflict(with: SignedVote)
    }

    /// By signer, as far as one has voted.
    private var votes: [SignedVote?] = []
    /// How many voted, for whatever block.
    private(set) var count = 0

    subscript(signer: ValidatorIndex) -> SignedVote? { votes.indices.contains(signer) ? votes[signer] : nil }

    mutating func add(_ signed: SignedVote) -> Outcome {
        if let first = self[signed.signer] { return first.vote == signed.vote ? .known : .conflict(with: first) }
        while votes.count <= signed.signer { votes.append(nil) }
        votes[signed.signer] = signed
        count += 1
        return .counted(equal: votes.count { $0?.vote == signed.vote })
    }

    func certificate(for vote: Vote) -> Certificate {
        var signatures: [ValidatorIndex: Signature] = [:]
        for case let signed? in votes where signed.vote == vote { signatures[signed.signer] = signed.signature }
        return Certificate(vote: vote, signatures: SignatureSet(signatures))
    }
}

/// The leader's block, and when it came: its time is judged against the clock of that moment.
struct ReceivedProposal: Sendable {
    let signed: SignedProposal
    let arrivedAt: Timestamp

    var block: Block { signed.block }
}

/// What this validator has said in one view: decided in a step, signed and stored by the shell, and never taken back.
struct OwnStatements: Sendable {
    /// The block that was put up for proposal.
    private(set) var proposed: Digest?
    /// How many were: one at most, where no bug is planted.
    private(set) var proposals = 0
    /// The same with its signature, once it is durable.
    var signedProposal: SignedProposal?
    private var notarize: (decided: Vote?, signed: SignedVote?) = (nil, nil)
    private var nullify: (decided: Vote?, signed: SignedVote?) = (nil, nil)
    private var finalize: (decided: Vote?, signed: SignedVote?) = (nil, nil)

    /// The two lemmas that safety rests on. L1: one vote to notarize in a view. L2: never both nullify and finalize in a view.
    /// And nothing is notarized after nullifying, so that "I nullify" means that the block will not have this vote.
    func mayCast(_ kind: VoteKind) -> Bool {
        switch kind {
        case .notarize: notarize.decided == nil && nullify.decided == nil
        case .nullify: nullify.decided == nil && finalize.decided == nil
        case .finalize: finalize.decided == nil && nullify.decided == nil
        }
    }

    /// Whether a block may be put up: once a view, and not by one who has voted already.
    var mayPropose: Bool { proposed == nil && mayCast(.notarize) }

    mutating func propose(_ block: Digest) {
        proposals += 1
        proposed = block
    }

    mutating func cast(_ vote: Vote) {
        switch vote.kind {
        case .notarize: notarize.decided = vote
        case .nullify: nullify.decided = vote
        case .finalize: finalize.decided = vote
        }
    }

    mutating func store(_ vote: SignedVote) {
        switch vote.vote.kind {
        case .notarize: notarize.signed = vote
        case .nullify: nullify.signed = vote
        case .finalize: finalize.signed = vote
        }
    }

    /// Only a planted bug forgets.
    mutating func forgetNotarize() { notarize.decided = nil }

    /// What was decided, durable or not.
    subscript(kind: VoteKind) -> Vote? {
        switch kind {
        case .notarize: notarize.decided
        case .nullify: nullify.decided
        case .finalize: finalize.decided
        }
    }

    /// What is durable, and sent again as it is.
    func stored(_ kind: VoteKind) -> SignedVote? {
        switch kind {
        case .notarize: notarize.signed
        case .nullify: nullify.signed
        case .finalize: finalize.signed
        }
    }
}

/// Everything that is known of one view above the last final one.
struct ViewState: Sendable {
    var proposal: ReceivedProposal?
    /// The leader signed two blocks: whatever becomes of them, this validator does not call either final.
    var isEquivocated = false
    /// The proposal's time stood in the own clock's future.
    var hasWaitedForClock = false
    /// Cars that the vote waits for and that were looked into out of turn.
    var hastened: Set<Digest> = []
    var own = OwnStatements()
    private var notarizes = VoteTally()
    private var nullifies = VoteTally()
    private var finalizes = VoteTally()
    private(set) var notarization: Certificate?
    private(set) var nullification: Certificate?
    private(set) var finalization: Certificate?

    subscript(kind: VoteKind) -> Certificate? {
        switch kind {
        case .notarize: notarization
        case .nullify: nullification
        case .finalize: finalization
        }
    }

    func has(_ kind: VoteKind) -> Bool {
        switch kind {
        case .notarize: notarization != nil
        case .nullify: nullification != nil
        case .finalize: finalization != nil
        }
    }

    mutating func store(_ certificate: Certificate) {
        switch certificate.kind {
        case .notarize: notarization = certificate
        case .nullify: nullification = certificate
        case .finalize: finalization = certificate
        }
    }

    func tally(_ kind: VoteKind) -> VoteTally {
        switch kind {
        case .notarize: notarizes
        case .nullify: nullifies
        case .finalize: finalizes
        }
    }

    mutating func add(_ signed: SignedVote) -> VoteTally.Outcome {
        switch signed.vote.kind {
        case .notarize: notarizes.add(signed)
        case .nullify: nullifies.add(signed)
        case .finalize: finalizes.add(signed)
        }
    }

    /// The vote of the other kind that no honest validator casts beside `signed`.
    func contradiction(of signed: SignedVote) -> SignedVote? {
        switch signed.vote.kind {
        case .notarize: nil
        case .nullify: finalizes[signed.signer]
        case .finalize: nullifies[signed.signer]
        }
    }
}
