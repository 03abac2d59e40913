import Consensus
import Cryptography
import EventLoop
import Replica
import Storage
import Telemetry
import Wire

/// The turn: everything that came in since the last one, stepped through the replica, made durable, and then released.
extension Server {
    private var committee: Committee { configuration.replica.committee }
    private var cosigners: Cosigners { configuration.replica.cosigners }
    private var me: ValidatorIndex { configuration.replica.me }

    var now: Moment {
        Moment(
            instant: Instant(milliseconds: loop.monotonicMilliseconds),
            timestamp: Timestamp(milliseconds: loop.wallMilliseconds))
    }

    /// Once an iteration of the loop, after its callbacks.
    func takeTurn() {
        guard !isStopping else { return }
        sendAdmissionsToPool()
        sendFramesToPool()
        if let deadline = replica.nextDeadline, deadline <= now.instant { inbox.append(.tick) }
        // With one validator an own statement returns within its own turn when nothing had to be synced; the loop ends because every
        // statement is signed once.
        while !inbox.isEmpty {
            step()
            release(outbox.releaseUndelayed(hasStaged: journal.hasStaged))
        }
        sendFramesToPool()
        commit()
        armDeadline()
    }

    private func step() {
        let events = inbox
        inbox.removeAll(keepingCapacity: true)
        let now = now
        for effect in replica.step(events, at: now) { perform(effect) }
    }

    private func perform(_ effect: ReplicaEffect) {
        switch effect {
        case .persist(let record):
            stage(record)
        case .summarize(let records, let snapshot):
            summarize(records, snapshot)
        case .sign(let statement):
            let message = statement.signingMessage(chain: committee.chainID)
            let signed = SignedStatement(statement, signature: keys.consensus.sign(message))
            stage(.signed(signed))
            outbox.add(.statement(signed))
        case .send(let message, let audience):
            outbox.add(.message(message, to: audience))
        case .cosign(let head, let audience, let asksForReturn):
            let own = cosigners.cosign(head, as: me, with: keys.cosigning, asksForReturn: asksForReturn)
            outbox.add(.cosignature(own, to: audience))
        case .executed(let block):
            outbox.add(.executed(block))
        case .published(let head):
            outbox.add(.published(head))
        case .answer(let token, let answer):
            outbox.add(.answer(token, answer))
        case .compute(let job):
            outbox.add(.compute(job))
        case .attested:
            break
        case .warn(let hazards):
            outbox.add(.warn(hazards))
        case .serveHistory(let request, let peer):
            outbox.add(.history(request, to: peer))
        case .serveCars(let request, let peer):
            outbox.add(.cars(request, to: peer))
        case .inspect(let car):
            inspect(car)
        case .evidence(let evidence):
            // What it signed may hold vehicles' reports, which do not belong into an operator's log.
            let culprit = configuration.names[evidence.culprit(in: committee)]
            logger.warning("\(culprit) was caught: \(evidence.label)")
        case .ended(let end):
            self.end(with: end, mark: nil)
        case .halt(let reason):
            // Whatever it said next might help the fork along; but its journal is to show who lied.
            outbox.end(reason)
        }
    }

    @discardableResult func stage(_ record: Record) -> JournalPosition {
        let position = journal.stage([record.encoded()])[0]
        archive.note(record, at: position)
        return position
    }

    /// A summary, and behind it what is signed and waits for its commit. What came before can be dropped some day, so it ends a segment.
    private func summarize(_ records: [Record], _ snapshot: Snapshot) {
        let mark = records.map { stage($0) }[0]
        for signed in outbox.statements { stage(.signed(signed)) }
        // Once more at the end: a part of it, which a crash or a bad sector may leave, would have forgotten what this validator has said.
        let end = stage(records[0])
        if let (image, hazardsBefore) = takeover.end(at: snapshot.height) {
            adopting = StoredSnapshot(height: snapshot.height, mark: mark, end: end, bytes: image)
            outbox.add(.adopted(snapshot.head, hazardsBefore: hazardsBefore))
        } else {
            outbox.add(.keep(PendingSnapshot(state: snapshot, mark: mark, end: end)))
        }
        journal.endSegment()
    }

    // MARK: Commit and release

    private func commit() {
        guard !outbox.isCommitting, let commit = journal.makeCommit() else { return }
        outbox.beginCommit()
        // A state that was taken over is durable before the journal's mark of it: should the process end in between, the mark is missing
        // and the file is passed over.
        let (snapshots, adopted) = (archive.stores.snapshots, adopting)
        adopting = nil
        loop.pool.run({
            Result {
                if let adopted { try snapshots.write(adopted) }
                return try commit.run()
            }
        }) { [self] outcome in
            assumeIsolated { $0.commitEnded(outcome) }
        }
    }

    private func commitEnded(_ outcome: Result<JournalCommit.Receipt, any Error>) {
        switch outcome {
        case .success(let receipt): journal.finish(receipt)
        case .failure(let error):
            // What is on the disk is unknown. A validator does not vote on what it may have forgotten.
            giveUp("the journal cannot be written: \(error)")
        }
        release(outbox.endCommit())
        takeTurn()
    }

    private func release(_ releases: [Release]) {
        for release in releases {
            switch release {
            case .statement(let signed):
                if let (message, audience) = signed.delivery(from: me) { send(.message(message), to: audience) }
                inbox.append(.signed(signed))
            case .message(let message, let audience):
                send(.message(message), to: audience)
            case .cosignature(let own, let audience):
                send(.cosignature(own.cosignature), to: audience)
                inbox.append(.cosignature(own))
            case .executed(let block): blockExecuted(block)
            case .warn(let hazards): warn(of: hazards)
            case .published(let head): headPublished(head)
            case .answer(let token, let answer): self.answer(token, answer)
            case .compute(let job): compute(job)
            case .ended(let end): epochEnded(end)
            case .halt(let reason): giveUp("\(reason)")
            case .keep(let snapshot): archive.keep(snapshot)
            case .adopted(let head, let hazardsBefore): adopted(head, hazardsBefore: hazardsBefore)
            case .history(let request, let peer): serve(peer, { $0.history(request, closing: nil) })
            case .cars(let request, let peer): serve(peer, { $0.cars(request) })
            }
        }
    }

    private func armDeadline() {
        guard let next = replica.nextDeadline else {
            links?.deadline.disarm()
            return
        }
        links?.deadline.arm(atMilliseconds: next.milliseconds)
    }
}
