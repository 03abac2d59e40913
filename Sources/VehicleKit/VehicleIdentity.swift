import Cryptography
import Telemetry
import TransparencyLog
import Wire

/// Who a vehicle is to one committee: its key, and an authority's word that the key is enrolled.
public struct VehicleIdentity: Sendable {
    /// The committee that signatures are for.
    public let chain: Digest
    /// What the vehicle signs with. It never leaves the vehicle but in its own identity file.
    public let key: SigningKey
    /// The enrolment certificate of that key.
    public let certificate: Signed<EnrolmentCertificate>
    /// Whom to believe about the committee's log, where the identity came with it.
    public let policy: Policy?
    /// SHA-256 of the certificate's bytes: what reports name it by.
    public let certificateDigest: Digest

    /// The identity of a vehicle whose key `certificate` certifies.
    public init(
        chain: Digest, key: SigningKey, certificate: Signed<EnrolmentCertificate>, policy: Policy? = nil
    ) {
        self.chain = chain
        self.key = key
        self.certificate = certificate
        self.policy = policy
        certificateDigest = Digest.sha256(certificate.bytes)
    }

    /// The message, signed.
    func sign<Message: Signable>(_ message: Message) -> Signed<Message> { message.signed(by: key, chain: chain) }
}
