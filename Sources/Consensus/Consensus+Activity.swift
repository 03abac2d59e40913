import Cryptography
import Wire

/// When there is something to do. An idle committee says nothing but a heartbeat block now and then; whoever has work says so until all
/// have it.
extension Consensus {
    /// The highest notarized block, where its body and its ancestors are held.
    var notarizedPoint: ChainPoint? { tree.point(of: highestNotarized.hash, from: chain.tip) }

    /// Proofs that a block on `point` could order.
    func work(beyond point: ChainPoint) -> [ProofOfAvailability] {
        lanes.indices.compactMap { lane in
            lanes[lane].proof.flatMap { $0.position > point.cut[lane].position ? $0 : nil }
        }
    }

    /// Nothing to order, nothing unfinished, and the last block is young: then timers stand still.
    var isIdle: Bool {
        guard highestNotarized.view <= finalizedView, let point = notarizedPoint else { return false }
        return work(beyond: point).isEmpty && clock.timestamp < point.timestamp + settings.heartbeat
    }

    mutating func settleView() {
        pacemaker.set(active: !isIdle, at: clock.instant)
        propose()
        vote()
        nullifyIfDue()
        if let deadline = pacemaker.resendDeadline, clock.instant >= deadline { resendView() }
    }

    /// Says again what others may have missed: why this view, what was said in it, the newest vote to finalize, and what there is to order.
    mutating func resendView() {
        pacemaker.resent(at: clock.instant)
        if lacks(.noResend) { return }
        if let entryCertificate { emit(.send(.certificate(entryCertificate), to: .all)) }
        if let proposal = views[view].own.signedProposal { emit(.send(.proposal(proposal), to: .all)) }
        for kind in VoteKind.allCases {
            if let vote = views[view].own.stored(kind) { emit(.send(.vote(vote), to: .all)) }
        }
        if let newestFinalize, newestFinalize.vote.view != view { emit(.send(.vote(newestFinalize), to: .all)) }
        guard let notarizedPoint else { return }
        for proof in work(beyond: notarizedPoint) { emit(.send(.proof(proof), to: .all)) }
    }
}
