import Cryptography
import Wire

/// The name under which a vehicle's update is counted in one round: it makes a second one show, and links no two rounds.
public enum Nullifier {
    /// HMAC-SHA256(log secret, "waymark.v1.nullifier" || 0 || enrolment || model: UInt8 || round: UInt64).
    public static func make(logSecret: [UInt8], enrolment: Digest, model: LearnedModel, round: UInt64) -> Digest {
        var writer = Writer(capacity: 64)
        writer.write(fixed: Array("waymark.v1.nullifier".utf8) + [0])
        writer.write(fixed: enrolment.bytes)
        writer.write(model.rawValue)
        writer.write(round)
        return HMACSHA256.authenticate(key: logSecret, writer.bytes)
    }
}
