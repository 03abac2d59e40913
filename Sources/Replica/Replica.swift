import Consensus
import Cryptography
import Federation
import Hazards
import Telemetry
import TransparencyLog
import Wire

/// What a replica must know before its first step.
public struct ReplicaConfiguration: Sendable {
    /// The validators and their consensus keys.
    public var committee: Committee
    /// Which of them this one is.
    public var me: ValidatorIndex
    /// Bounds and times of consensus.
    public var consensus: ConsensusSettings
    /// What admission of reports depends on.
    public var terms: CommitteeTerms
    /// Thirty-two bytes that the validators share: tags are made with it.
    public var logSecret: [UInt8]
    /// The log's name and its cosigners.
    public var cosigners: Cosigners

    /// A validator's configuration.
    public init(
        committee: Committee, me: ValidatorIndex, consensus: ConsensusSettings, terms: CommitteeTerms,
        logSecret: [UInt8], cosigners: Cosigners
    ) {
        self.committee = committee
        self.me = me
        self.consensus = consensus
        self.terms = terms
        self.logSecret = logSecret
        self.cosigners = cosigners
    }
}

/// The whole validator without I/O.
///
/// Three machines in a row, each fed by the one before it: `Consensus` orders opaque items into finalized blocks; the `Ledger` executes
/// a block into log entries, hazards and a new head; `Heads` collects the validators' cosignatures of that head until a quorum stands behind
/// it, and `Receipts` then answers the sessions that wait below it. Nothing flows back, except that a submission first looks whether
/// the ledger knows its report already.
///
/// `step` has no clock, no randomness and no key: time comes as an argument, and what must be signed leaves as an effect and returns as an
/// event once it is durable.
public struct Replica: Sendable {
    /// What it was made with.
    public let configuration: ReplicaConfiguration
    /// What happened so far, in numbers.
    public private(set) var counters = ReplicaCounters()
    private(set) var consensus: Consensus
    private(set) var ledger: Ledger
    private(set) var heads: Heads
    private(set) var receipts = Receipts()
    /// Consensus has taken events and not yet done all that follows.
    private var isUnsettled = false
    private var cosignatureDeadline: Instant?
    /// Reports in own cars that have no proof yet.
    private var ownCars: [Digest: [AdmittedReport]] = [:]
    private var outlook = HazardOutlook()
    /// The epoch is over: nothing more happens here.
    public private(set) var end: EpochEnd?
    /// The head that the journal's replay ended at: cosigned again at the start.
    private var restoredHead: Head?

    /// A replica before its journal is replayed.
    public init(_ configuration: ReplicaConfiguration) {
        self.configuration = configuration
        consensus = Consensus(
            committee: configuration.committee, me: configuration.me, settings: configuration.consensus)
        ledger = Ledger(configuration)
        heads = Heads(quorum: configuration.committee.quorum)
    }

    /// A replica that goes on after a snapshot: its journal is replayed from that snapshot's mark on.
    public init(_ configuration: ReplicaConfiguration, after snapshot: Snapshot) {
        self.init(configuration)
        ledger = snapshot.ledger
        restoredHead = snapshot.head
    }

    /// Replays one record of the own journal, in order, before the first step; the blocks that it finalized, executed again.
    public mutating func restore(_ record: Record) throws -> [ExecutedBlock] {
        // What consensus still said after the epoch's last block binds nobody.
        guard end == nil else { return [] }
        if case .snapshot(let mark) = record, mark.point.height != ledger.height {
            // A state of others was to be taken over, and the process ended before all of the summary was there: what there is of it stood in the
            // journal before. Where it was taken over, and its snapshot is lost, a final block will not follow the one before.
            return []
        }
        return try consensus.restore(record).compactMap { effect in
            guard case .finalized(let finalized) = effect, end == nil else { return nil }
            let block = execute(finalized).block
            restoredHead = block.head
            return block
        }
    }

