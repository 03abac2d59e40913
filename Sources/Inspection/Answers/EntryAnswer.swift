import Consensus
import Cryptography
import Telemetry
import TransparencyLog

/// An entry of the log with its fields, as `/api/v1/entries` tells it. `leafHash` is what the tree holds of it.
struct EntryAnswer: Encodable {
    var index: UInt64
    var leafHash: String
    var block: Block?
    var report: Commitment?
    var observation: Observation?
    var revocation: Commitment?
    var roundOpened: RoundOpened?
    var updateAccepted: UpdateAccepted?
    var roundClosed: RoundClosed?
    var versionMade: VersionMade?
    var versionDecided: VersionDecided?
    var evidence: EvidenceOf?
    var committee: Decision?

    struct Block: Encodable {
        var height: UInt64
        var view: UInt64
        var timeMs: UInt64
        var blockHash: String
        var parentHash: String
        var stateRootBefore: String
    }

    struct Commitment: Encodable {
        var commitment: String
    }

    struct EvidenceOf: Encodable {
        var validator: UInt32
        var kind: String
        var evidence: String
    }

    struct Decision: Encodable {
        var epoch: UInt64
        var validators: [String]
        var signatures: Int
        var decision: String
    }

    struct Observation: Encodable {
        var cell: String
        var map: String?
        var edge: UInt32?
        var direction: String?
        var bucket: UInt64
        var code: UInt16
        var kind: String
        var polarity: String
        var weight: UInt32
        var tag: String
    }

    /// The entry at an index.
    init(_ entry: Entry, at index: UInt64, leafHash: Digest) {
        self.index = index
        self.leafHash = leafHash.description
        switch entry {
        case .block(let entry): block = Block(entry)
        case .report(let entry): report = Commitment(commitment: entry.commitment.description)
        case .observation(let entry): observation = Observation(entry)
        case .revocation(let entry): revocation = Commitment(commitment: entry.commitment.description)
        case .roundOpened(let entry): roundOpened = RoundOpened(entry)
        case .updateAccepted(let entry): updateAccepted = UpdateAccepted(entry)
        case .roundClosed(let entry): roundClosed = RoundClosed(entry)
        case .versionMade(let entry): versionMade = VersionMade(entry)
        case .versionDecided(let entry): versionDecided = VersionDecided(entry)
        case .evidence(let entry):
            evidence = EvidenceOf(
                validator: entry.validator, kind: (try? Evidence(decoding: entry.evidence))?.label ?? "unknown",
                evidence: Hex.encode(entry.evidence))
        case .committee(let entry):
            committee = Decision(
                epoch: entry.decision.change.epoch, validators: entry.decision.change.members.map(\.name),
                signatures: entry.decision.approvals.count, decision: Hex.encode(entry.decision.encoded()))
        }
    }
}

extension Polarity {
    /// The polarity's name in answers.
    fileprivate var name: String {
        switch self {
        case .seen: "seen"
        case .notSeen: "not_seen"
        }
    }
}

extension EntryAnswer.Block {
    fileprivate init(_ entry: BlockEntry) {
        height = entry.height
        view = entry.view
        timeMs = entry.time.milliseconds
        blockHash = entry.blockHash.description
        parentHash = entry.parentHash.description
        stateRootBefore = entry.stateRootBefore.description
    }
}

extension EntryAnswer.Observation {
    fileprivate init(_ entry: ObservationEntry) {
        cell = entry.cell.quadkey
        map = entry.edge?.mapDigest.description
        edge = entry.edge?.edge
        direction = entry.edge?.direction.name
        bucket = entry.bucket
        code = entry.kind.rawValue
        kind = entry.kind.name
        polarity = entry.polarity.name
        weight = entry.weight
        tag = entry.tag.description
    }
}
