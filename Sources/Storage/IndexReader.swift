import Cryptography
import Foundation
import GRDB
import Wire

/// An answer of many items, and how far it goes.
public struct IndexPage<Item: Sendable>: Sendable {
    /// The items, at most as many as were asked for.
    public var items: [Item]
    /// Whether no more follow.
    public var isComplete: Bool
    /// The block up to which the index had everything when it answered.
    public var height: UInt64
}

/// An entry and where it stands.
public struct NumberedEntry: Hashable, Sendable {
    /// Its index in the log.
    public var number: UInt64
    /// The block that brought it.
    public var height: UInt64
    /// What it is.
    public var entry: IndexedEntry
}

/// What observations to look for. What is nil does not matter.
public struct ObservationQuery: Hashable, Sendable {
    /// Cells at level 17 by number: a square of a coarser level is one range.
    public var cells: ClosedRange<UInt64>?
    /// The kind of hazard.
    public var kind: UInt16?
    /// Observed no earlier than this unit of 30 s since 1970.
    public var sinceBucket: UInt64?

    /// Looks for observations that fit everything given.
    public init(cells: ClosedRange<UInt64>? = nil, kind: UInt16? = nil, sinceBucket: UInt64? = nil) {
        self.cells = cells
        self.kind = kind
        self.sinceBucket = sinceBucket
    }
}

extension Index {
    /// More items than this are not given at once.
    public static let pageLimit = 1000

    /// The block at `height`, without what it brought.
    public func block(at height: UInt64) throws(IndexError) -> IndexedBlock? {
        try read {
            try Row.fetchOne($0, sql: "SELECT * FROM blocks WHERE height = ?", arguments: [height.bits]).map(
                IndexedBlock.init)
        }
    }

    /// The block with that hash, without what it brought.
    public func block(hash: Digest) throws(IndexError) -> IndexedBlock? {
        try read {
            try Row.fetchOne($0, sql: "SELECT * FROM blocks WHERE hash = ?", arguments: [hash.blob]).map(
                IndexedBlock.init)
        }
    }

    /// The block after which the log first had more than `index` entries: the one that brought that entry.
    public func block(ofEntry index: UInt64) throws(IndexError) -> IndexedBlock? {
        let sql = "SELECT * FROM blocks WHERE size > ? ORDER BY size LIMIT 1"
        return try read { try Row.fetchOne($0, sql: sql, arguments: [index.bits]).map(IndexedBlock.init) }
    }

    /// The blocks from `height` on, the lowest first.
    public func blocks(from height: UInt64, limit: Int) throws(IndexError) -> IndexPage<IndexedBlock> {
        try page(limit, "SELECT * FROM blocks WHERE height >= ? ORDER BY height", [height.bits], IndexedBlock.init)
    }

    /// The blocks below `height`, the highest first.
    public func blocks(below height: UInt64, limit: Int) throws(IndexError) -> IndexPage<IndexedBlock> {
        try page(limit, "SELECT * FROM blocks WHERE height < ? ORDER BY height DESC", [height.bits], IndexedBlock.init)
    }

    /// The entry at `number` of the log.
    public func entry(at number: UInt64) throws(IndexError) -> NumberedEntry? {
        try read {
            try Row.fetchOne($0, sql: Self.entries + " WHERE number = ?", arguments: [number.bits]).map(
                NumberedEntry.init)
        }
    }

    /// The entries from `number` on.
    public func entries(from number: UInt64, limit: Int) throws(IndexError) -> IndexPage<NumberedEntry> {
        try page(limit, Self.entries + " WHERE number >= ? ORDER BY number", [number.bits], NumberedEntry.init)
    }

    /// Numbers of the entries that are decisions on the next committee.
    public func decisions() throws(IndexError) -> [UInt64] {
        try read { database in
            try Int64.fetchAll(database, sql: "SELECT number FROM entries WHERE type = 11 ORDER BY number").map {
                UInt64(bitPattern: $0)
            }
        }
    }

    /// Entries, and what is kept of those of rounds besides.
    private static let entries =
        "SELECT entries.*, model, round, bytes FROM entries LEFT JOIN learning USING (number)"

