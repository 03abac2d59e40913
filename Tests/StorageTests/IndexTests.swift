import Cryptography
import GRDB
import Testing
import Wire

@testable import Storage

private func open(_ scratch: Scratch) throws -> Storage.Index { try Storage.Index(path: scratch.path("index.sqlite")) }

private func observation(_ number: UInt64, kind: UInt16 = 6) -> IndexedObservation {
    IndexedObservation(
        cell: number, edge: number.isMultiple(of: 2) ? UInt32(number) : nil,
        direction: number.isMultiple(of: 2) ? 1 : nil,
        bucket: 1000 + number, kind: kind, isSeen: number != 3, weight: 1,
        tag: [UInt8](repeating: UInt8(number), count: 32))
}

/// A block of a report and two observations: four entries.
private func block(_ height: UInt64) -> IndexedBlock {
    let number = Int(height)
    var block = IndexedBlock(
        height: height, view: height + 10, time: Timestamp(milliseconds: height * 1000), size: height * 4,
        root: digest(number), hash: digest(number + 1000), journal: JournalPosition(segment: 1, offset: UInt32(number)))
    block.entries = [
        .block, .report, .observation(observation(height * 2)), .observation(observation(height * 2 + 1, kind: 9)),
    ]
    block.records = [
        StoredRecord(
            digest: digest(number + 2000), key: digest(number + 4000), bytes: [1, 2, UInt8(number)], signature: [9],
            received: block.time,
            leaf: height * 4 - 3)
    ]
    block.finalization = [5, UInt8(number)]
    block.cars = [digest(number + 3000): JournalPosition(segment: 2, offset: UInt32(number))]
    return block
}

private func hazard(_ id: UInt8, state: UInt8, cell: UInt64, height: UInt64) -> IndexedHazard {
    IndexedHazard(
        id: [UInt8](repeating: id, count: 16), kind: 6, state: state, cell: cell, edge: 5, direction: 0,
        firstSeen: Timestamp(milliseconds: 1), lastSeen: Timestamp(milliseconds: 2),
        expires: Timestamp(milliseconds: 3),
        vehicles: 4, height: height)
}

@Test func whatABlockBroughtIsFoundAgain() throws {
    let scratch = try Scratch()
    let index = try open(scratch)
    try index.apply([block(1), block(2)])
    var bare = block(2)
    (bare.entries, bare.records, bare.cars) = ([], [], [:])
    #expect(try index.height() == 2)
    #expect(try index.block(at: 2) == bare)
    #expect(try index.block(hash: digest(1002)) == bare)
    #expect(try index.block(ofEntry: 4) == bare)
    #expect(try index.block(ofEntry: 3)?.height == 1)
    #expect(try index.block(ofEntry: 8) == nil)
    #expect(try index.entry(at: 4) == NumberedEntry(number: 4, height: 2, entry: .block))
    #expect(try index.entry(at: 7) == NumberedEntry(number: 7, height: 2, entry: .observation(observation(5, kind: 9))))
    #expect(try index.record(digest(2002)) == block(2).records[0])
    #expect(try index.leaf(ofReport: digest(2002)) == 5)
    #expect(try index.leaf(ofKey: digest(4002)) == 5)
    #expect(try index.car(digest(3002)) == JournalPosition(segment: 2, offset: 2))
    #expect(try index.leaf(ofReport: digest(1)) == nil && index.car(digest(1)) == nil && index.block(at: 3) == nil)
    try index.forgetCars(before: 2)
    #expect(try index.car(digest(3002)) != nil)
    try index.forgetCars(before: 3)
    #expect(try index.car(digest(3002)) == nil)
}

@Test func whatIsInStaysInAndIsPassedOver() throws {
    let scratch = try Scratch()
    try open(scratch).apply([block(1), block(2)])
    let index = try open(scratch)
    try index.apply([block(1), block(2), block(3)])
    #expect(try index.height() == 3)
    #expect(try index.entries(from: 0, limit: 100).items.count == 12)
}

@Test func aGapIsRefusedAndLeavesNothingBehind() throws {
    let scratch = try Scratch()
    let index = try open(scratch)
    #expect(throws: IndexError.gap(height: 1, next: 3)) { try index.apply([block(1), block(3)]) }
    #expect(try index.height() == 0 && index.entry(at: 0) == nil)
}

@Test func pagesSayWhetherMoreFollows() throws {
    let scratch = try Scratch()
    let index = try open(scratch)
    try index.apply((1...5).map(block))
    let first = try index.entries(from: 0, limit: 19)
    #expect(first.items.map(\.number) == Array(0..<19) && !first.isComplete && first.height == 5)
    let second = try index.entries(from: 19, limit: 19)
    #expect(second.items.map(\.number) == [19] && second.isComplete)
    #expect(try index.entries(from: 0, limit: 20).isComplete)
    #expect(try index.blocks(from: 4, limit: 9).items.map(\.height) == [4, 5])
    #expect(try index.blocks(below: 4, limit: 2).items.map(\.height) == [3, 2])
    #expect(try index.entries(from: 0, limit: -1).items.isEmpty)
}

