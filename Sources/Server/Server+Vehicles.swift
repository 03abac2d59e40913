import Cryptography
import Hazards
import Replica
import Storage
import Telemetry
import TransparencyLog
import Transport
import Wire

/// The vehicles' side of a server: from the gateway to the replica and back.
extension Server {
    /// Hands what vehicles published in this iteration to the pool.
    func sendAdmissionsToPool() {
        for job in gateway.takeAdmissions() {
            let admission = Admission(terms: configuration.replica.terms)
            let committee = configuration.replica.committee
            loop.pool.run({ job.map { $0.run(admission, committee) } }) { [self] verdicts in
                assumeIsolated { $0.settle(verdicts) }
            }
        }
    }

    private func settle(_ verdicts: [AdmissionVerdict]) {
        let now = now
        for verdict in verdicts {
            switch gateway.settle(verdict, now: now, isRevoked: { replica.isRevoked($0) }) {
            case .submission(let submission, let token): submit(submission, token)
            case .revocation(let revocation, let publish): revoke(revocation, publish)
            case .change(let change, let publish): order(change, publish)
            case .sighting(let sighting): notices.yield(.sighting(sighting))
            case nil: break
            }
        }
    }

    /// A revocation that stands in the log is not ordered again, and one that finds no room is refused, not forgotten.
    private func revoke(_ revocation: AdmittedRevocation, _ publish: PendingPublish) {
        let isDone = replica.isRevoked(revocation.revocation.certificateDigest)
        guard isDone || replica.canAccept else { return gateway.answer(.revocation, publish, .busy, now: now) }
        if !isDone { inbox.append(.revoke(revocation)) }
        gateway.answer(.revocation, publish, nil, now: now)
    }

    /// What a quorum has signed is put on the own lane. That the epoch has ended, whoever sent it sees in the log.
    private func order(_ change: SignedCommitteeChange, _ publish: PendingPublish) {
        guard replica.canAccept else { return gateway.answer(.committee, publish, .busy, now: now) }
        logger.notice("a change to the committee of epoch \(change.change.epoch) is ordered")
        inbox.append(.change(change))
        gateway.answer(.committee, publish, nil, now: now)
    }

    /// What is late is refused here, before it costs anyone anything, unless it is in the log already and only its answer is wanted. What the
    /// stores cannot keep up with is not accepted: otherwise their queue would grow without bound.
    private func submit(_ submission: Submission, _ token: SubmissionToken) {
        let terms = configuration.replica.terms
        if !replica.hasCommitted(submission),
            let refusal = submission.refusal(atGatewayTime: now.timestamp, terms: terms)
        {
            return answer(token, .refused(refusal))
        }
        guard archive.waitingBlocks < ServerLimits.unwrittenBlocks else {
            return answer(token, .refused(.busy))
        }
        inbox.append(.submit(submission, token))
    }

    /// Tells the session behind the token what became of its submission.
    func answer(_ token: SubmissionToken, _ answer: Answer) {
        guard let publish = gateway.redeem(token) else { return }
        switch answer {
        case .refused(let refusal):
            gateway.refuse(publish, refusal, now: now)
        case .committed(let entry, let leaf, let proof, let head):
            gateway.confirm(publish, entry, receipt: receipts.receipt(leaf: leaf, proof: proof, head), now: now)
        case .committedEarlier(let leaf):
            prove(EarlierSubmission(publish: publish) { _ throws(IndexError) in leaf })
        case .alreadyCommitted(let key):
            let name = archive.submissionNames.digest(of: key)
            prove(EarlierSubmission(publish: publish) { index throws(IndexError) in try index.leaf(ofKey: name) })
        }
    }

    /// The stores were written: what was not there before may be there now.
    func proveWaiting() {
        let waiting = unproven
        unproven = []
        for submission in waiting { prove(submission) }
    }

    /// Makes a receipt from the stores: the leaf by its key, the proof from the tiles under the checkpoint that they end at.
    private func prove(_ submission: EarlierSubmission) {
        let (stores, jobs) = (archive.stores, archive.endedJobs)
        loop.pool.run({ stores.receipt(leaf: submission.leaf) }) { [self] proven in
            assumeIsolated { $0.proved(proven, submission, after: jobs) }
        }
    }

    /// The stores are a moment behind the log, so what was just committed is looked for again after their next write.
    private func proved(
        _ proven: Result<ProvenEntry, StoresError>, _ submission: EarlierSubmission, after jobs: Int
    ) {
        switch proven {
        case .success(let proven):
            gateway.confirm(submission.publish, proven.entry, receipt: proven.receipt, now: now)
        case .failure(let reason) where reason.maySoonBeThere && archive.endedJobs > jobs:
            prove(submission)
        case .failure(let reason)
        where reason.maySoonBeThere && archive.isBehind && unproven.count < ServerLimits.unprovenReports:
            unproven.append(submission)
        case .failure(let reason):
            logger.warning("no receipt for an earlier submission: \(reason)")
            gateway.refuse(submission.publish, .busy, now: now)
        }
    }

    // MARK: Blocks

    func blockExecuted(_ block: ExecutedBlock) {
        archive.add(block)
        let now = now
        for hazard in block.hazards {
            gateway.publish(hazard, now: now)
            notices.yield(.hazard(hazard))
        }
        post(block)
        notices.yield(.block(block.summary))
    }

    /// Tells the subscribers of what is not final yet; nobody else is told.
    func warn(of hazards: [Hazard]) {
        for hazard in hazards { gateway.publish(hazard, now: now) }
    }

    func headPublished(_ head: PublishedHead) {
        receipts.publish(head)
        if let checkpoint = receipts.checkpoint { archive.publish(checkpoint) }
        announce()
    }
}

/// What was in the log before it was submitted, how to find its entry, and who waits for the receipt.
struct EarlierSubmission: Sendable {
    let publish: PendingPublish
    let leaf: @Sendable (Index) throws(IndexError) -> UInt64?
}
