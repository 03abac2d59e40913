import Consensus
import Cryptography
import Hazards
import Telemetry
import TransparencyLog
import Wire

/// The state that follows from the finalized blocks, and nothing else: the same on every validator.
///
/// A block is executed in four strokes: its own entry opens it; each report, in the block's order, is accepted or refused by what only
/// log order can decide (sequence, revocation, certificate's validity, age, rate); the observations of all its accepted reports follow,
/// sorted, so that one report's do not stand side by side; hazards take them in that order. Log time, the block's timestamp, is the only
/// clock. The *public* state, hazards, can be replayed by anyone from the log; the *private* state, who sent what, stays with the validators,
/// and only its root is in the log.
struct Ledger: Sendable {
    private let terms: CommitteeTerms
    private let logSecret: [UInt8]
    private(set) var tree = Tree()
    private(set) var hazards: Hazards
    private var accounts: [PublicKey: Account] = [:]
    private var revoked: Set<Digest> = []
    private var privateState = StateTree()
    private(set) var height: UInt64 = 0
    private var parentHash: Digest

    init(terms: CommitteeTerms, logSecret: [UInt8], genesis: Digest) {
        self.terms = terms
        self.logSecret = logSecret
        self.hazards = Hazards()
        self.parentHash = genesis
    }

    /// SHA-256 of the public root and the private root.
    var stateRoot: Digest {
        mutating get { Digest.sha256(hazards.digest.bytes + privateState.root().bytes) }
    }

    /// What execution would make of the key (vehicle, sequence) now: whether it is new, already in the log, or too old to tell.
    func standing(of vehicle: PublicKey, sequence: UInt64) -> ReplayWindow.Standing {
        accounts[vehicle]?.window.standing(of: sequence) ?? .fresh
    }

    /// Whether the certificate was revoked by an entry of the log.
    func isRevoked(_ certificate: Digest) -> Bool { revoked.contains(certificate) }

    /// Executes the next finalized block.
    mutating func execute(_ finalized: FinalizedBlock) -> (block: ExecutedBlock, refusals: [Refused]) {
        precondition(finalized.height == height + 1, "blocks are executed in order of height")
        var execution = Execution(finalized, firstIndex: tree.size)
        execution.append(.block(opening(finalized)))
        for car in finalized.cars {
            for item in CarInspector(terms: terms).decode(items: car.car.items) { run(item, in: &execution) }
        }
        for entry in execution.sortedObservations() {
            execution.append(.observation(entry))
            execution.hazards += hazards.apply(entry, at: execution.time, height: finalized.height)
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

    private mutating func run(_ item: AdmittedItem, in execution: inout Execution) {
        switch item {
        case .report(let report):
            if let refusal = accept(report, in: &execution) {
                execution.refused.append(Refused(report: report, refusal: refusal))
            }
        case .revocation(let revocation):
            revoke(revocation, in: &execution)
        }
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
        let report = admitted.report
        let mapIsKnown = terms.knowsMap(of: report)
        execution.accept(admitted, mapIsKnown: mapIsKnown)
        for observation in report.observations {
            execution.observations.append(
                ObservationEntry(
                    observation, enrolment: admitted.enrolment.digest, map: mapIsKnown ? report.mapDigest : nil,
                    logTime: execution.time, logSecret: logSecret))
        }
    }

    private mutating func revoke(_ admitted: AdmittedRevocation, in execution: inout Execution) {
        guard revoked.insert(admitted.revocation.certificateDigest).inserted else { return }
        privateState.set(admitted.revocation.certificateDigest, to: [1])
        execution.append(.revocation(RevocationEntry(commitment: admitted.commitment)))
    }
}

/// A report that execution refused, and why.
public struct Refused: Sendable {
    /// The report.
    public var report: AdmittedReport
    /// The reason that its sender is told.
    public var refusal: Refusal
}

/// What the validators remember of one vehicle's reports.
private struct Account: Sendable {
    var window = ReplayWindow()
    var bucket: TokenBucket

    init(at time: Timestamp) {
        bucket = TokenBucket(ReplicaLimits.reportRate, at: time)
    }

    func encoded() -> [UInt8] { window.encoded() + bucket.encoded() }
}

/// A block while it is being executed.
private struct Execution {
    let finalized: FinalizedBlock
    let firstIndex: UInt64
    var entries: [Entry] = []
    var leaves: [[UInt8]] = []
    var observations: [ObservationEntry] = []
    var reports: [AcceptedReport] = []
    var refused: [Refused] = []
    var hazards: [Hazard] = []

    init(_ finalized: FinalizedBlock, firstIndex: UInt64) {
        self.finalized = finalized
        self.firstIndex = firstIndex
    }

    var time: Timestamp { finalized.block.timestamp }

    mutating func append(_ entry: Entry) {
        entries.append(entry)
        leaves.append(entry.encoded())
    }

    mutating func accept(_ admitted: AdmittedReport, mapIsKnown: Bool) {
        let leaf = firstIndex + UInt64(entries.count)
        append(.report(ReportEntry(commitment: admitted.commitment)))
        reports.append(AcceptedReport(admitted: admitted, leaf: leaf, mapIsKnown: mapIsKnown))
    }

    /// In the order of (cell, kind, tag): what stood together in a report is spread over the block. Equal ones are told apart by the rest
    /// of their fields, so that the order does not depend on the sorting algorithm.
    func sortedObservations() -> [ObservationEntry] {
        observations.sorted { left, right in
            let first = (left.cell, left.kind.rawValue, left.tag)
            let second = (right.cell, right.kind.rawValue, right.tag)
            if first != second { return first < second }
            return Entry.observation(left).encoded().lexicographicallyPrecedes(Entry.observation(right).encoded())
        }
    }

    func result(root: Digest, size: UInt64) -> ExecutedBlock {
        ExecutedBlock(
            height: finalized.height, view: finalized.block.view, time: time, hash: finalized.hash,
            firstIndex: firstIndex, entries: entries, leaves: leaves, reports: reports, hazards: hazards,
            finalized: finalized,
            head: Head(height: finalized.height, time: time, size: size, root: root))
    }
}
