import Cryptography
import Geography
import Wire

/// Where a vehicle is and how it does. The gateway that receives it verifies and counts it, shows it live where the
/// owner consents, keeps it at most 60 s and never passes it on to other validators.
public struct TelemetrySample: Signable {
    /// What the vehicle's signature is for.
    public static let domain = Domain.telemetry

    /// Digest of the enrolment certificate whose key signs.
    public var certificateDigest: Digest
    /// Rises with each sample of a session, from 1.
    public var sequence: UInt64
    /// When it was signed.
    public var time: Timestamp
    /// Where the vehicle is.
    public var coordinate: Coordinate
    /// Speed in centimetres a second, at most 10,000.
    public var speedCentimetresPerSecond: UInt32
    /// Hundredths of a degree, clockwise from north, below 36,000.
    public var headingCentidegrees: UInt32
    /// The perception version that the vehicle runs, if any.
    public var modelDigest: Digest?
    /// The travel-time version that it routes by, if any.
    public var travelTimeDigest: Digest?
    /// Whether the owner consents to appear on the live map.
    public var showsPosition: Bool

    /// A sample.
    public init(
        certificateDigest: Digest, sequence: UInt64, time: Timestamp, coordinate: Coordinate,
        speedCentimetresPerSecond: UInt32, headingCentidegrees: UInt32, modelDigest: Digest? = nil,
        travelTimeDigest: Digest? = nil, showsPosition: Bool = false
    ) {
        self.certificateDigest = certificateDigest
        self.sequence = sequence
        self.time = time
        self.coordinate = coordinate
        self.speedCentimetresPerSecond = speedCentimetresPerSecond
        self.headingCentidegrees = headingCentidegrees
        self.modelDigest = modelDigest
        self.travelTimeDigest = travelTimeDigest
        self.showsPosition = showsPosition
    }
}
