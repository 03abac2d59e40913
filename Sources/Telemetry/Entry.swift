import Cryptography
import Geography
import Wire

/// A leaf of the log. It has one encoding (`encoded()`), and `init(decoding:)` accepts no other.
public enum Entry: Hashable, Sendable {
    /// Opens a block.
    case block(BlockEntry)
    /// Commits to one accepted report.
    case report(ReportEntry)
    /// One observation of an accepted report.
    case observation(ObservationEntry)
    /// Commits to one accepted revocation.
    case revocation(RevocationEntry)
    /// A round of training begins.
    case roundOpened(RoundOpenedEntry)
    /// An update counts.
    case updateAccepted(UpdateAcceptedEntry)
    /// No more updates of a round count.
    case roundClosed(RoundClosedEntry)
    /// Validators computed a version.
    case versionMade(VersionMadeEntry)
    /// What became of a round.
    case versionDecided(VersionDecidedEntry)
    /// A validator signed what no honest one signs.
    case evidence(EvidenceEntry)
    /// Stands in the last block of its epoch: other validators go on after it.
    case committee(CommitteeEntry)
}

/// Opens a block: what follows until the next one belongs to it.
public struct BlockEntry: Hashable, Sendable {
    /// Number of the block, from 1.
    public var height: UInt64
    /// The consensus view in which it was proposed.
    public var view: UInt64
    /// Log time.
    public var time: Timestamp
    /// The block's hash.
    public var blockHash: Digest
    /// Its parent's.
    public var parentHash: Digest
    /// Hash of the public and the private state before it.
    public var stateRootBefore: Digest

    /// A block's entry.
    public init(
        height: UInt64, view: UInt64, time: Timestamp, blockHash: Digest, parentHash: Digest, stateRootBefore: Digest
    ) {
        self.height = height
        self.view = view
        self.time = time
        self.blockHash = blockHash
        self.parentHash = parentHash
        self.stateRootBefore = stateRootBefore
    }
}

/// One accepted report, told to nobody but those who hold it and its salt.
public struct ReportEntry: Hashable, Sendable {
    /// HMAC-SHA256(salt, report bytes).
    public var commitment: Digest

    /// A report's entry.
    public init(commitment: Digest) {
        self.commitment = commitment
    }
}

/// One accepted revocation.
public struct RevocationEntry: Hashable, Sendable {
    /// HMAC-SHA256(salt, revocation bytes).
    public var commitment: Digest

    /// A revocation's entry.
    public init(commitment: Digest) {
        self.commitment = commitment
    }
}

/// Convicts a validator.
public struct EvidenceEntry: Hashable, Sendable {
    /// Its index in the committee.
    public var validator: UInt32
    /// The signed statements, as consensus lays them out; of a car without its items, which are vehicles' affair.
    public var evidence: [UInt8]

    /// What convicts that validator.
    public init(validator: UInt32, evidence: [UInt8]) {
        self.validator = validator
        self.evidence = evidence
    }
}

/// Ends an epoch: the block that it belongs to is its last.
public struct CommitteeEntry: Hashable, Sendable {
    /// Who the validators are from the next block on, and who agreed to that.
    public var decision: SignedCommitteeChange

    /// The validators of the next epoch.
    public init(_ decision: SignedCommitteeChange) {
        self.decision = decision
    }
}

/// One observation, detached from its report and its vehicle: what hazards are derived from, by validators and by the
/// public alike.
public struct ObservationEntry: Hashable, Sendable {
    /// The cell of the observation level that holds it.
    public var cell: Cell
    /// The edge, where the committee's map counts.
    public var edge: MapEdge?
    /// When it was made, in units of 30 s since 1970.
    public var bucket: UInt64
    /// What it is about.
    public var kind: HazardKind
    /// Whether it was there.
    public var polarity: Polarity
    /// What it counts for: 1 in this version.
    public var weight: UInt32
    /// Counts the vehicle once a hazard and hour.
    public var tag: Digest

    /// An observation's entry. The cell is one of the observation level.
    public init(
        cell: Cell, edge: MapEdge?, bucket: UInt64, kind: HazardKind, polarity: Polarity, weight: UInt32 = 1,
        tag: Digest
    ) {
        precondition(cell.level == Cell.observationLevel, "the log knows cells of one level")
        self.cell = cell
        self.edge = edge
        self.bucket = bucket
        self.kind = kind
        self.polarity = polarity
        self.weight = weight
        self.tag = tag
    }

    /// The entry that an accepted report's observation becomes in the block of `logTime`. `map` is the map that counts,
    /// nil where none does or the report names another.
    public init(
        _ observation: Observation, enrolment: Digest, map: Digest?, logTime: Timestamp, logSecret: [UInt8]
    ) {
        var edge: MapEdge?
        if let map, let place = observation.place {
            edge = MapEdge(mapDigest: map, edge: place.edge, direction: place.direction)
        }
        let cell = observation.cell
        let tag = ObserverTag.make(
            logSecret: logSecret, enrolment: enrolment, place: edge.map(HazardPlace.edge) ?? .cell(cell),
            kind: observation.kind, window: ObserverTag.window(at: logTime))
        self.init(
            cell: cell, edge: edge, bucket: observation.bucket, kind: observation.kind,
            polarity: observation.polarity, tag: tag)
    }

    /// What hazards group it by.
    public var place: HazardPlace { edge.map(HazardPlace.edge) ?? .cell(cell) }
}
