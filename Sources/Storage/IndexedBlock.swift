import Cryptography
import Wire

/// What the index takes of an executed block.
public struct IndexedBlock: Hashable, Sendable {
    /// Blocks executed up to this one, from 1.
    public var height: UInt64
    /// The consensus view that it was proposed in.
    public var view: UInt64
    /// Log time.
    public var time: Timestamp
    /// Entries of the log after it.
    public var size: UInt64
    /// Root of the log after it.
    public var root: Digest
    /// The block's hash.
    public var hash: Digest
    /// Where the journal has the block, if it does.
    public var journal: JournalPosition?
    /// The certificate that made it final, as it is sent to validators that catch up; a block may be final through a
    /// later one.
    public var finalization: [UInt8]?
    /// The entries that it added: those before `size`, in order.
    public var entries: [IndexedEntry] = []
    /// The hazards that it changed, as they are after it.
    public var hazards: [IndexedHazard] = []
    /// The signed reports that it added.
    public var records: [StoredRecord] = []
    /// Where the journal has the cars of its cut.
    public var cars: [Digest: JournalPosition] = [:]

    /// A block; what it brought is set afterwards.
    public init(
        height: UInt64, view: UInt64, time: Timestamp, size: UInt64, root: Digest, hash: Digest,
        journal: JournalPosition? = nil
    ) {
        self.height = height
        self.view = view
        self.time = time
        self.size = size
        self.root = root
        self.hash = hash
        self.journal = journal
    }
}

/// What the index keeps of an entry. The entry's bytes stand in the log's own files.
public enum IndexedEntry: Hashable, Sendable {
    /// The entry that opens a block.
    case block
    /// A report that was accepted.
    case report
    /// An observation.
    case observation(IndexedObservation)
    /// A revocation.
    case revocation
    /// A conviction of a validator.
    case evidence
    /// A change of the committee.
    case committee
    /// An entry of a model's rounds.
    case learning(IndexedLearning)
}

/// What the index keeps of an entry of a model's rounds: it is asked for by model and round.
public struct IndexedLearning: Hashable, Sendable {
    /// The number of the entry's type, its field in the schema's `oneof`: 5 opened, 6 update accepted, 7 closed, 8 version made, 9 decided.
    public var type: UInt8
    /// The model's number.
    public var model: UInt8
    /// The round, from 1.
    public var round: UInt64
    /// The entry as it stands in the log: a few hundred bytes at most.
    public var bytes: [UInt8]

    /// An entry of a round.
    public init(type: UInt8, model: UInt8, round: UInt64, bytes: [UInt8]) {
        self.type = type
        self.model = model
        self.round = round
        self.bytes = bytes
    }
}

/// What the index keeps of an observation: what it can be asked for by.
public struct IndexedObservation: Hashable, Sendable {
    /// The cell at level 17, as a number.
    public var cell: UInt64
    /// The edge of the committee's map, if one counts.
    public var edge: UInt32?
    /// 1 forward, 2 backward; nil without an edge.
    public var direction: UInt8?
    /// Its time, in units of 30 s since 1970.
    public var bucket: UInt64
    /// The kind of hazard: a DENM cause code.
    public var kind: UInt16
    /// Whether it was seen, as opposed to not seen where one was known.
    public var isSeen: Bool
    /// Its weight.
    public var weight: UInt32
    /// Tells vehicles apart and links nothing else.
    public var tag: [UInt8]

    /// An observation as the log has it.
    public init(
        cell: UInt64, edge: UInt32?, direction: UInt8?, bucket: UInt64, kind: UInt16, isSeen: Bool, weight: UInt32,
        tag: [UInt8]
    ) {
        self.cell = cell
        self.edge = edge
        self.direction = direction
        self.bucket = bucket
        self.kind = kind
        self.isSeen = isSeen
        self.weight = weight
        self.tag = tag
    }
}

/// A hazard as it is after a block.
public struct IndexedHazard: Hashable, Sendable {
    /// Its 16 bytes of identity.
    public var id: [UInt8]
    /// The kind: a DENM cause code.
    public var kind: UInt16
    /// The state's number: 1 reported, 2 confirmed, 3 cleared.
    public var state: UInt8
    /// The cell at level 17, as a number.
    public var cell: UInt64
    /// The edge of the committee's map, if it is on one.
    public var edge: UInt32?
    /// 1 forward, 2 backward; nil without an edge.
    public var direction: UInt8?
    /// First sighting.
    public var firstSeen: Timestamp
    /// Last sighting.
    public var lastSeen: Timestamp
    /// When it ends unless seen again.
    public var expires: Timestamp
    /// Distinct vehicles that stand for it.
    public var vehicles: UInt32
    /// The block that changed it last.
    public var height: UInt64

    /// A hazard as it is after the block at `height`.
    public init(
        id: [UInt8], kind: UInt16, state: UInt8, cell: UInt64, edge: UInt32?, direction: UInt8?, firstSeen: Timestamp,
        lastSeen: Timestamp, expires: Timestamp, vehicles: UInt32, height: UInt64
    ) {
        self.id = id
        self.kind = kind
        self.state = state
        self.cell = cell
        self.edge = edge
        self.direction = direction
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.expires = expires
        self.vehicles = vehicles
        self.height = height
    }
}

/// A vehicle's signed report, kept off the log for a limited time: with its salt it shows which entry is its own.
public struct StoredRecord: Hashable, Sendable {
    /// SHA-256 of the report's bytes.
    public var digest: Digest
    /// What it shares with every other signing of the same items: a name that does not tell the vehicle's.
    public var key: Digest
    /// The report's bytes as they were signed, the salt inside.
    public var bytes: [UInt8]
    /// The vehicle's signature over them.
    public var signature: [UInt8]
    /// When the block that brought it was made: log time.
    public var received: Timestamp
    /// The index of its entry in the log.
    public var leaf: UInt64

    /// A report and where its entry is.
    public init(
        digest: Digest, key: Digest, bytes: [UInt8], signature: [UInt8], received: Timestamp, leaf: UInt64
    ) {
        self.digest = digest
        self.key = key
        self.bytes = bytes
        self.signature = signature
        self.received = received
        self.leaf = leaf
    }
}
