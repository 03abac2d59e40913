import Cryptography
import Geography
import Wire

/// The name under which a vehicle's observations of one hazard are counted: the same within one hour and about one
/// place and kind, and of no use for anything else. It links no two hazards, no two hours and no two reports.
///
/// The place is what hazards group by, not the cell alone: a vehicle that reports one edge from two of its cells has
/// one tag and counts once. The window is the hour of log time. In the next hour the same vehicle has another tag, so
/// tags may only be compared within one window.
public enum ObserverTag {
    /// HMAC-SHA256(log secret, "waymark.v1.tag" || 0 || enrolment || place || kind: UInt16 || window: UInt64) with
    /// place = `1 || map digest || edge: UInt32 || direction: UInt8`, or `2 || cell number: UInt64`.
    public static func make(
        logSecret: [UInt8], enrolment: Digest, place: HazardPlace, kind: HazardKind, window: UInt64
    ) -> Digest {
        var writer = Writer(capacity: 100)
        writer.write(fixed: Array("waymark.v1.tag".utf8) + [0])
        writer.write(fixed: enrolment.bytes)
        switch place {
        case .edge(let edge):
            writer.write(UInt8(1))
            writer.write(fixed: edge.mapDigest.bytes)
            writer.write(edge.edge)
            writer.write(edge.direction.rawValue)
        case .cell(let cell):
            writer.write(UInt8(2))
            writer.write(cell.number)
        }
        writer.write(kind.rawValue)
        writer.write(window)
        return HMACSHA256.authenticate(key: logSecret, writer.bytes)
    }

    /// The window of a log time: hours since 1970.
    public static func window(at logTime: Timestamp) -> UInt64 {
        logTime.milliseconds / TelemetryLimits.tagWindowMilliseconds
    }
}
