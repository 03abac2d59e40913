import Cryptography
import Wire

/// What each kind of signature of this module is for.
public enum Domain {
    /// Enrolment certificates, signed by an authority.
    public static let certificate = SigningDomain("waymark.v1.certificate")
    /// Reports, signed by a vehicle.
    public static let report = SigningDomain("waymark.v1.report")
    /// Telemetry, signed by a vehicle.
    public static let telemetry = SigningDomain("waymark.v1.telemetry")
    /// Updates, signed by a vehicle.
    public static let update = SigningDomain("waymark.v1.update")
    /// Revocations, signed by an authority.
    public static let revocation = SigningDomain("waymark.v1.revocation")
    /// Changes of the committee, signed by validators with their consensus keys.
    public static let committee = SigningDomain("waymark.v1.committee")
}

/// A value that is signed as bytes: protobuf, as its sender encoded it.
///
/// Decoding is strict about every bound of `TelemetryLimits` and tolerant of fields that it does not know, since a
/// later version may have signed them. Nothing re-encodes what was signed.
public protocol Signable: Hashable, Sendable {
    /// What a signature over such a value is for.
    static var domain: SigningDomain { get }

    /// The value of these bytes, every field inside its bounds.
    init(decoding bytes: [UInt8]) throws(Refusal)

    /// The bytes that this version of the format writes.
    func encoded() -> [UInt8]
}

extension Signable {
    /// The value signed by `key` for the committee `chain`.
    public func signed(by key: SigningKey, chain: Digest) -> Signed<Self> {
        let bytes = encoded()
        return Signed(self, bytes: bytes, signature: key.sign(Self.domain.message(chain: chain, bytes)))
    }
}

/// What a vehicle signs, under a certificate and at a time.
public protocol VehicleMessage: Signable {
    /// Digest of the enrolment certificate whose key signs.
    var certificateDigest: Digest { get }
    /// When it was signed.
    var time: Timestamp { get }
}

extension Report: VehicleMessage {}
extension Update: VehicleMessage {}
extension TelemetrySample: VehicleMessage {}

extension Signed where Value: Signable {
    /// The claim that `signature` covers `bytes`, whatever they decode to.
    public init(decoding bytes: [UInt8], signature: Signature) throws(Refusal) {
        self.init(try Value(decoding: bytes), bytes: bytes, signature: signature)
    }

    /// Whether `key` signed the bytes for this kind of value under the committee `chain`.
    func isSigned(by key: PublicKey, chain: Digest) -> Bool {
        verified(by: key, domain: Value.domain, chain: chain) != nil
    }
}
