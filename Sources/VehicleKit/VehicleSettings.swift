import Cryptography
import Geography
import Transport

/// A validator's door for vehicles.
public struct Gateway: Hashable, Sendable {
    /// An IP address or a name.
    public var host: String
    /// The port.
    public var port: UInt16
    /// SHA-256 of the DER SubjectPublicKeyInfo of its TLS key; nil for a plain connection, which is for loopback only.
    public var tlsPin: Digest?

    /// The door at `host` and `port`.
    public init(host: String, port: UInt16, tlsPin: Digest? = nil) {
        self.host = host
        self.port = port
        self.tlsPin = tlsPin
    }
}

extension Gateway: CustomStringConvertible {
    /// `host:port`.
    public var description: String { "\(host):\(port)" }
}

/// How a vehicle behaves.
public struct VehicleSettings: Hashable, Sendable {
    /// What it calls itself to gateways; nil for a name from its certificate's digest.
    public var clientID: String?
    /// Decides which gateway comes first and how waits are spread: give each vehicle another.
    public var seed: UInt64 = 0
    /// The number of its first report; nil for the wall clock's milliseconds, so that no restart uses a number again.
    public var firstSequence: UInt64?
    /// Whether telemetry wants an acknowledgement.
    public var telemetryQoS = MQTTQoS.atMostOnce
    /// Reports that may wait for their receipt; at most `VehicleLimits.outboxReports`.
    public var outboxReports = 256
    /// Age of a signature at which a report is signed again, in milliseconds.
    public var signAgainMilliseconds: UInt64 = 30_000
    /// How long a report may stay unanswered before another gateway is tried, in milliseconds.
    public var answerMilliseconds: UInt64 = 20_000
    /// How long a gateway has to repeat what is active, in milliseconds.
    public var refreshMilliseconds: UInt64 = 5_000
    /// Seconds of silence after which it shows that it lives.
    public var keepAliveSeconds: UInt16 = 30

    /// The settings of a vehicle in service.
    public init() {}
}

/// What a vehicle's own sensors say about it now.
public struct TelemetryReading: Hashable, Sendable {
    /// Where it is.
    public var coordinate: Coordinate
    /// Centimetres a second; above 10,000 it counts as 10,000.
    public var speedCentimetresPerSecond: UInt32
    /// Hundredths of a degree, clockwise from north; whole turns do not count.
    public var headingCentidegrees: UInt32
    /// The model version that it runs, if any.
    public var modelDigest: Digest?
    /// Whether the owner consents to appear on the live map.
    public var showsPosition: Bool

    /// A reading.
    public init(
        coordinate: Coordinate, speedCentimetresPerSecond: UInt32, headingCentidegrees: UInt32,
        modelDigest: Digest? = nil, showsPosition: Bool = false
    ) {
        self.coordinate = coordinate
        self.speedCentimetresPerSecond = speedCentimetresPerSecond
        self.headingCentidegrees = headingCentidegrees
        self.modelDigest = modelDigest
        self.showsPosition = showsPosition
    }
}
