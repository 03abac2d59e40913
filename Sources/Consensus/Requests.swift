import Cryptography
import Wire

/// Asks for the car with `hash` and the ones before it on its lane, down to `floor` (exclusive). Answered by a `CarBatch`.
public struct CarRequest: Hashable, Sendable {
    /// The epoch whose lane this is.
    public let epoch: UInt64
    /// The lane.
    public let lane: ValidatorIndex
    /// Place of the first car that is wanted.
    public let position: UInt64
    /// Its hash.
    public let hash: Digest
    /// The place below which the asker needs nothing.
    public let floor: UInt64
}

extension CarRequest: Layout {
    /// Reads the request's fields.
    public init(reading reader: inout Reader) throws(WireError) {
        epoch = try reader.read(UInt64.self)
        lane = try reader.readValidator()
        position = try reader.read(UInt64.self)
        hash = try reader.readDigest()
        floor = try reader.read(UInt64.self)
        guard floor < position else { throw .invalid(field: "floor", value: floor) }
    }

    /// Writes the request's fields.
    public func write(into writer: inout Writer) {
        writer.write(epoch)
        writer.write(validator: lane)
        writer.write(position)
        writer.write(hash)
        writer.write(floor)
    }
}

/// Asks for a block that is not yet history. Answered by the block.
public struct BlockRequest: Hashable, Sendable {
    /// The epoch.
    public let epoch: UInt64
    /// The block's hash.
    public let hash: Digest
}

extension BlockRequest: Layout {
    /// Reads epoch and hash.
    public init(reading reader: inout Reader) throws(WireError) {
        epoch = try reader.read(UInt64.self)
        hash = try reader.readDigest()
    }

    /// Writes epoch and hash.
    public func write(into writer: inout Writer) {
        writer.write(epoch)
        writer.write(hash)
    }
}

/// Asks for what certificates there are of the views `first...last`. Answered by certificates, one a message, of whatever kind.
public struct CertificateRequest: Hashable, Sendable {
    /// The epoch.
    public let epoch: UInt64
    /// The first view.
    public let first: UInt64
    /// The last view, at most `ConsensusLimits.viewsPerRequest` of them in all.
    public let last: UInt64
}

extension CertificateRequest: Layout {
    /// Reads epoch and views.
    public init(reading reader: inout Reader) throws(WireError) {
        epoch = try reader.read(UInt64.self)
        first = try reader.read(UInt64.self)
        last = try reader.read(UInt64.self)
        guard first <= last, last - first < UInt64(ConsensusLimits.viewsPerRequest) else {
            throw .invalid(field: "views", value: last)
        }
    }

    /// Writes epoch and views.
    public func write(into writer: inout Writer) {
        writer.write(epoch)
        writer.write(first)
        writer.write(last)
    }
}

/// Asks for final blocks from a height on. Answered by a `HistoryBatch`.
public struct HistoryRequest: Hashable, Sendable {
    /// The epoch.
    public let epoch: UInt64
    /// The first height that is wanted.
    public let height: UInt64
}

extension HistoryRequest: Layout {
    /// Reads epoch and height.
    public init(reading reader: inout Reader) throws(WireError) {
        epoch = try reader.read(UInt64.self)
        height = try reader.read(UInt64.self)
    }

    /// Writes epoch and height.
    public func write(into writer: inout Writer) {
        writer.write(epoch)
        writer.write(height)
    }
}
