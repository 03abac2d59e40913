import Cryptography
import Wire

/// Votes of one kind for one view. The first vote of each validator counts, whatever it says later.
struct VoteTally: Sendable {
    enum Outcome: Equatable, Sendable {
        case counted(equal: Int)
        case known
        case conflict(with: SignedVote)
    }

    private var votes: [ValidatorIndex: SignedVote] = [:]
    private var counts: [Digest: Int] = [:]

    /// How many voted, for whatever block.
    var count: Int { votes.count }

    subscript(signer: ValidatorIndex) -> SignedVote? { votes[signer] }

    mutating func add(_ signed: SignedVote) -> Outcome {
        if let first = votes[signed.signer] { return first.vote == signed.vote ? .known : .conflict(with: first) }
        votes[signed.signer] = signed
        counts[signed.vote.hash, default: 0] += 1
        return .counted(equal: counts[signed.vote.hash, default: 0])
    }

    func certificate(for vote: Vote) -> Certificate {
        let equal = votes.filter { $0.value.vote == vote }
        return Certificate(vote: vote, signatures: SignatureSet(equal.mapValues(\.signature)))
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
    private var decided: [VoteKind: Vote] = [:]
    private var signed: [VoteKind: SignedVote] = [:]

    /// The two lemmas that safety rests on. L1: one vote to notarize in a view. L2: never both nullify and finalize in a view.
    /// And nothing is notarized after nullifying, so that "I nullify" means that the block will not have this vote.
    func mayCast(_ kind: VoteKind) -> Bool {
        switch kind {
        case .notarize: decided[.notarize] == nil && decided[.nullify] == nil
        case .nullify: decided[.nullify] == nil && decided[.finalize] == nil
        case .finalize: decided[.finalize] == nil && decided[.nullify] == nil
        }
    }

    /// Whether a block may be put up: once a view, and not by one who has voted already.
    var mayPropose: Bool { proposed == nil && mayCast(.notarize) }

    mutating func propose(_ block: Digest) {
        proposals += 1
        proposed = block
    }

    mutating func cast(_ vote: Vote) {
        decided[vote.kind] = vote
    }

    mutating func store(_ vote: SignedVote) {
        signed[vote.vote.kind] = vote
    }

    /// Only a planted bug forgets.
    mutating func forget(_ kind: VoteKind) { decided[kind] = nil }

    /// What was decided, durable or not.
    subscript(kind: VoteKind) -> Vote? { decided[kind] }

    /// What is durable, and sent again as it is.
    func stored(_ kind: VoteKind) -> SignedVote? { signed[kind] }
}

/// Everything that is known of one view above the last final one.
struct ViewState: Sendable {
    var proposal: ReceivedProposal?
    /// The leader signed two blocks: whatever becomes of them, this validator does not call either final.
    var isEquivocated = false
    /// The proposal's time stood in the own clock's future.
    var hasWaitedForClock = false
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
