import Cryptography
import Wire

/// A report whose bytes are valid: every field in bounds, enrolled by an authority of the committee, signed by the
/// enrolled key.
///
/// Only admission, inspection of a car, or the proof of availability of a car makes one. Whether it counts is for
/// execution to decide.
public struct AdmittedReport: Hashable, Sendable {
    /// The report with its bytes and signature as sent.
    public let signed: Signed<Report>
    /// The certificate under which it was signed.
    public let enrolment: Enrolment
    /// SHA-256 of the report's bytes: names its receipt.
    public let digest: Digest

    init(_ signed: Signed<Report>, enrolment: Enrolment) {
        self.signed = signed
        self.enrolment = enrolment
        digest = Digest.sha256(signed.bytes)
    }

    /// What it says.
    public var report: Report { signed.value }
    /// The bytes that the vehicle signed.
    public var reportBytes: [UInt8] { signed.bytes }
    /// The vehicle's signature.
    public var signature: Signature { signed.signature }
    /// The certificate under which it was signed.
    public var certificate: EnrolmentCertificate { enrolment.certificate }
    /// The certificate with its bytes and the authority's signature.
    public var signedCertificate: Signed<EnrolmentCertificate> { enrolment.signed }
    /// SHA-256 of the certificate's bytes.
    public var certificateDigest: Digest { enrolment.digest }
    /// What the log holds of it: HMAC-SHA256(salt, report bytes).
    public var commitment: Digest { HMACSHA256.authenticate(key: report.salt, signed.bytes) }

    /// Why execution refuses it at log time, apart from what needs the ledger's memory (sequence, revocation, rate);
    /// nil where it does not.
    public func refusal(atLogTime logTime: Timestamp, terms: CommitteeTerms) -> Refusal? {
        refusal(at: logTime, .execution, terms: terms)
    }

    /// The same by the gateway's own clock, told to the sender before the report costs anyone anything. A courtesy: log
    /// time decides.
    public func refusal(atGatewayTime now: Timestamp, terms: CommitteeTerms) -> Refusal? {
        refusal(at: now, .gateway, terms: terms)
    }

    private func refusal(at now: Timestamp, _ timeliness: Timeliness, terms: CommitteeTerms) -> Refusal? {
        enrolment.refusal(of: report, at: now, timeliness) ?? terms.refusal(ofPlacesIn: report)
    }
}

/// An update whose bytes are valid, in the same sense: its payload is of its model's kind and within the committee's bounds.
public struct AdmittedUpdate: Hashable, Sendable {
    /// The update with its bytes and signature as sent.
    public let signed: Signed<Update>
    /// The certificate under which it was signed.
    public let enrolment: Enrolment
    /// SHA-256 of the update's bytes: names its receipt.
    public let digest: Digest

    init(_ signed: Signed<Update>, enrolment: Enrolment) {
        self.signed = signed
        self.enrolment = enrolment
        digest = Digest.sha256(signed.bytes)
    }

    /// What it says.
    public var update: Update { signed.value }
    /// What the log holds of it: HMAC-SHA256(salt, update bytes).
    public var commitment: Digest { HMACSHA256.authenticate(key: update.salt, signed.bytes) }

    /// Why execution refuses it at log time, apart from what needs the round's state; nil where it does not.
    public func refusal(atLogTime logTime: Timestamp) -> Refusal? {
        enrolment.refusal(of: update, at: logTime, .execution)
    }

    /// The same by the gateway's own clock: a courtesy, log time decides.
    public func refusal(atGatewayTime now: Timestamp) -> Refusal? { enrolment.refusal(of: update, at: now, .gateway) }
}

/// Telemetry whose bytes are valid, in the same sense.
public struct AdmittedTelemetry: Hashable, Sendable {
    /// The sample with its bytes and signature as sent.
    public let signed: Signed<TelemetrySample>
    /// The certificate under which it was signed.
    public let enrolment: Enrolment

    /// What it says.
    public var sample: TelemetrySample { signed.value }

    /// Why the gateway refuses it by its own clock, or nil where it does not.
    public func refusal(atGatewayTime now: Timestamp) -> Refusal? { enrolment.refusal(of: sample, at: now, .gateway) }
}

/// A revocation that an authority of the committee signed.
public struct AdmittedRevocation: Hashable, Sendable {
    /// The revocation with its bytes and signature as sent.
    public let signed: Signed<Revocation>

    /// What it says.
    public var revocation: Revocation { signed.value }
    /// What the log holds of it: HMAC-SHA256(salt, revocation bytes).
    public var commitment: Digest { HMACSHA256.authenticate(key: revocation.salt, signed.bytes) }
}

/// What a car carries for execution, in the car's order. Certificates are part of the reports that need them.
public enum AdmittedItem: Hashable, Sendable {
    /// A vehicle's report.
    case report(AdmittedReport)
    /// An authority's revocation.
    case revocation(AdmittedRevocation)
    /// What a vehicle learnt.
    case update(AdmittedUpdate)
    /// What the car's owner computed.
    case claim(RoundResult)
    /// What convicts a validator.
    case evidence([UInt8])
    /// Who the next validators are.
    case committee(SignedCommitteeChange)
}
