import Telemetry
import Transport

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
    /// The shared models that it runs, and of whose rounds and versions it wants to hear; empty for none.
    public var models: [LearnedModel] = LearnedModel.allCases
    /// Seconds of silence after which it shows that it lives.
    public var keepAliveSeconds: UInt16 = 30

    /// The settings of a vehicle in service.
    public init() {}
}
