import Cryptography
import Foundation
import GRDB
import Wire

/// Writes the rows of blocks, and of hazards as they are after them. SQLite prepares each statement once a connection.
struct IndexWriter {
    let database: Database

    /// The block and what it brought, its hazards excepted.
    func add(_ block: IndexedBlock) throws {
        try run(
            "INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                block.height.bits, block.view.bits, block.time.bits, block.size.bits, block.root.blob, block.hash.blob,
                block.journal?.segment.bits, block.journal.map { Int64($0.offset) },
                block.finalization.map { Data($0) },
            ])
        let first = block.size - UInt64(block.entries.count)
        for (number, entry) in zip(first..., block.entries) { try add(entry, number, in: block) }
        for record in block.records { try add(record) }
        for (hash, position) in block.cars {
            try run(
                "INSERT OR IGNORE INTO cars VALUES (?, ?, ?)",
                [hash.blob, position.segment.bits, Int64(position.offset)])
        }
    }

    private func add(_ entry: IndexedEntry, _ number: UInt64, in block: IndexedBlock) throws {
        switch entry {
        case .observation(let seen):
            try run(
                "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    number.bits, block.height.bits, entry.type, seen.cell.bits, seen.edge.map { Int64($0) },
                    seen.direction.map { Int64($0) }, seen.bucket.bits, Int64(seen.kind), seen.isSeen ? 1 : 0,
                    Int64(seen.weight), Data(seen.tag),
                ])
        case .learning(let learning):
            try addBare(entry, number, in: block)
            try add(learning, number, in: block)
        case .block, .report, .revocation, .evidence, .committee:
            try addBare(entry, number, in: block)
        }
    }

    private func addBare(_ entry: IndexedEntry, _ number: UInt64, in block: IndexedBlock) throws {
        try run(
            "INSERT INTO entries (number, height, type) VALUES (?, ?, ?)",
            [number.bits, block.height.bits, entry.type])
    }

    private func add(_ learning: IndexedLearning, _ number: UInt64, in block: IndexedBlock) throws {
        try run(
            "INSERT INTO learning VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                number.bits, block.height.bits, block.time.bits, Int64(learning.model), learning.round.bits,
                Int64(learning.type), Data(learning.bytes),
            ])
    }

    func add(_ hazard: IndexedHazard) throws {
        try run(
            "INSERT OR REPLACE INTO hazards VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                Data(hazard.id), Int64(hazard.kind), Int64(hazard.state), hazard.cell.bits,
                hazard.edge.map { Int64($0) },
                hazard.direction.map { Int64($0) }, hazard.firstSeen.bits, hazard.lastSeen.bits, hazard.expires.bits,
                Int64(hazard.vehicles), hazard.height.bits,
            ])
    }

    private func add(_ record: StoredRecord) throws {
        try run(
            "INSERT OR IGNORE INTO reports VALUES (?, ?, ?, ?, ?, ?)",
            [
                record.leaf.bits, record.digest.blob, record.key.blob, record.received.bits, Data(record.bytes),
                Data(record.signature),
            ])
    }

    private func run(_ sql: String, _ arguments: StatementArguments) throws {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }
}

extension IndexedEntry {
    /// The number of the entry's type: its field in the schema's `oneof`.
    var type: Int64 {
        switch self {
        case .block: 1
        case .report: 2
        case .observation: 3
        case .revocation: 4
        case .learning(let learning): Int64(learning.type)
        case .evidence: 10
        case .committee: 11
        }
    }
}

extension UInt64 {
    /// The same 64 bits as SQLite keeps them.
    var bits: Int64 { Int64(bitPattern: self) }
}

extension Timestamp {
    var bits: Int64 { milliseconds.bits }
}

extension Digest {
    var blob: Data { Data(bytes) }
}