    /// Takes the events of a turn and returns what follows from them.
    public mutating func step(_ events: some Sequence<ReplicaEvent>, at now: Moment) -> [ReplicaEffect] {
        var effects: [ReplicaEffect] = []
        for event in events where end == nil { effects += take(event, at: now) }
        while isUnsettled, end == nil {
            isUnsettled = false
            let conclusions = consensus.settle(at: now)
            effects += carry(out: conclusions, at: now)
        }
        return effects
    }

    /// Takes one event and returns what follows from it.
    public mutating func step(_ event: ReplicaEvent, at now: Moment) -> [ReplicaEffect] {
        step(CollectionOfOne(event), at: now)
    }

    private mutating func take(_ event: ReplicaEvent, at now: Moment) -> [ReplicaEffect] {
        switch event {
        case .start:
            return resume(at: now) + advance(.start, at: now)
        case .startWithoutJournal:
            return resume(at: now) + advance(.startWithoutJournal, at: now)
        case .submit(let submission, let token):
            return submit(submission, token, at: now)
        case .computed(let result):
            return claim(result, at: now)
        case .revoke(let revocation):
            guard !ledger.isRevoked(revocation.revocation.certificateDigest), consensus.canAccept else { return [] }
            return advance(.submit([CarItem.revocation(revocation.signed).encoded()]), at: now)
        case .change(let signed):
            guard consensus.committee.accepts(signed), consensus.canAccept else { return [] }
            return advance(.submit([CarItem.committee(signed).encoded()]), at: now)
        case .message(let message, let sender):
            return advance(.message(message, from: sender), at: now)
        case .unwanted(let message, let sender):
            return advance(.unwanted(message, from: sender), at: now)
        case .connected(let peer):
            return advance(.connected(peer), at: now)
        case .cosignature(let verified):
            return receive(verified, at: now)
        case .adopt(let snapshot):
            return adopt(snapshot, at: now)
        case .signed(let statement):
            note(statement)
            return advance(.signed(statement), at: now)
        case .tick:
            return remindCosigners(at: now) + advance(.tick, at: now)
        }
    }

    /// When `.tick` is due next; nil where nothing waits for time.
    public var nextDeadline: Instant? {
        end == nil ? consensus.nextDeadline.earlier(cosignatureDeadline) : nil
    }

    // MARK: Submission

    private mutating func submit(
        _ submission: Submission, _ token: SubmissionToken, at now: Moment
    ) -> [ReplicaEffect] {
        switch ledger.standing(of: submission) {
        case .refused(let refusal):
            return [.answer(token, .refused(refusal))]
        case .repeated:
            if receipts.wait(token, forExecuted: submission.key) { return [] }
            return [.answer(token, .alreadyCommitted(submission.key))]
        case .fresh:
            return submitFresh(submission, token, at: now)
        }
    }

    private mutating func submitFresh(
        _ submission: Submission, _ token: SubmissionToken, at now: Moment
    ) -> [ReplicaEffect] {
        let isOnItsWay = receipts.holds(submission.key, digest: submission.digest)
        guard receipts.hasRoom, isOnItsWay || consensus.canAccept,
            receipts.wait(token, for: submission)
        else { return [.answer(token, .refused(.busy))] }
        if isOnItsWay { return [] }
        let items = [CarItem.certificate(submission.enrolment.signed), submission.carItem]
        return advance(.submit(items.map { $0.encoded() }), at: now)
    }

    /// Tells the sessions whose submissions found no car in time to try again; an own claim is made again.
    private mutating func giveBack(_ items: [[UInt8]], at now: Moment) -> [ReplicaEffect] {
        CarInspector(terms: configuration.terms).decode(items: items).flatMap { item -> [ReplicaEffect] in
            switch item {
            case .report(let report): return turnAway(.report(report), .busy)
            case .update(let update): return turnAway(.update(update), .busy)
            case .claim(let result): return claim(result, at: now)
            case .evidence(let bytes): return (try? Evidence(decoding: bytes)).map { order($0, at: now) } ?? []
            case .revocation, .committee: return []
            }
        }
    }

    private mutating func turnAway(_ submission: Submission, _ refusal: Refusal) -> [ReplicaEffect] {
        receipts.refuse(submission.key, digest: submission.digest).map { .answer($0, .refused(refusal)) }
    }

    // MARK: Rounds

