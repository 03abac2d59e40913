import Consensus
import Federation
import Hazards
import Replica

/// What a turn wants to do to the world, once its records are durable.
enum Release: Sendable {
    /// An own statement, signed: to its recipients, and back to the replica.
    case statement(SignedStatement)
    /// A message to validators.
    case message(PeerMessage, to: Audience)
    /// An own cosignature: to its recipients, and back to the replica.
    case cosignature(VerifiedCosignature, to: Audience)
    /// An executed block: to the stores, the subscribers and the watchers.
    case executed(ExecutedBlock)
    /// Warnings of hazards that are not final: to the subscribers.
    case warn([Hazard])
    /// A head with its quorum: to the stores.
    case published(PublishedHead)
    /// An answer to a session.
    case answer(SubmissionToken, Answer)
    /// Work for the pool.
    case compute(RoundJob)
    /// A snapshot: to its file.
    case keep(PendingSnapshot)
    /// The state at that head was taken over: what vehicles and watchers are told follows.
    case adopted(Head, hazardsBefore: [Hazard])
    /// The end of the epoch: to whoever owns the server.
    case ended(EpochEnd)
    /// The end of the process.
    case halt(HaltReason)
    /// History for a peer that catches up.
    case history(HistoryRequest, to: ValidatorIndex)
    /// Old cars for a peer that catches up.
    case cars(CarRequest, to: ValidatorIndex)
}

/// Holds back what turns release until the journal has their records: the one place where "durable before it leaves" is kept.
///
/// One commit is in flight at a time. Turns taken meanwhile gather for the next, so under load one sync serves many turns, and when nothing needs a sync
/// nothing waits.
struct Outbox {
    private var gathered: [Release] = []
    private var inFlight: [Release]?

    /// Whether a commit is on its way to the disk.
    var isCommitting: Bool { inFlight != nil }

    /// Adds what a turn wants to release.
    mutating func add(_ release: Release) {
        gathered.append(release)
    }

    /// Own statements that wait for their commit, in the order in which they were signed.
    var statements: [SignedStatement] {
        ((inFlight ?? []) + gathered).compactMap { if case .statement(let signed) = $0 { signed } else { nil } }
    }

    /// The process ends once everything staged is durable, and nothing else of what is gathered leaves.
    mutating func end(_ reason: HaltReason) { gathered = [.halt(reason)] }

    /// What may leave at once: everything gathered, where nothing is staged and no commit is in flight.
    mutating func releaseUndelayed(hasStaged: Bool) -> [Release] {
        guard !hasStaged, inFlight == nil else { return [] }
        defer { gathered.removeAll(keepingCapacity: true) }
        return gathered
    }

    /// A commit of everything staged begins: what is gathered waits for it.
    mutating func beginCommit() {
        precondition(inFlight == nil, "one commit is in flight at a time")
        inFlight = gathered
        gathered = []
    }

    /// The commit has succeeded: what waited for it may leave.
    mutating func endCommit() -> [Release] {
        guard let durable = inFlight else { preconditionFailure("a commit ends that has begun") }
        inFlight = nil
        return durable
    }
}
