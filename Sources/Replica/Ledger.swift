import Consensus
import Cryptography
import Federation
import Hazards
import Telemetry
import TransparencyLog
import Wire

/// The state that follows from the finalized blocks, and nothing else: the same on every validator.
///
/// A block is executed in five strokes: its own entry opens it; rounds of learning go on to its time; each report and update, in the
/// block's order, is accepted or refused by what only log order can decide (sequence, revocation, certificate's validity, age, rate, round);
/// the observations of all its accepted reports follow, sorted, so that one report's do not stand side by side; hazards take them in that
/// order. Log time, the block's timestamp, is the only clock. The *public* state, hazards and rounds, can be replayed by anyone from the log;
/// the *private* state, who sent what, stays with the validators, and only its root is in the log.
struct Ledger: Sendable {
    /// The validators of the present epoch.
    private(set) var committee: Committee
    /// What began the epoch; nil in the first.
    private(set) var decision: SignedCommitteeChange?
    /// What ends it: the last block that counts has been executed.
    private(set) var successor: SignedCommitteeChange?
    private let terms: CommitteeTerms
    private let logSecret: [UInt8]
    var tree = Tree()
    var hazards: Hazards
    var federation: Federation
    var accounts: [PublicKey: Account] = [:]
    var revoked: Set<Digest> = []
    /// What validators were convicted of, and how often each.
    var convicted: Set<Digest> = []
    var convictions: [ValidatorIndex: Int] = [:]
    /// Each model's claims as they stand in the private state.
    private var keptClaims: [LearnedModel: [UInt8]] = [:]
    var privateState = StateTree()
    var height: UInt64 = 0
    var parentHash: Digest

    init(committee: Committee, terms: CommitteeTerms, logSecret: [UInt8]) {
        self.committee = committee
        self.terms = terms
        self.logSecret = logSecret
        self.hazards = Hazards()
        self.federation = Federation(terms: terms.learning, claimsNeeded: committee.f + 1)
        self.parentHash = committee.chainID
    }

    /// SHA-256 of the public root and the private root; the public root is the hash of the hazards' digest and the rounds'.
    var stateRoot: Digest {
        mutating get {
            let publicRoot = Digest.sha256(of: [hazards.digest, federation.digest])
            return Digest.sha256(of: [publicRoot, privateState.root()])
        }
    }

    /// What execution would make of a submission now, its age and rate aside.
    func standing(of submission: Submission) -> SubmissionStanding {
        switch submission {
        case .report(let report):
            if revoked.contains(report.enrolment.digest) { return .refused(.revoked) }
            switch accounts[report.certificate.vehicleKey]?.window.standing(of: report.report.sequence) ?? .fresh {
            case .fresh: return .fresh
            case .repeated: return .repeated
            case .belowWindow: return .refused(.belowWindow)
            }
        case .update(let update):
            return standing(of: update, nullifier: nullifier(of: update))
        }
    }

    private func standing(of update: AdmittedUpdate, nullifier: Digest) -> SubmissionStanding {
        if revoked.contains(update.enrolment.digest) { return .refused(.revoked) }
        return federation.standing(of: update.update, nullifier: nullifier)
    }

    private func nullifier(of update: AdmittedUpdate) -> Digest {
        Nullifier.make(
            logSecret: logSecret, enrolment: update.enrolment.digest, model: update.update.model,
            round: update.update.round)
    }

    /// Whether the certificate was revoked by an entry of the log.
    func isRevoked(_ certificate: Digest) -> Bool { revoked.contains(certificate) }

    /// Executes the next finalized block.
    mutating func execute(_ finalized: FinalizedBlock) -> (block: ExecutedBlock, refusals: [Refused]) {
        precondition(finalized.height == height + 1, "blocks are executed in order of height")
        precondition(successor == nil, "nothing is executed after an epoch's last block")
        var execution = Execution(finalized, firstIndex: tree.size)
        execution.append(.block(opening(finalized)))
        execution.take(federation.advance(to: execution.time))
        for car in finalized.cars {
            for item in CarInspector(terms: terms).decode(items: car.car.items) {
                run(item, of: car.lane, in: &execution)
            }
        }
        for model in terms.learning.models { keepClaims(on: model) }
        for (observation, leaf) in execution.sortedObservations() {
            execution.append(.observation(observation), leaf: leaf)
            execution.hazards += hazards.apply(observation, at: execution.time, height: finalized.height)
        }
        execution.hazards += hazards.advance(to: execution.time, height: finalized.height)
        for leaf in execution.leaves { tree.append(leaf: Merkle.leaf(leaf)) }
        height = finalized.height
        parentHash = finalized.hash
        return (execution.result(root: tree.root, size: tree.size), execution.refused)
    }

