import Cryptography
import Foundation
import Schema
import SwiftProtobuf
import Wire

extension EnrolmentCertificate {
    /// The certificate of these bytes, every field inside its bounds.
    public init(decoding bytes: [UInt8]) throws(Refusal) {
        let message = try Waymark_V1_Certificate(bounded: bytes, atMost: TelemetryLimits.certificateBytes)
        vehicleKey = try Field.key(message.vehicleKey, "vehicle_key")
        notBefore = try Field.time(message.notBeforeMs, "not_before_ms")
        notAfter = try Field.time(message.notAfterMs, "not_after_ms")
        try Field.check(notBefore < notAfter, "not_after_ms")
        authorityKey = try Field.key(message.authorityKey, "authority_key")
    }

    /// The bytes that this version writes.
    public func encoded() -> [UInt8] {
        Waymark_V1_Certificate.with {
            $0.vehicleKey = Data(vehicleKey.bytes)
            $0.notBeforeMs = notBefore.milliseconds
            $0.notAfterMs = notAfter.milliseconds
            $0.authorityKey = Data(authorityKey.bytes)
        }.bytes()
    }
}

extension Revocation {
    /// The revocation of these bytes, every field inside its bounds.
    public init(decoding bytes: [UInt8]) throws(Refusal) {
        let message = try Waymark_V1_Revocation(bounded: bytes, atMost: TelemetryLimits.revocationBytes)
        certificateDigest = try Field.digest(message.certificateDigest, "certificate_digest")
        time = try Field.time(message.timeMs, "time_ms")
        salt = try Field.salt(message.salt)
        authorityKey = try Field.key(message.authorityKey, "authority_key")
    }

    /// The bytes that this version writes.
    public func encoded() -> [UInt8] {
        Waymark_V1_Revocation.with {
            $0.certificateDigest = Data(certificateDigest.bytes)
            $0.timeMs = time.milliseconds
            $0.salt = Data(salt)
            $0.authorityKey = Data(authorityKey.bytes)
        }.bytes()
    }
}
