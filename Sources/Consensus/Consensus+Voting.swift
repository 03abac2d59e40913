import Cryptography
import Wire

/// A voter's part of a view.
extension Consensus {
    /// What a proposal is found to be.
    enum Judgement {
        case accept
        case refuse
        case stale
        case early(until: Timestamp)
        /// Missing is not invalid: the vote waits.
        case missing([Need])
    }

    /// Keeps the first proposal of a view. A second one convicts the leader, but does not replace the first.
    mutating func receive(_ signed: SignedProposal) {
        let block = signed.block
        if lacks(block) { tree.insert(block) }
        guard block.view > finalizedView, block.view <= view + ConsensusLimits.proposalWindow else { return }
        if let first = views[block.view].proposal {
            guard first.block.hash != block.hash, views[block.view].isEquivocated == false else { return }
            views[block.view].isEquivocated = true
            if lacks(.secondNotarize) { believe(signed) }
            return report(.conflictingProposals(first.signed.claim, signed.claim))
        }
        believe(signed)
    }

    private mutating func believe(_ signed: SignedProposal) {
        let block = signed.block
        if block.view == view { pacemaker.proposalArrived(at: clock.instant) }
        views[block.view].proposal = ReceivedProposal(signed: signed, arrivedAt: clock.timestamp)
        if lacks(.secondNotarize) { views[block.view].own.forgetNotarize() }
        tree.insert(block)
        for case let proof? in block.cut.map(\.proof) { note(proof) }
    }

    /// The view's proposal, as long as this validator may vote for it.
    private var votable: ReceivedProposal? {
        mayNotarize && maySpeak(in: view) ? views[view].proposal : nil
    }

    private var mayNotarize: Bool {
        views[view].own.mayCast(.notarize) || lacks(.notarizeAfterNullify) && views[view].own[.notarize] == nil
    }

    mutating func vote() {
        guard let proposal = votable else { return }
        switch judge(proposal) {
        case .accept:
            if !lacks(.voteWithoutTips) { journalTips(of: proposal.block) }
            if let block = tree.takeUnjournaled(proposal.block.hash), !lacks(.voteWithoutBlock) {
                emit(.persist(.block(block)))
            }
            cast(.notarize, view: view, hash: proposal.block.hash)
        case .refuse:
            counters.proposalsRefused += 1
            showForks(in: proposal.block)
            castNullify()
        case .stale:
            counters.proposalsOutsideClock += 1
            castNullify()
        case .early: noteEarlyProposal()
        case .missing: hasten(proposal.block)
        }
    }

    private mutating func noteEarlyProposal() {
        guard views[view].hasWaitedForClock == false else { return }
        views[view].hasWaitedForClock = true
        counters.proposalsOutsideClock += 1
    }

    /// What the voter lacks to judge the view's proposal.
    var voterNeeds: [Need] {
        guard let proposal = votable, case .missing(let needs) = judge(proposal) else { return [] }
        return needs
    }

    /// When a proposal from the own clock's future is looked at again.
    var votingDeadline: Instant? {
        guard let proposal = votable, case .early(let time) = judge(proposal) else { return nil }
        return instant(of: time)
    }

    private func judge(_ proposal: ReceivedProposal) -> Judgement {
        let header = proposal.block.header
        let sources = [committee.leader(of: header.view)]
        // A final view is never nullified, so an honest block's parent is not below it.
        guard header.parentView >= finalizedView || lacks(.uncheckedParent) else { return .refuse }
        if let hash = notarizedHash(at: header.parentView) {
            guard hash == header.parentHash || lacks(.uncheckedParent) else { return .refuse }
        }
        let absent = absentCertificates(below: header)
        if let absent, !lacks(.uncheckedNullifications) { return .missing(certificateNeeds(absent, sources: sources)) }
        guard let parent = tree.point(of: header.parentHash) else {
            return .missing(bodyNeeds(of: header.parentHash, sources: sources))
        }
        guard parent.advanced(by: proposal.block) != nil else { return .refuse }
        let tips = judgeTips(of: proposal.block, after: parent)
        guard case .accept = tips else { return tips }
        return judgeTime(of: proposal, after: parent)
    }

    private func judgeTime(of proposal: ReceivedProposal, after parent: ChainPoint) -> Judgement {
        let verdict = LogTime.judge(
            proposal.block.timestamp, parent: parent.timestamp, arrivedAt: proposal.arrivedAt, now: clock.timestamp,
            maximumDelay: settings.maximumDelay)
        switch verdict {
        case .accept: return .accept
        case .refuse: return .stale
        case .early(let time): return .early(until: time)
        }
    }

    /// The views from the first to the last whose certificate is missing to build on the block's parent: its notarization, and the
    /// nullifications of all views between.
    private func absentCertificates(below header: BlockHeader) -> ClosedRange<UInt64>? {
        let between = (header.parentView + 1)..<header.view
        let isParentKnown = notarizedHash(at: header.parentView) != nil
        let first = isParentKnown ? between.first { !views[$0].has(.nullify) } : header.parentView
        guard let first else { return nil }
        let last = between.last { !views[$0].has(.nullify) } ?? first
        return first...last
    }

    // MARK: Nullifying

    /// t_l without a proposal, t_a without a certificate, the leader's own wish, or f + 1 others of whom one is honest.
    mutating func nullifyIfDue() {
        if lacks(.nullifyAfterFinalize) { joinInViewBefore() }
        guard views[view].own.mayCast(.nullify), !lacks(.noTimeout) else { return }
        let isJoining =
            views[view].tally(.nullify).count > committee.f
            || views[view].tally(.nullify)[committee.leader(of: view)] != nil
        let isLate = hasPassed(viewDeadline)
        if isJoining || isLate { castNullify() }
    }

    /// Gives the view up, unless that was done or is too late.
    mutating func castNullify() {
        if views[view].own.mayCast(.nullify) { cast(.nullify, view: view) }
    }

    /// A planted bug: joins those who nullify a view that this validator has left, whatever it said there.
    private mutating func joinInViewBefore() {
        guard views[view - 1].own[.nullify] == nil, views[view - 1].tally(.nullify).count > 0 else { return }
        cast(.nullify, view: view - 1)
    }

    private func hasPassed(_ deadline: Instant?) -> Bool { deadline.map { clock.instant >= $0 } ?? false }

    /// When this view is nullified if nothing happens.
    var nullifyDeadline: Instant? {
        views[view].own.mayCast(.nullify) && !lacks(.noTimeout) && maySpeak(in: view) ? viewDeadline : nil
    }

    /// Until when this view must have a proposal, or once it has one, a certificate.
    private var viewDeadline: Instant? {
        guard views[view].proposal == nil else { return pacemaker.advanceDeadline }
        let leader = committee.leader(of: view)
        return pacemaker.proposalDeadline(
            patience: turns.patience(
                with: leader, isHeard: leader == me || hasVoted(leader, inLast: UInt64(committee.n)),
                delay: pacemaker.delay))
    }
}
