/// The bound of every field that vehicles, authorities and owners of cars send. What breaks one is refused before
/// anything else is done.
public enum TelemetryLimits {
    // MARK: Sizes, in bytes

    /// An encoded `Report`.
    public static let reportBytes = 8192
    /// An encoded `TelemetrySample`.
    public static let telemetryBytes = 1024
    /// An encoded `Update`.
    public static let updateBytes = 65_536
    /// An encoded `EnrolmentCertificate`: about 90, and room for what later versions add.
    public static let certificateBytes = 256
    /// An encoded `Revocation`.
    public static let revocationBytes = 256
    /// A certificate with its signature, as it stands in an envelope.
    public static let signedCertificateBytes = certificateBytes + envelopeOverhead
    /// A report with signature and certificate, as a vehicle publishes it.
    public static let reportEnvelopeBytes = reportBytes + signedCertificateBytes + envelopeOverhead
    /// An update with signature and certificate.
    public static let updateEnvelopeBytes = updateBytes + signedCertificateBytes + envelopeOverhead
    /// Telemetry with signature and certificate.
    public static let telemetryEnvelopeBytes = telemetryBytes + signedCertificateBytes + envelopeOverhead
    /// A revocation with its signature.
    public static let revocationEnvelopeBytes = revocationBytes + envelopeOverhead
    /// A change of the committee with its signatures: fifteen validators make about 7,000.
    public static let committeeChangeBytes = 32_768
    /// An encoded log entry: a change of the committee is the largest, all others have a few hundred.
    public static let entryBytes = committeeChangeBytes + 64
    /// An item of a car: kind, length, bytes, signature.
    public static let carItemBytes = 1 + 4 + updateBytes + 64
    /// Items of a car, certificates included.
    public static let carItems = 4096
    /// Signature, tags and lengths of an envelope.
    private static let envelopeOverhead = 128

    // MARK: Fields

    /// Validators that a change of the committee may name.
    public static let committeeMembers = 128
    /// Bytes of a validator's name or address.
    public static let memberTextBytes = 128
    /// Random bytes in a report or revocation.
    public static let saltBytes = 32
    /// Observations of a report.
    public static let observations = 1...64
    /// Sequence numbers start at 1: an unset field is no sequence.
    public static let sequence: ClosedRange<UInt64> = 1...UInt64.max
    /// Milliseconds since 1970, to the end of the year 9999.
    public static let timeMilliseconds: ClosedRange<UInt64> = 1...253_402_300_799_999
    /// How far an observation may lie before its report's time, in milliseconds: a day in an outbox.
    public static let observationAgeMilliseconds: UInt64 = 24 * 3_600_000
    /// From an edge's start, in centimetres.
    public static let offsetCentimetres: ClosedRange<UInt32> = 0...10_000_000
    /// A sensor's confidence, in thousandths.
    public static let confidencePermille: ClosedRange<UInt32> = 1...1000
    /// Centimetres a second: 360 km/h.
    public static let speedCentimetresPerSecond: ClosedRange<UInt32> = 0...10_000
    /// Hundredths of a degree, clockwise from north.
    public static let headingCentidegrees: ClosedRange<UInt32> = 0...35_999
    /// What an observation counts for in the log. This version writes 1.
    public static let weight: ClosedRange<UInt32> = 1...1000

    // MARK: Derived

    /// Length of an observation's time bucket in the log, in milliseconds.
    public static let bucketMilliseconds: UInt64 = 30_000
    /// The last bucket of `timeMilliseconds`.
    public static let lastBucket = timeMilliseconds.upperBound / bucketMilliseconds
    /// How long a vehicle keeps the same tag for the same hazard, in milliseconds of log time.
    public static let tagWindowMilliseconds: UInt64 = 3_600_000
    /// Sequence numbers, counted back from the highest, that are still told apart.
    public static let replayWindow = 1024
}
