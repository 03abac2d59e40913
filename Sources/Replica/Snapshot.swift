import Consensus
import Cryptography
import Federation
import Hazards
import Telemetry
import TransparencyLog
import Wire

/// The state after a block, whole: with it a replica goes on from there as if it had executed every block before.
///
/// All validators take one at the same heights, and theirs are the same bytes: nothing is in it but what follows from the final blocks.
public struct Snapshot: Sendable {
    /// Where the chain was.
    public let point: ChainPoint
    let ledger: Ledger

    /// The block that it was taken after.
    public var height: UInt64 { point.height }

    /// The validators of the block after it.
    public var committee: Committee { ledger.committee }

    /// What made them so; nil in the first epoch.
    public var decision: SignedCommitteeChange? { ledger.decision }

    /// Entries of the log that stand before it.
    public var size: UInt64 { ledger.tree.size }

    /// The log's head at it.
    public var head: Head {
        Head(height: point.height, time: point.timestamp, size: ledger.tree.size, root: ledger.tree.root)
    }

    /// The hazards' whole state.
    public var hazards: Hazards { ledger.hazards }

    /// The state in a fixed layout: `point`, the state root, then `Ledger`. Takes milliseconds a megabyte: for the work pool.
    public func encoded() -> [UInt8] {
        var ledger = ledger
        var writer = Writer(capacity: 1 << 16)
        point.write(into: &writer)
        writer.write(fixed: ledger.stateRoot.bytes)
        ledger.write(to: &writer)
        return writer.bytes
    }

    /// The snapshot of these bytes, for a replica of that configuration. Whatever it holds must give the state root that it says.
    public init(decoding bytes: [UInt8], for configuration: ReplicaConfiguration) throws(WireError) {
        var reader = Reader(bytes)
        point = try ChainPoint(reading: &reader)
        let root = try reader.readFixed(32)
        var ledger = Ledger(configuration)
        try ledger.read(from: &reader, after: point)
        try reader.finish()
        guard ledger.stateRoot.bytes == root else { throw .invalid(field: "state root", value: point.height) }
        self.ledger = ledger
    }

    init(point: ChainPoint, ledger: Ledger) {
        precondition(point.height == ledger.height, "a snapshot is of one block")
        self.point = point
        self.ledger = ledger
    }
}
