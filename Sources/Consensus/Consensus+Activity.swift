import Cryptography
import Wire

/// When there is something to do. An idle committee says nothing but a heartbeat block now and then; whoever has work says so until all
/// have it.
extension Consensus {
    /// The highest notarized block, where its body and its ancestors are held.
    var notarizedPoint: ChainPoint? { tree.point(of: highestNotarized.hash) }

    /// Nothing to order, nothing unfinished, and the last block is young: then timers stand still. A car without a proof is work for none but
    /// the leader: the others may not have it.
    var isIdle: Bool {
        guard highestNotarized.view <= finalizedView, !isViewUnderWay, let point = notarizedPoint,
            clock.timestamp < point.timestamp + settings.heartbeat
        else { return false }
        let isLeading = committee.leader(of: view) == me
        return isLeading ? !hasTips(beyond: point) : !lanes.indices.contains { isProven($0, beyond: point) }
    }

    private var isViewUnderWay: Bool { views[view].proposal != nil || views[view].own[.notarize] != nil }

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
        for proof in proofs(beyond: notarizedPoint) { emit(.send(.proof(proof), to: .all)) }
    }
}
