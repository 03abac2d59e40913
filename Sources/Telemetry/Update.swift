import Cryptography
import Wire

/// What a vehicle learnt in a round: the only thing that ever leaves it of what it was trained on.
///
/// Its key is (vehicle key, model, round): one counts, whichever comes first in the log.
public struct Update: Signable {
    /// What the vehicle's signature is for.
    public static let domain = Domain.update

    /// Digest of the enrolment certificate whose key signs.
    public var certificateDigest: Digest
    /// When it was signed.
    public var time: Timestamp
    /// Thirty-two random bytes, as in a report.
    public var salt: [UInt8]
    /// The model that was trained.
    public var model: LearnedModel
    /// The round, from 1.
    public var round: UInt64
    /// SHA-256 of the version that was trained.
    public var baseVersion: Digest
    /// What was learnt, in the model's own layout.
    public var payload: [UInt8]

    /// An update.
    public init(
        certificateDigest: Digest, time: Timestamp, salt: [UInt8], model: LearnedModel, round: UInt64,
        baseVersion: Digest, payload: [UInt8]
    ) {
        self.certificateDigest = certificateDigest
        self.time = time
        self.salt = salt
        self.model = model
        self.round = round
        self.baseVersion = baseVersion
        self.payload = payload
    }
}