    /// The observations from entry `number` on that `query` looks for.
    public func observations(
        _ query: ObservationQuery, from number: UInt64 = 0, limit: Int
    ) throws(IndexError) -> IndexPage<NumberedEntry> {
        var sql = "SELECT * FROM entries WHERE number >= ? AND cell IS NOT NULL"
        var arguments: StatementArguments = [number.bits]
        if let cells = query.cells {
            sql += " AND cell BETWEEN ? AND ?"
            arguments += [cells.lowerBound.bits, cells.upperBound.bits]
        }
        if let kind = query.kind {
            sql += " AND kind = ?"
            arguments += [Int64(kind)]
        }
        if let bucket = query.sinceBucket {
            sql += " AND bucket >= ?"
            arguments += [bucket.bits]
        }
        return try page(limit, sql + " ORDER BY number", arguments, NumberedEntry.init)
    }

    /// The hazard of that identity as it is now.
    public func hazard(_ id: [UInt8]) throws(IndexError) -> IndexedHazard? {
        try read {
            try Row.fetchOne($0, sql: "SELECT * FROM hazards WHERE id = ?", arguments: [Data(id)]).map(
                IndexedHazard.init)
        }
    }

    /// The hazards in `state` in a range of cells, by cell and identity.
    public func hazards(
        state: UInt8, cells: ClosedRange<UInt64> = 0...UInt64(Int64.max), limit: Int
    ) throws(IndexError) -> IndexPage<IndexedHazard> {
        let sql = "SELECT * FROM hazards WHERE state = ? AND cell BETWEEN ? AND ? ORDER BY cell, id"
        let arguments: StatementArguments = [Int64(state), cells.lowerBound.bits, cells.upperBound.bits]
        return try page(limit, sql, arguments, IndexedHazard.init)
    }

    /// The record of a report, by SHA-256 of its bytes, while it is kept.
    public func record(_ digest: Digest) throws(IndexError) -> StoredRecord? {
        let sql = "SELECT * FROM reports WHERE \(Self.isNamed("digest")) AND bytes IS NOT NULL"
        return try read { try Row.fetchOne($0, sql: sql, arguments: [digest.blob]).map(StoredRecord.init) }
    }

    /// The index of a report's entry in the log, by SHA-256 of its bytes.
    public func leaf(ofReport digest: Digest) throws(IndexError) -> UInt64? {
        try read {
            try Int64.fetchOne(
                $0, sql: "SELECT leaf FROM reports WHERE \(Self.isNamed("digest"))", arguments: [digest.blob]
            ).map(UInt64.init(bitPattern:))
        }
    }

    /// The index of the entry of the report with that key, whichever of its signings was first in the log.
    public func leaf(ofKey key: Digest) throws(IndexError) -> UInt64? {
        try read {
            try Int64.fetchOne(
                $0, sql: "SELECT min(leaf) FROM reports WHERE \(Self.isNamed("key"))", arguments: [key.blob]
            ).map(UInt64.init(bitPattern:))
        }
    }

    /// Whether a report has that digest, by the eight bytes that are sorted and then by all.
    static func isNamed(_ column: String) -> String { "substr(\(column), 1, 8) = substr(?1, 1, 8) AND \(column) = ?1" }

    /// Where the journal has a car.
    public func car(_ hash: Digest) throws(IndexError) -> JournalPosition? {
        try read {
            try Row.fetchOne($0, sql: "SELECT segment, offset FROM cars WHERE hash = ?", arguments: [hash.blob])
                .flatMap(JournalPosition.init)
        }
    }

    /// Bytes of the database's pages, SQLite's own log aside.
    public func byteCount() throws(IndexError) -> Int {
        try read { database in
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            return pages * (try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 0)
        }
    }

    /// One state for both the items and the height. One item too many shows whether more follow.
    func page<Item>(
        _ limit: Int, _ sql: String, _ arguments: StatementArguments, _ item: (Row) throws -> Item
    ) throws(IndexError) -> IndexPage<Item> {
        let count = max(0, min(limit, Self.pageLimit))
        return try read { database in
            var items = try Row.fetchAll(database, sql: sql + " LIMIT \(count + 1)", arguments: arguments).map(item)
            let isComplete = items.count <= count
            if !isComplete { items.removeLast() }
            return IndexPage(items: items, isComplete: isComplete, height: try Self.height(database))
        }
    }
}