    /// Says on the own lane what was computed, unless the others have decided the round meanwhile.
    private mutating func claim(_ result: RoundResult, at now: Moment) -> [ReplicaEffect] {
        guard ledger.federation.awaitsClaims(result.model, round: result.round) else { return [] }
        return advance(.submit([CarItem.claim(result).encoded()]), at: now)
    }

    /// Puts on the own lane what convicts a validator, whether or not there is room for more: there is little of it. An invalid car too large
    /// for an item is known to those who saw it.
    private mutating func order(_ evidence: Evidence, at now: Moment) -> [ReplicaEffect] {
        let item = CarItem.evidence(evidence.encoded()).encoded()
        guard evidence.isOrderable, item.count <= TelemetryLimits.carItemBytes, !ledger.hasConvicted(by: evidence)
        else { return [] }
        return advance(.submit([item]), at: now)
    }

    /// Remembers what an own car carries, for when others vouch for it.
    private mutating func note(_ signed: SignedStatement) {
        guard case .ownCar(let car) = signed.statement, ownCars.count < ReplicaLimits.ownCarsRemembered else { return }
        let items = CarInspector(terms: configuration.terms).decode(items: car.items)
        ownCars[car.hash] = items.compactMap { if case .report(let report) = $0 { report } else { nil } }
    }

    /// Others vouch for an own car: vehicles may be warned of what it will lead to.
    private mutating func foresee(_ car: AttestedCar, at now: Moment) -> [ReplicaEffect] {
        let reports = ownCars.removeValue(forKey: car.hash) ?? []
        counters.attestedObservations += UInt64(reports.reduce(0) { $0 + $1.report.observations.count })
        // Log time is what the next block will say, and so near the present.
        outlook.forget(before: now.timestamp - ReplicaLimits.outlookMilliseconds)
        let entries = reports.filter { ledger.standing(of: .report($0)) == .fresh }
            .flatMap { ledger.entries(of: $0, at: now.timestamp) }
        let warnings = outlook.take(
            entries, of: car.hash, after: ledger.hazards, at: now.timestamp, height: ledger.height)
        counters.warnings += UInt64(warnings.count)
        return warnings.isEmpty ? [] : [.warn(warnings)]
    }

    // MARK: Consensus, execution, heads

    /// Gives consensus an event. It draws its conclusions at the end of the step, once for all events.
    private mutating func advance(_ event: ConsensusEvent, at now: Moment) -> [ReplicaEffect] {
        isUnsettled = true
        let first = consensus.take(event, at: now)
        return first.isEmpty ? [] : carry(out: first, at: now)
    }

    private mutating func carry(out conclusions: [ConsensusEffect], at now: Moment) -> [ReplicaEffect] {
        var effects: [ReplicaEffect] = []
        for effect in conclusions where end == nil {
            switch effect {
            case .persist(let record): effects.append(.persist(record))
            case .summarize(let records):
                if case .snapshot(let mark) = records.first {
                    // The block before this effect was executed last, so the ledger is where the summary begins.
                    effects.append(.summarize(records, Snapshot(point: mark.point, ledger: ledger)))
                }
            case .sign(let statement): effects.append(.sign(statement))
            case .send(let message, let recipients): effects.append(.send(message, to: recipients))
            case .attested(let car):
                effects.append(.attested(car))
                effects += foresee(car, at: now)
            case .expired(let items): effects += giveBack(items, at: now)
            case .finalized(let block): effects += finalize(block, at: now)
            case .serveHistory(let request, let peer): effects.append(.serveHistory(request, to: peer))
            case .serveCars(let request, let peer): effects.append(.serveCars(request, to: peer))
            case .inspect(let car): effects.append(.inspect(car))
            case .evidence(let evidence):
                counters.evidence += 1
                effects.append(.evidence(evidence))
                effects += order(evidence, at: now)
            case .halt(let reason): effects.append(.halt(reason))
            }
        }
        return effects
    }

