import Cryptography
import Foundation
import GRDB
import Wire

// What rows mean. A row that this module did not write is damage, and reading it an error.

extension Row {
    func unsigned(_ column: String) throws -> UInt64 {
        UInt64(bitPattern: try decode(Int64.self, forColumn: column))
    }

    func number<Integer: FixedWidthInteger>(_ column: String) throws -> Integer {
        Integer(truncatingIfNeeded: try decode(Int64.self, forColumn: column))
    }

    func optional<Integer: FixedWidthInteger>(_ column: String) throws -> Integer? {
        try decode(Int64?.self, forColumn: column).map(Integer.init(truncatingIfNeeded:))
    }

    func blob(_ column: String) throws -> [UInt8] {
        Array(try decode(Data.self, forColumn: column))
    }

    func digest(_ column: String) throws -> Digest {
        guard let digest = Digest(bytes: try blob(column)) else { throw IndexError.database("\(column) is no digest") }
        return digest
    }

    func time(_ column: String) throws -> Timestamp {
        Timestamp(milliseconds: try unsigned(column))
    }
}

extension JournalPosition {
    init?(_ row: Row) throws {
        guard let segment = try row.optional("segment") as UInt64?, let offset = try row.optional("offset") as UInt32?
        else { return nil }
        self.init(segment: segment, offset: offset)
    }
}

extension IndexedBlock {
    init(_ row: Row) throws {
        self.init(
            height: try row.unsigned("height"), view: try row.unsigned("view"), time: try row.time("time"),
            size: try row.unsigned("size"), root: try row.digest("root"), hash: try row.digest("hash"),
            journal: try JournalPosition(row))
        finalization = try row.decode(Data?.self, forColumn: "finalization").map { Array($0) }
    }
}

extension NumberedEntry {
    init(_ row: Row) throws {
        self.init(
            number: try row.unsigned("number"), height: try row.unsigned("height"), entry: try IndexedEntry(row))
    }
}

extension IndexedEntry {
    fileprivate init(_ row: Row) throws {
        switch try row.number("type") as Int {
        case 1: self = .block
        case 2: self = .report
        case 3: self = .observation(try IndexedObservation(row))
        case 4: self = .revocation
        case 5...9: self = .learning(try IndexedLearning(row))
        case 10: self = .evidence
        case 11: self = .committee
        case let type: throw IndexError.database("an entry of type \(type)")
        }
    }
}

extension IndexedLearning {
    init(_ row: Row) throws {
        self.init(
            type: try row.number("type"), model: try row.number("model"), round: try row.unsigned("round"),
            bytes: try row.blob("bytes"))
    }
}

extension RoundEntry {
    init(_ row: Row) throws {
        self.init(
            number: try row.unsigned("number"), height: try row.unsigned("height"), time: try row.time("time"),
            entry: try IndexedLearning(row))
    }
}

extension IndexedObservation {
    fileprivate init(_ row: Row) throws {
        self.init(
            cell: try row.unsigned("cell"), edge: try row.optional("edge"), direction: try row.optional("direction"),
            bucket: try row.unsigned("bucket"), kind: try row.number("kind"),
            isSeen: try row.number("seen") == 1, weight: try row.number("weight"), tag: try row.blob("tag"))
    }
}

extension IndexedHazard {
    init(_ row: Row) throws {
        self.init(
            id: try row.blob("id"), kind: try row.number("kind"), state: try row.number("state"),
            cell: try row.unsigned("cell"), edge: try row.optional("edge"), direction: try row.optional("direction"),
            firstSeen: try row.time("first_seen"), lastSeen: try row.time("last_seen"),
            expires: try row.time("expires"),
            vehicles: try row.number("vehicles"), height: try row.unsigned("height"))
    }
}

extension StoredRecord {
    init(_ row: Row) throws {
        self.init(
            digest: try row.digest("digest"), key: try row.digest("key"), bytes: try row.blob("bytes"),
            signature: try row.blob("signature"), received: try row.time("received"), leaf: try row.unsigned("leaf"))
    }
}
