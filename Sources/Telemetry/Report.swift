import Cryptography
import Wire

/// A vehicle's signed batch of observations: what the log is about.
///
/// Its key is (vehicle key, sequence). A vehicle that gets no answer sends the same bytes again; when they have become
/// stale it signs the same sequence and observations again with a new time. Whichever comes first in the log counts,
/// the others add nothing.
public struct Report: Signable {
    /// What the vehicle's signature is for.
    public static let domain = Domain.report

    /// Digest of the enrolment certificate whose key signs.
    public var certificateDigest: Digest
    /// The vehicle's own count of its reports, from 1.
    public var sequence: UInt64
    /// When it was signed.
    public var time: Timestamp
    /// Thirty-two random bytes: with them, and only with them, the log's commitment can be tied to this report.
    public var salt: [UInt8]
    /// SHA-256 of the map file that the places refer to; nil where no observation has a place.
    public var mapDigest: Digest?
    /// One to 64 sightings.
    public var observations: [Observation]

    /// A report.
    public init(
        certificateDigest: Digest, sequence: UInt64, time: Timestamp, salt: [UInt8], mapDigest: Digest?,
        observations: [Observation]
    ) {
        self.certificateDigest = certificateDigest
        self.sequence = sequence
        self.time = time
        self.salt = salt
        self.mapDigest = mapDigest
        self.observations = observations
    }
}
