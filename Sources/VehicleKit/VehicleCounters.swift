/// What a vehicle did, in numbers that only rise.
public struct VehicleCounters: Hashable, Sendable {
    /// Reports taken from the owner.
    public var reportsSubmitted: UInt64 = 0
    /// Reports acknowledged by a receipt that was checked.
    public var reportsAcknowledged: UInt64 = 0
    /// Reports refused for good.
    public var reportsRefused: UInt64 = 0
    /// Reports that left the outbox without an answer.
    public var reportsAbandoned: UInt64 = 0
    /// Publishes of reports, first and further ones.
    public var reportsSent: UInt64 = 0
    /// Signings of a report or update beyond its first.
    public var signedAgain: UInt64 = 0
    /// Answers that told to send again later.
    public var postponed: UInt64 = 0
    /// Updates taken from the owner.
    public var updatesSubmitted: UInt64 = 0
    /// Updates acknowledged by an announcement that was checked.
    public var updatesAcknowledged: UInt64 = 0
    /// Updates that left the outbox otherwise: refused for good, displaced by a later round's, or without an answer.
    public var updatesRefused: UInt64 = 0
    /// Bytes of updates as published, signature and envelope included, the certificate not: first and further ones.
    public var updateBytes: UInt64 = 0
    /// Versions of models that it began to run, those that it went back to included.
    public var versionsInstalled: UInt64 = 0
    /// Samples published.
    public var telemetrySent: UInt64 = 0
    /// Samples that a gateway acknowledged.
    public var telemetryAcknowledged: UInt64 = 0
    /// Samples that a gateway refused.
    public var telemetryRefused: UInt64 = 0
    /// Samples that were not published because no gateway was there, or it did not keep up.
    public var telemetryDropped: UInt64 = 0
    /// Connections that a gateway let in.
    public var connections: UInt64 = 0
    /// Things that a gateway should not have done.
    public var faults: UInt64 = 0

    /// Nothing yet.
    public init() {}

    /// The sums of both.
    public static func + (left: Self, right: Self) -> Self {
        var sum = left
        for field in fields { sum[keyPath: field] += right[keyPath: field] }
        return sum
    }

    private static var fields: [WritableKeyPath<Self, UInt64>] {
        [
            \.reportsSubmitted, \.reportsAcknowledged, \.reportsRefused, \.reportsAbandoned, \.reportsSent,
            \.signedAgain, \.postponed, \.telemetrySent, \.telemetryAcknowledged, \.telemetryRefused,
            \.telemetryDropped, \.connections, \.faults, \.updatesSubmitted, \.updatesAcknowledged,
            \.updatesRefused, \.updateBytes, \.versionsInstalled,
        ]
    }
}
