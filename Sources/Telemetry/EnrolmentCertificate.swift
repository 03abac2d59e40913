import Cryptography
import Wire

/// An authority's word that a key belongs to an enrolled vehicle. It travels with reports, so that validators need no
/// registry and no authority has to be online.
public struct EnrolmentCertificate: Signable {
    /// What the authority's signature is for.
    public static let domain = Domain.certificate

    /// The vehicle's key.
    public var vehicleKey: PublicKey
    /// First instant at which it counts.
    public var notBefore: Timestamp
    /// First instant at which it no longer counts.
    public var notAfter: Timestamp
    /// The authority that signs: it must stand in the committee's configuration.
    public var authorityKey: PublicKey

    /// A certificate.
    public init(vehicleKey: PublicKey, notBefore: Timestamp, notAfter: Timestamp, authorityKey: PublicKey) {
        self.vehicleKey = vehicleKey
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.authorityKey = authorityKey
    }

    /// Why it does not count at `time`, or nil where it does.
    public func refusal(at time: Timestamp) -> Refusal? {
        if time < notBefore { return .certificateNotYetValid }
        if time >= notAfter { return .certificateExpired }
        return nil
    }
}

/// A fact: a certificate that an authority of the committee signed. Only admission and inspection make one.
public struct Enrolment: Hashable, Sendable {
    /// The certificate with its bytes and signature, as it goes into a car.
    public let signed: Signed<EnrolmentCertificate>
    /// SHA-256 of the certificate's bytes: its name in reports, revocations and tags.
    public let digest: Digest

    /// The certificate.
    public var certificate: EnrolmentCertificate { signed.value }

    /// Why a message under this enrolment is refused for its time, by the clock that reads `now`; nil where it is not.
    func refusal(of message: some VehicleMessage, at now: Timestamp, _ timeliness: Timeliness) -> Refusal? {
        certificate.refusal(at: now) ?? timeliness.refusal(of: message.time, at: now)
    }

    /// The enrolment that a good signature, checked now or vouched for by a proof of availability, makes of the claim.
    init(trusting signed: Signed<EnrolmentCertificate>) {
        self.signed = signed
        digest = Digest.sha256(signed.bytes)
    }
}

/// An authority's order to end a certificate. It stands in the log and takes effect from its height.
public struct Revocation: Signable {
    /// What the authority's signature is for.
    public static let domain = Domain.revocation

    /// Digest of the certificate that ends.
    public var certificateDigest: Digest
    /// When it was signed.
    public var time: Timestamp
    /// Thirty-two random bytes, as in a report.
    public var salt: [UInt8]
    /// The authority that signs.
    public var authorityKey: PublicKey

    /// A revocation.
    public init(certificateDigest: Digest, time: Timestamp, salt: [UInt8], authorityKey: PublicKey) {
        self.certificateDigest = certificateDigest
        self.time = time
        self.salt = salt
        self.authorityKey = authorityKey
    }
}
