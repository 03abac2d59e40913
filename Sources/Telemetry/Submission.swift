import Cryptography
import Wire

/// What a vehicle submits to the log and waits for: its bytes are valid, and whether it counts is for execution to decide.
public enum Submission: Hashable, Sendable {
    /// Observations.
    case report(AdmittedReport)
    /// What it learnt.
    case update(AdmittedUpdate)

    /// SHA-256 of the signed bytes: names the receipt.
    public var digest: Digest {
        switch self {
        case .report(let report): report.digest
        case .update(let update): update.digest
        }
    }

    /// The certificate under which it was signed.
    public var enrolment: Enrolment {
        switch self {
        case .report(let report): report.enrolment
        case .update(let update): update.enrolment
        }
    }

    /// The bytes that the vehicle signed.
    public var bytes: [UInt8] {
        switch self {
        case .report(let report): report.signed.bytes
        case .update(let update): update.signed.bytes
        }
    }

    /// The vehicle's signature.
    public var signature: Signature {
        switch self {
        case .report(let report): report.signed.signature
        case .update(let update): update.signed.signature
        }
    }

    /// What its signings have in common, where the key alone does not say it: an update's payload. Nil for a report.
    public var content: Digest? {
        switch self {
        case .report: nil
        case .update(let update): Digest.sha256(update.update.payload)
        }
    }

    /// How it stands in a car, behind its certificate.
    public var carItem: CarItem {
        switch self {
        case .report(let report): .report(report.signed)
        case .update(let update): .update(update.signed)
        }
    }

    /// Whether its places are on the committee's map, or it has none.
    public func knowsMap(_ terms: CommitteeTerms) -> Bool {
        switch self {
        case .report(let report): terms.knowsMap(of: report.report)
        case .update: true
        }
    }

    /// Why it is refused by the gateway's own clock: told to the sender before it costs anyone anything. A courtesy: log time decides.
    public func refusal(atGatewayTime now: Timestamp, terms: CommitteeTerms) -> Refusal? {
        switch self {
        case .report(let report): report.refusal(atGatewayTime: now, terms: terms)
        case .update(let update): update.refusal(atGatewayTime: now)
        }
    }
}

/// What execution would make of a submission, its age and rate aside.
public enum SubmissionStanding: Hashable, Sendable {
    /// It would be accepted.
    case fresh
    /// It is in the log.
    case repeated
    /// It adds nothing, and why.
    case refused(Refusal)
}
