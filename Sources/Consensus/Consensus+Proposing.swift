import Cryptography
import Wire

/// The leader's part of a view.
extension Consensus {
    private enum Parent {
        case found(ChainPoint)
        case missing([Need])
    }

    /// The highest notarized block below which every view is nullified, and which is held with its ancestors.
    ///
    /// Ends at the newest final view at the latest: that one is never nullified.
    private func parent() -> Parent {
        var candidate = view - 1
        while true {
            var needs: [Need] = []
            if let hash = notarizedHash(at: candidate) {
                if let point = tree.point(of: hash) { return .found(point) }
                needs = bodyNeeds(of: hash, sources: [])
            } else {
                needs = certificateNeeds(candidate...candidate, sources: [])
            }
            guard candidate > finalizedView, views[candidate].has(.nullify) else { return .missing(needs) }
            candidate -= 1
        }
    }

    private var isProposing: Bool {
        committee.leader(of: view) == me && mayPropose && maySpeak(in: view)
            && pacemaker.activeSince != nil
    }

    private var mayPropose: Bool {
        // A second proposal, where it is planted, follows a first one that nobody finalized soon.
        views[view].own.mayPropose
            || lacks(.secondProposal) && views[view].own.proposals == 1
                && pacemaker.leaderDeadline.map { clock.instant >= $0 } ?? false
    }

    /// What the leader lacks to propose.
    var proposerNeeds: [Need] {
        guard isProposing, case .missing(let needs) = parent() else { return [] }
        return needs
    }

    mutating func propose() {
        guard isProposing else { return }
        switch parent() {
        case .found(let point):
            if let time = proposalTime(on: point), time <= clock.instant { propose(on: point) }
        case .missing:
            if let deadline = pacemaker.leaderDeadline, clock.instant >= deadline { castNullify() }
        }
    }

    /// When a block on `parent` is due: with work soon, for a heartbeat now, and otherwise once the parent should have become final.
    private func proposalTime(on parent: ChainPoint) -> Instant? {
        if clock.timestamp >= parent.timestamp + settings.heartbeat { return clock.instant }
        guard hasTips(beyond: parent) else { return pacemaker.leaderDeadline }
        // Where the parent's time is ahead of the own clock, even by an hour, the spacing is counted from the view's beginning.
        let spaced = pacemaker.activeSince.map { $0 + spacing }
        return [spaced, instant(of: parent.timestamp + spacing)].compactMap { $0 }.min()
    }

    private var spacing: UInt64 {
        let waiting = lanes.indices.reduce(0) { $0 + lanes[$1].bytes }
        return pacemaker.blockSpacing * UInt64(min(waiting, settings.blockSpacingBytes))
            / UInt64(settings.blockSpacingBytes)
    }

    /// When a leader should look again; nil for everybody else.
    var proposingDeadline: Instant? {
        guard isProposing else { return nil }
        switch parent() {
        case .found(let point): return proposalTime(on: point)
        case .missing: return pacemaker.leaderDeadline
        }
    }

    private mutating func propose(on parent: ChainPoint) {
        // A long run without finalization carries nothing more, which bounds what a validator must keep of it.
        let isCrowded = parent.height - chain.tip.height >= ConsensusLimits.blocksUnfinal
        let block = Block(
            epoch: committee.epoch, view: view, after: parent, cut: isCrowded ? [] : tips(beyond: parent),
            timestamp: LogTime.next(after: parent.timestamp, now: clock.timestamp))
        tree.insert(block)
        tree.setJournaled(block.hash)
        precondition(views[view].own.mayPropose || settings.planted != nil, "a leader signs one block a view")
        views[view].own.propose(block.hash)
        counters.proposals += 1
        counters.optimisticTips += UInt64(block.cut.count { $0.isOptimistic })
        // The proposal's record holds the whole block and stands before the vote's, in the same turn.
        emit(.sign(.proposal(block)))
        cast(.notarize, view: view, hash: block.hash)
    }

    mutating func count(ownProposal block: Block, signature: Signature) {
        guard block.view > finalizedView else { return }
        let signed = SignedProposal(block: block, signature: signature)
        views[block.view].own.signedProposal = signed
        receive(signed)
    }
}