    private mutating func finalize(_ finalized: FinalizedBlock, at now: Moment) -> [ReplicaEffect] {
        let (block, refused) = execute(finalized)
        var effects: [ReplicaEffect] = [.executed(block)]
        for refusal in refused { effects += turnAway(refusal.submission, refusal.refusal) }
        receipts.execute(block)
        effects += block.jobs.map { .compute($0) }
        if let end { return effects + [.ended(end)] }
        effects.append(.cosign(block.head, to: .all, asksForReturn: false))
        effects += publish(heads.execute(block.head))
        counters.divergences = heads.divergences
        scheduleReminder(at: now)
        return effects
    }

    /// The cosignatures of the newest head died with the process, so they are asked for once more; and so did work under way.
    private mutating func resume(at now: Moment) -> [ReplicaEffect] {
        guard let head = restoredHead else { return [] }
        restoredHead = nil
        let effects = publish(heads.execute(head))
        scheduleReminder(at: now)
        let work = ledger.federation.openJobs.map { ReplicaEffect.compute($0) }
        return [.cosign(head, to: .all, asksForReturn: true)] + effects + work
    }

    /// Whoever waits for a report or an update is asked to send it again: the state says what is committed, but not where it stands.
    private mutating func adopt(_ snapshot: Snapshot, at now: Moment) -> [ReplicaEffect] {
        guard snapshot.height > ledger.height, snapshot.committee.epoch >= consensus.committee.epoch else { return [] }
        if let decision = snapshot.decision, snapshot.committee != consensus.committee {
            let end = EpochEnd(decision: decision, beginning: snapshot, closing: nil)
            self.end = end
            return [.ended(end)]
        }
        ledger = snapshot.ledger
        let answers = receipts.refuseWaiting().map { ReplicaEffect.answer($0, .refused(.busy)) }
        let published = publish(heads.execute(snapshot.head))
        scheduleReminder(at: now)
        let work = ledger.federation.openJobs.map { ReplicaEffect.compute($0) }
        return answers + published + work + advance(.adopt(snapshot.point), at: now)
    }

    private mutating func execute(_ finalized: FinalizedBlock) -> (block: ExecutedBlock, refused: [Refused]) {
        let (block, refused) = ledger.execute(finalized)
        if let next = ledger.succeeded(), let decision = next.decision {
            end = EpochEnd(
                decision: decision,
                beginning: Snapshot(point: .beginning(of: next.committee, after: finalized.block), ledger: next),
                closing: consensus.closing(from: finalized.height))
        }
        outlook.forget(finalized.cars.lazy.map(\.hash))
        counters.count(block, refused)
        return (block, refused)
    }

    private mutating func receive(_ verified: VerifiedCosignature, at now: Moment) -> [ReplicaEffect] {
        let cosignature = verified.cosignature
        var effects = publish(heads.receive(verified))
        counters.divergences = heads.divergences
        // Who asks lacks a quorum for a head that this validator may have published long ago: its own line of the same head helps.
        if cosignature.asksForReturn, cosignature.validator != configuration.me,
            let head = heads.published?.head, head == cosignature.head
        {
            effects.append(.cosign(head, to: .one(cosignature.validator), asksForReturn: false))
        }
        scheduleReminder(at: now)
        return effects
    }

    private mutating func publish(_ published: PublishedHead?) -> [ReplicaEffect] {
        guard let published else { return [] }
        counters.publishedHeads += 1
        let size = published.head.size
        let answers = receipts.publish(published) { leaf in ledger.tree.inclusionProof(of: leaf, at: size) }
        return [.published(published)] + answers.map { .answer($0, $1) }
    }

    private mutating func scheduleReminder(at now: Moment) {
        guard heads.unpublished != nil else {
            cosignatureDeadline = nil
            return
        }
        if cosignatureDeadline == nil {
            cosignatureDeadline = now.instant + ReplicaLimits.cosignatureResendMilliseconds
        }
    }

    private mutating func remindCosigners(at now: Moment) -> [ReplicaEffect] {
        guard let deadline = cosignatureDeadline, deadline <= now.instant else { return [] }
        cosignatureDeadline = nil
        guard let head = heads.unpublished else { return [] }
        scheduleReminder(at: now)
        return [.cosign(head, to: .all, asksForReturn: true)]
    }
}