@Test func observationsAreFoundByPlaceKindAndTime() throws {
    let scratch = try Scratch()
    let index = try open(scratch)
    try index.apply((1...5).map(block))
    func cells(_ query: ObservationQuery, from: UInt64 = 0) throws -> [UInt64] {
        try index.observations(query, from: from, limit: 100).items.compactMap {
            if case .observation(let observation) = $0.entry { observation.cell } else { nil }
        }
    }
    #expect(try cells(ObservationQuery()) == Array(2...11))
    #expect(try cells(ObservationQuery(cells: 4...6)) == [4, 5, 6])
    #expect(try cells(ObservationQuery(kind: 9)) == [3, 5, 7, 9, 11])
    #expect(try cells(ObservationQuery(cells: 4...8, kind: 9, sinceBucket: 1006)) == [7])
    #expect(try cells(ObservationQuery(), from: 12) == Array(8...11))
}

@Test func aHazardIsAsItWasChangedLast() throws {
    let scratch = try Scratch()
    let index = try open(scratch)
    var (first, second) = (block(1), block(2))
    first.hazards = [hazard(1, state: 0, cell: 10, height: 1), hazard(2, state: 1, cell: 20, height: 1)]
    second.hazards = [hazard(1, state: 1, cell: 10, height: 2)]
    try index.apply([first, second])
    #expect(try index.hazard([UInt8](repeating: 1, count: 16)) == hazard(1, state: 1, cell: 10, height: 2))
    #expect(try index.hazards(state: 0, limit: 9).items == [])
    #expect(try index.hazards(state: 1, limit: 9).items.map(\.cell) == [10, 20])
    #expect(try index.hazards(state: 1, cells: 11...30, limit: 9).items.map(\.cell) == [20])
    #expect(try index.hazard([]) == nil)
}

@Test func recordsAreKeptForALimitedTimeAndReceiptsForever() throws {
    let scratch = try Scratch()
    let index = try open(scratch)
    try index.apply((1...3).map(block))
    #expect(try index.deleteRecords(receivedBefore: Timestamp(milliseconds: 2000)) == 1)
    #expect(try index.record(digest(2001)) == nil && index.record(digest(2002)) != nil)
    #expect(try index.leaf(ofReport: digest(2001)) == 1)
    #expect(try index.eraseRecord(digest(2002)))
    #expect(try !index.eraseRecord(digest(2002)))
    #expect(try index.record(digest(2002)) == nil)
}

@Test func recordsOfAnOlderIndexAreKept() throws {
    let scratch = try Scratch()
    do {
        let index = try open(scratch)
        try index.apply((1...3).map(block))
        // As it was when records stood in the order of their digests.
        try index.pool.writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    CREATE TABLE receipts (
                        digest BLOB PRIMARY KEY, key BLOB NOT NULL, leaf INTEGER NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    INSERT INTO receipts SELECT digest, key, leaf FROM reports;
                    CREATE TABLE records (
                        digest BLOB PRIMARY KEY, bytes BLOB NOT NULL, signature BLOB NOT NULL, received INTEGER NOT NULL
                    ) STRICT;
                    INSERT INTO records SELECT digest, bytes, signature, received FROM reports;
                    DROP TABLE reports;
                    DELETE FROM grdb_migrations WHERE identifier IN ('records by leaf', 'reports');
                    """)
        }
    }
    let index = try open(scratch)
    for height in UInt64(1)...3 { #expect(try index.record(digest(2000 + Int(height))) == block(height).records[0]) }
    #expect(try index.deleteRecords(receivedBefore: Timestamp(milliseconds: 2000)) == 1)
}

@Test func whatIsErasedIsNowhereOnTheDisk() throws {
    let scratch = try Scratch()
    let index = try open(scratch)
    let secret = Array("a salt that only this vehicle knows".utf8)
    var first = block(1)
    first.records[0].bytes = secret
    try index.apply([first])
    func isOnDisk() throws -> Bool {
        try scratch.files("").contains { file in
            let bytes = try scratch.bytes(file)
            return bytes.indices.contains { bytes[$0...].starts(with: secret) }
        }
    }
    #expect(try isOnDisk())
    try index.eraseRecord(first.records[0].digest)
    #expect(try !isOnDisk())
}

@Test func theWriterSyncsEveryTransactionAndOverwritesWhatItDeletes() throws {
    let scratch = try Scratch()
    let index = try open(scratch)
    let (synchronous, secure, journal) = try index.pool.writeWithoutTransaction { database in
        (
            try Int.fetchOne(database, sql: "PRAGMA synchronous"),
            try Int.fetchOne(database, sql: "PRAGMA secure_delete"),
            try String.fetchOne(database, sql: "PRAGMA journal_mode")
        )
    }
    #expect(synchronous == 2 && secure == 1 && journal == "wal")
    try index.apply([block(1)])
    #expect(try index.pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == 2)
    #expect(try index.byteCount() > 0)
}

@Test func aFileThatIsNoDatabaseIsAnError() throws {
    let scratch = try Scratch()
    try scratch.write([UInt8](repeating: 7, count: 5000), to: "index.sqlite")
    #expect(throws: IndexError.self) { try open(scratch) }
}
