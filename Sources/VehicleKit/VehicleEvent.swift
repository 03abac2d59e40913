import Cryptography
import Hazards
import Telemetry
import Wire

/// What a vehicle's owner learns.
public enum VehicleEvent: Hashable, Sendable {
    /// A gateway has let the vehicle in.
    case connected(Gateway)
    /// The connection, or the attempt at one, has ended; another follows unless the vehicle was stopped.
    case disconnected(Gateway, reason: String)
    /// A report stands in the log, shown by a receipt that was checked.
    case acknowledged(Acknowledgement)
    /// A gateway refuses a report for good; it has left the outbox.
    case refused(Digest, Refusal?, text: String)
    /// A report has left the outbox without an answer.
    case abandoned(sequence: UInt64, Abandonment)
    /// A hazard in an area that the vehicle follows began, changed or ended.
    case hazard(Hazard)
    /// A round has opened that builds on the version that the vehicle runs: it may train, and `submit` what it learnt
    /// until the deadline.
    case round(RoundOpenedEntry)
    /// From now on the vehicle runs this version of a model.
    case version(LearnedModel, Digest)
    /// The update of a round counts; its entry stands at this index of the log.
    case updateAcknowledged(LearnedModel, round: UInt64, index: UInt64)
    /// The update of a round has left the outbox: a gateway refuses it for good, or, without a refusal, a later
    /// round's took its place or no answer came in time.
    case updateRefused(LearnedModel, round: UInt64, Refusal?, text: String)
    /// The validators of this epoch are believed from now on: those before have decided so.
    case committee(epoch: UInt64)
    /// A gateway did what it should not have.
    case fault(Gateway, String)
    /// A gateway's words beside an acknowledgement, such as `unknownMap`.
    case remark(String)
}

/// Why a report left the outbox without an answer.
public enum Abandonment: Hashable, Sendable {
    /// Its oldest observation is a day old: no validator takes it any more.
    case tooOld
    /// There were more reports than the outbox holds.
    case outboxFull
}

/// A report that stands in the log.
public struct Acknowledgement: Hashable, Sendable {
    /// SHA-256 of the report's bytes as they were answered: the receipt's name.
    public let report: Digest
    /// The report's number.
    public let sequence: UInt64
    /// Where its entry stands in the log.
    public let index: UInt64
    /// How many entries the head has under which that was shown.
    public let treeSize: UInt64
    /// Milliseconds from the report's first observation until the receipt was checked, by the vehicle's wall clock.
    public let sinceObservationMilliseconds: UInt64
    /// Milliseconds from `report` being called until the receipt was checked.
    public let sinceSubmissionMilliseconds: UInt64
    /// The receipt: a C2SP `.tlog-proof`, to be kept by whoever wants to show it.
    public let receipt: [UInt8]
}
