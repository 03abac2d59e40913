import Wire

/// What is known of an arc in an hour of the week, or whatever the hour.
public struct TravelTimeCell: Hashable, Sendable {
    /// The arc's index on the map: twice the edge's number, and one more for the way back.
    public let arc: UInt32
    /// The hour of the week, below 168, or `TravelTimeModel.anySlot`.
    public let slot: UInt16
    /// What was seen there.
    public let evidence: TravelTimeEvidence

    /// A cell.
    public init(arc: UInt32, slot: UInt16, evidence: TravelTimeEvidence) {
        self.arc = arc
        self.slot = slot
        self.evidence = evidence
    }

    /// By arc, then by slot: an arc's cell of any slot is its last.
    var key: UInt64 { TravelTimeCell.key(arc: arc, slot: slot) }

    static func key(arc: UInt32, slot: UInt16) -> UInt64 { UInt64(arc) << 16 | UInt64(slot) }

    static func isSlot(_ slot: UInt16) -> Bool { slot < TravelTimeLimits.slots || slot == TravelTimeModel.anySlot }
}

/// Why bytes or numbers are no travel-time model and no update of one.
public enum TravelTimeError: Error, Equatable, Sendable {
    /// They are cut short, too long, or counts are above their bound.
    case malformed(WireError)
    /// They begin with another format's mark.
    case otherFormat(UInt64)
    /// A number is out of its field's range.
    case outOfRange(field: String, value: Int64)
    /// An element does not come after the one before it.
    case notAscending(field: String, index: Int)
    /// An update says nothing at all.
    case empty

    /// The result of `body`, whose wire error is told as malformed.
    static func wire<Value>(_ body: () throws(WireError) -> Value) throws(TravelTimeError) -> Value {
        do {
            return try body()
        } catch {
            throw .malformed(error)
        }
    }
}

extension TravelTimeError: CustomStringConvertible {
    /// The reason in words, for a log line or an answer.
    public var description: String {
        switch self {
        case .malformed(let error): error.description
        case .otherFormat(let mark): "other format: \(mark)"
        case .outOfRange(let field, let value): "\(field) out of range: \(value)"
        case .notAscending(let field, let index): "\(field) \(index) is not above the one before it"
        case .empty: "neither a traversal nor an error"
        }
    }
}