    private mutating func opening(_ finalized: FinalizedBlock) -> BlockEntry {
        BlockEntry(
            height: finalized.height, view: finalized.block.view, time: finalized.block.timestamp,
            blockHash: finalized.hash, parentHash: parentHash, stateRootBefore: stateRoot)
    }

    private mutating func run(_ item: AdmittedItem, of lane: ValidatorIndex, in execution: inout Execution) {
        switch item {
        case .report(let report):
            if let refusal = accept(report, in: &execution) {
                execution.refused.append(Refused(submission: .report(report), refusal: refusal))
            }
        case .update(let update):
            if let refusal = accept(update, in: &execution) {
                execution.refused.append(Refused(submission: .update(update), refusal: refusal))
            }
        case .claim(let claim):
            execution.take(federation.take(claim, from: lane))
        case .revocation(let revocation):
            revoke(revocation, in: &execution)
        case .evidence(let evidence):
            convict(evidence, in: &execution)
        case .committee(let signed):
            end(with: signed, in: &execution)
        }
    }

    /// The first decision in log order ends the epoch.
    private mutating func end(with signed: SignedCommitteeChange, in execution: inout Execution) {
        guard successor == nil, signed.change.epoch == committee.epoch + 1 else { return }
        successor = signed
        execution.append(.committee(CommitteeEntry(signed)))
    }

    /// The same state as the next epoch begins with it; nil where the present one goes on.
    func succeeded() -> Ledger? {
        guard let successor else { return nil }
        var next = self
        next.begin(with: successor)
        next.successor = nil
        // Claims and convictions name validators by their index, which may be another's now.
        next.convictions = [:]
        next.federation.forgetClaims(needing: next.committee.f + 1)
        for model in terms.learning.models { next.keepClaims(on: model) }
        return next
    }

    /// Takes the validators of an epoch.
    mutating func begin(with signed: SignedCommitteeChange) {
        committee = committee.succeeded(by: signed.change)
        decision = signed
        privateState.set(Digest.sha256(Array("waymark.v1.committee".utf8)), to: signed.encoded())
    }

    /// Counts the update, or says why not; a repeat is neither.
    private mutating func accept(_ update: AdmittedUpdate, in execution: inout Execution) -> Refusal? {
        let nullifier = nullifier(of: update)
        switch standing(of: update, nullifier: nullifier) {
        case .refused(let refusal): return refusal
        case .repeated: return nil
        case .fresh: break
        }
        if let refusal = update.refusal(atLogTime: execution.time) { return refusal }
        let counted = federation.accept(update, nullifier: nullifier, at: execution.time)
        execution.accept(.update(update), as: .updateAccepted(counted.entry))
        execution.take(counted.steps)
        return nil
    }

    /// Takes the rounds of a snapshot.
    mutating func readRounds(_ bytes: [UInt8]) throws(WireError) {
        federation = try Federation(decoding: bytes, terms: terms.learning, claimsNeeded: committee.f + 1)
        for model in terms.learning.models { keepClaims(on: model) }
    }

    /// Claims stand in cars and not in the log: private state, until they make a result.
    private mutating func keepClaims(on model: LearnedModel) {
        let claims = federation.claims(on: model)
        guard claims != keptClaims[model] ?? [] else { return }
        keptClaims[model] = claims
        privateState.set(Digest.sha256(Array("waymark.v1.claims.\(model.name)".utf8)), to: claims)
    }

    /// Accepts the report, or says why not. A repeat is neither: it adds nothing and is answered with the first one's receipt.
    private mutating func accept(_ report: AdmittedReport, in execution: inout Execution) -> Refusal? {
        if revoked.contains(report.enrolment.digest) { return .revoked }
        if let refusal = report.refusal(atLogTime: execution.time, terms: terms) { return refusal }
        let vehicle = report.certificate.vehicleKey
        var account = accounts[vehicle] ?? Account(at: execution.time)
        switch account.window.admit(report.report.sequence) {
        case .belowWindow: return .belowWindow
        case .repeated: return nil
        case .fresh: break
        }
        // A report above the rate is refused without using up its sequence: the vehicle may send it again later.
        guard account.bucket.take(at: execution.time) else { return .rateExceeded }
        accounts[vehicle] = account
        privateState.set(Digest.sha256(vehicle.bytes), to: account.encoded())
        record(report, in: &execution)
        return nil
    }

    private func record(_ admitted: AdmittedReport, in execution: inout Execution) {
        execution.accept(.report(admitted), as: .report(ReportEntry(commitment: admitted.commitment)))
        for entry in entries(of: admitted, at: execution.time) { execution.observe(entry) }
    }

