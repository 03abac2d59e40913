import Cryptography
import GRDB
import Glibc
import Wire

/// Why the index cannot be used, or what is asked of it makes no sense.
public enum IndexError: Error, Hashable, Sendable {
    /// SQLite failed.
    case database(String)
    /// A block that does not follow those that are there.
    case gap(height: UInt64, next: UInt64)
}

extension IndexError: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .database(let reason): "index: \(reason)"
        case .gap(let height, let next): "index: block \(next) does not follow block \(height)"
        }
    }
}

/// What can be asked of the log beyond its files: blocks, entries by place and time, hazards, records, receipts. An
/// SQLite database.
///
/// It is derived from the executed blocks and written off the turn. A block and all that it brought are one
/// transaction, so that `height` always says exactly what is in; blocks that are in already are passed over, so after a
/// restart the caller simply gives all again. Reads see one state each, run beside the writer, and may come from any
/// thread.
///
/// Records are personal. What is deleted is overwritten (`secure_delete`), in the log of SQLite too, and writes are
/// synced (`synchronous = FULL`), so that what was erased does not come back.
public struct Index: Sendable {
    let pool: DatabasePool

    /// Opens the database at `path`, made where it is missing.
    public init(path: String) throws(IndexError) {
        pool = try indexing {
            var configuration = Configuration()
            configuration.maximumReaderCount = 4
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA secure_delete = ON") }
            // Signed reports are nobody else's to read: SQLite gives its other files the mode of this one.
            // Safety: the path is lent for the call.
            close(unsafe open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600))
            let pool = try DatabasePool(path: path, configuration: configuration)
            // The pool sets NORMAL on its writer as it opens, so FULL has to come after.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            // Rows are found by digests, so each touches pages of its own: enough of them stay in memory, and a page that changes again and again is
            // copied from the write-ahead log to its place seldom (every 32 MiB).
            try pool.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA cache_size = -32768")
                try database.execute(sql: "PRAGMA wal_autocheckpoint = 8192")
            }
            try IndexSchema.migrator().migrate(pool)
            return pool
        }
    }

    /// The last block that is in, 0 before the first.
    public func height() throws(IndexError) -> UInt64 {
        try read { try Self.height($0) }
    }

    /// Takes in blocks that follow each other, in one transaction. Those that are in already are passed over.
    public func apply(_ blocks: [IndexedBlock]) throws(IndexError) {
        try indexing {
            try pool.write { database in
                var height = try Self.height(database)
                let writer = IndexWriter(database: database)
                // Of a hazard that changes again and again, as most do, only the last state is written.
                var hazards: [[UInt8]: IndexedHazard] = [:]
                for block in blocks where block.height > height {
                    guard block.height == height + 1 else { throw IndexError.gap(height: height, next: block.height) }
                    try writer.add(block)
                    for hazard in block.hazards { hazards[hazard.id] = hazard }
                    height = block.height
                }
                for hazard in hazards.values { try writer.add(hazard) }
            }
        }
    }

    /// Deletes the records that were received before `time`; returns how many. What a receipt takes stays: it says nothing
    /// about anyone.
    @discardableResult
    public func deleteRecords(receivedBefore time: Timestamp) throws(IndexError) -> Int {
        try erase("received < ?", [Int64(bitPattern: time.milliseconds)])
    }

    /// Erases the record of a report; returns whether there was one.
    @discardableResult
    public func eraseRecord(_ digest: Digest) throws(IndexError) -> Bool {
        try erase(Self.isNamed("digest"), [digest.blob]) > 0
    }

    /// Forgets where cars are that stand in journal segments before `segment`, which are removed.
    public func forgetCars(before segment: UInt64) throws(IndexError) {
        try indexing {
            try pool.write { database in
                try database.execute(sql: "DELETE FROM cars WHERE segment < ?", arguments: [segment.bits])
            }
        }
    }

    private func erase(_ which: String, _ arguments: StatementArguments) throws(IndexError) -> Int {
        let sql = "UPDATE reports SET bytes = NULL, signature = NULL, received = NULL WHERE bytes IS NOT NULL AND "
        return try indexing {
            let count = try pool.write { database in
                try database.execute(sql: sql + which, arguments: arguments)
                return database.changesCount
            }
            // The pages as they were stay in SQLite's own log until it has been copied back and cut off.
            if count > 0 { try pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) } }
            return count
        }
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(IndexError) -> Value {
        try indexing { try pool.read(body) }
    }

    static func height(_ database: Database) throws -> UInt64 {
        UInt64(try Int64.fetchOne(database, sql: "SELECT max(height) FROM blocks") ?? 0)
    }
}

/// Runs calls to SQLite whose failure is the index's.
func indexing<Value>(_ body: () throws -> Value) throws(IndexError) -> Value {
    do {
        return try body()
    } catch let error as IndexError {
        throw error
    } catch {
        throw .database(String(describing: error))
    }
}
