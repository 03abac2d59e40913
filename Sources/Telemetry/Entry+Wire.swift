import Cryptography
import Foundation
import Geography
import Schema
import SwiftProtobuf
import Wire

extension Entry {
    /// The one encoding: protobuf, fields in order, defaults left out.
    public func encoded() -> [UInt8] {
        Waymark_V1_Entry.with {
            switch self {
            case .block(let entry): $0.block = Waymark_V1_BlockEntry(entry)
            case .report(let entry): $0.report = .with { $0.commitment = Data(entry.commitment.bytes) }
            case .observation(let entry): $0.observation = Waymark_V1_ObservationEntry(entry)
            case .revocation(let entry): $0.revocation = .with { $0.commitment = Data(entry.commitment.bytes) }
            case .roundOpened(let entry): $0.roundOpened = entry.message
            case .updateAccepted(let entry): $0.updateAccepted = entry.message
            case .roundClosed(let entry): $0.roundClosed = entry.message
            case .versionMade(let entry): $0.versionMade = entry.message
            case .versionDecided(let entry): $0.versionDecided = entry.message
            case .evidence(let entry):
                $0.evidence = .with {
                    $0.validator = entry.validator
                    $0.evidence = Data(entry.evidence)
                }
            case .committee(let entry):
                $0.committee = .with {
                    $0.epoch = entry.decision.change.epoch
                    $0.decision = Data(entry.decision.encoded())
                }
            }
        }.bytes()
    }

    /// The entry of these bytes. Unknown fields, fields out of order or twice, defaults spelled out and numbers of more
    /// bytes than they need are refused: what decodes encodes to the same bytes.
    public init(decoding bytes: [UInt8]) throws(Refusal) {
        let message = try Waymark_V1_Entry(bounded: bytes, atMost: TelemetryLimits.entryBytes)
        switch message.entry {
        case .block(let entry): self = .block(try BlockEntry(entry))
        case .report(let entry):
            self = .report(ReportEntry(commitment: try Field.digest(entry.commitment, "commitment")))
        case .observation(let entry): self = .observation(try ObservationEntry(entry))
        case .revocation(let entry):
            self = .revocation(RevocationEntry(commitment: try Field.digest(entry.commitment, "commitment")))
        case .roundOpened(let entry): self = .roundOpened(try RoundOpenedEntry(entry))
        case .updateAccepted(let entry): self = .updateAccepted(try UpdateAcceptedEntry(entry))
        case .roundClosed(let entry): self = .roundClosed(try RoundClosedEntry(entry))
        case .versionMade(let entry): self = .versionMade(try VersionMadeEntry(entry))
        case .versionDecided(let entry): self = .versionDecided(try VersionDecidedEntry(entry))
        case .evidence(let entry):
            self = .evidence(EvidenceEntry(validator: entry.validator, evidence: Array(entry.evidence)))
        case .committee(let entry):
            do {
                self = .committee(CommitteeEntry(try SignedCommitteeChange(decoding: Array(entry.decision))))
            } catch {
                throw .outOfBounds(field: "decision")
            }
        case nil: throw .malformed
        }
        guard encoded() == bytes else { throw .notCanonical }
    }
}

extension BlockEntry {
    fileprivate init(_ message: Waymark_V1_BlockEntry) throws(Refusal) {
        self.init(
            height: message.height, view: message.view, time: try Field.time(message.timeMs, "time_ms"),
            blockHash: try Field.digest(message.blockHash, "block_hash"),
            parentHash: try Field.digest(message.parentHash, "parent_hash"),
            stateRootBefore: try Field.digest(message.stateRootBefore, "state_root_before"))
    }
}

extension Waymark_V1_BlockEntry {
    fileprivate init(_ entry: BlockEntry) {
        self.init()
        height = entry.height
        view = entry.view
        timeMs = entry.time.milliseconds
        blockHash = Data(entry.blockHash.bytes)
        parentHash = Data(entry.parentHash.bytes)
        stateRootBefore = Data(entry.stateRootBefore.bytes)
    }
}

extension ObservationEntry {
    fileprivate init(_ message: Waymark_V1_ObservationEntry) throws(Refusal) {
        guard let cell = Cell(number: message.cell, level: Cell.observationLevel) else {
            throw .outOfBounds(field: "cell")
        }
        try Field.check(TelemetryLimits.weight.contains(message.weight), "weight")
        try Field.check(message.bucket <= TelemetryLimits.lastBucket, "bucket")
        self.init(
            cell: cell, edge: try MapEdge.optional(message), bucket: message.bucket,
            kind: try Field.kind(message.kind), polarity: try message.polarity.value(), weight: message.weight,
            tag: try Field.digest(message.tag, "tag"))
    }
}

extension MapEdge {
    fileprivate static func optional(_ message: Waymark_V1_ObservationEntry) throws(Refusal) -> MapEdge? {
        let direction = try message.direction.value()
        guard let map = try Field.optionalDigest(message.mapDigest, "map_digest") else {
            try Field.check(direction == nil, "direction")
            try Field.check(message.edge == 0, "edge")
            return nil
        }
        guard let direction else { throw .outOfBounds(field: "direction") }
        return MapEdge(mapDigest: map, edge: message.edge, direction: direction)
    }
}

extension Waymark_V1_ObservationEntry {
    fileprivate init(_ entry: ObservationEntry) {
        self.init()
        cell = entry.cell.number
        if let place = entry.edge {
            mapDigest = Data(place.mapDigest.bytes)
            edge = place.edge
            direction = Waymark_V1_Direction(place.direction)
        }
        bucket = entry.bucket
        kind = UInt32(entry.kind.rawValue)
        polarity = Waymark_V1_Polarity(entry.polarity)
        weight = entry.weight
        tag = Data(entry.tag.bytes)
    }
}