    /// The observations of a report as they stand in the log, where a block of that time accepts it.
    func entries(of admitted: AdmittedReport, at time: Timestamp) -> [ObservationEntry] {
        let report = admitted.report
        let map = terms.knowsMap(of: report) ? report.mapDigest : nil
        return report.observations.map {
            ObservationEntry(
                $0, enrolment: admitted.enrolment.digest, map: map, logTime: time, logSecret: logSecret)
        }
    }

    /// Whether the log says it already, or enough of the same validator.
    func hasConvicted(by evidence: Evidence) -> Bool {
        convicted.contains(evidence.slot(in: committee))
            || convictions[evidence.culprit(in: committee), default: 0] >= ReplicaLimits.convictionsPerValidator
    }

    private mutating func convict(_ bytes: [UInt8], in execution: inout Execution) {
        guard let evidence = try? Evidence(decoding: bytes), !hasConvicted(by: evidence) else { return }
        let (culprit, slot) = (evidence.culprit(in: committee), evidence.slot(in: committee))
        convicted.insert(slot)
        convictions[culprit, default: 0] += 1
        privateState.set(slot, to: [1])
        execution.append(
            .evidence(EvidenceEntry(validator: UInt32(culprit), evidence: evidence.withoutItems.encoded())))
    }

    private mutating func revoke(_ admitted: AdmittedRevocation, in execution: inout Execution) {
        guard revoked.insert(admitted.revocation.certificateDigest).inserted else { return }
        privateState.set(admitted.revocation.certificateDigest, to: [1])
        execution.append(.revocation(RevocationEntry(commitment: admitted.commitment)))
    }
}

/// What execution refused, and why.
public struct Refused: Sendable {
    /// The report or update.
    public var submission: Submission
    /// The reason that its sender is told.
    public var refusal: Refusal
}

/// What the validators remember of one vehicle's reports.
struct Account: Sendable {
    var window = ReplayWindow()
    var bucket: TokenBucket

    init(at time: Timestamp) {
        bucket = TokenBucket(ReplicaLimits.reportRate, at: time)
    }

    func encoded() -> [UInt8] { window.encoded() + bucket.encoded() }

    init(from reader: inout Reader) throws(WireError) {
        window = try ReplayWindow(from: &reader)
        bucket = try TokenBucket(ReplicaLimits.reportRate, from: &reader)
    }
}

/// A block while it is being executed.
private struct Execution {
    let finalized: FinalizedBlock
    let firstIndex: UInt64
    var entries: [Entry] = []
    var leaves: [[UInt8]] = []
    private var observations: [(entry: ObservationEntry, leaf: [UInt8])] = []
    var submissions: [AcceptedSubmission] = []
    var jobs: [RoundJob] = []
    var refused: [Refused] = []
    var hazards: [Hazard] = []

    init(_ finalized: FinalizedBlock, firstIndex: UInt64) {
        self.finalized = finalized
        self.firstIndex = firstIndex
    }

    var time: Timestamp { finalized.block.timestamp }

    mutating func append(_ entry: Entry) { append(entry, leaf: entry.encoded()) }

    /// Adds an entry whose bytes are there already.
    mutating func append(_ entry: Entry, leaf: [UInt8]) {
        entries.append(entry)
        leaves.append(leaf)
    }

    mutating func observe(_ observation: ObservationEntry) {
        observations.append((observation, Entry.observation(observation).encoded()))
    }

    mutating func accept(_ submission: Submission, as entry: Entry) {
        let leaf = firstIndex + UInt64(entries.count)
        submissions.append(AcceptedSubmission(submission: submission, entry: entry, leaf: leaf))
        append(entry)
    }

    /// What the rounds ask for.
    mutating func take(_ steps: [RoundStep]) {
        for step in steps {
            switch step {
            case .entry(let entry): append(entry)
            case .compute(let job): jobs.append(job)
            }
        }
    }

    /// In the order of (cell, kind, tag): what stood together in a report is spread over the block. Equal ones are told apart by the rest
    /// of their fields, so that the order does not depend on the sorting algorithm.
    func sortedObservations() -> [(entry: ObservationEntry, leaf: [UInt8])] {
        observations.sorted { left, right in
            let first = (left.entry.cell, left.entry.kind.rawValue, left.entry.tag)
            let second = (right.entry.cell, right.entry.kind.rawValue, right.entry.tag)
            return first == second ? left.leaf.lexicographicallyPrecedes(right.leaf) : first < second
        }
    }

    func result(root: Digest, size: UInt64) -> ExecutedBlock {
        ExecutedBlock(
            height: finalized.height, view: finalized.block.view, time: time, hash: finalized.hash,
            firstIndex: firstIndex, entries: entries, leaves: leaves, submissions: submissions, jobs: jobs,
            hazards: hazards, finalized: finalized,
            head: Head(height: finalized.height, time: time, size: size, root: root))
    }
}
