import Foundation
import Testing

@testable import Storage

private func snapshot(_ height: UInt64) -> StoredSnapshot {
    StoredSnapshot(
        height: height, mark: JournalPosition(segment: 3, offset: 77), end: JournalPosition(segment: 3, offset: 99),
        bytes: [UInt8](repeating: UInt8(height % 251), count: 1000))
}

@Test func theTwoNewestSnapshotsAreKept() throws {
    let scratch = try Scratch()
    let files = try SnapshotFiles(directory: scratch.path)
    #expect(try files.heights() == [])
    for height in [8, 16, 1024] as [UInt64] { try files.write(snapshot(height)) }
    #expect(try files.heights() == [1024, 16])
    #expect(try files.read(1024) == snapshot(1024) && files.read(16) == snapshot(16))
    #expect(throws: SnapshotError.self) { try files.read(8) }
}

@Test func whatIsBeingSentIsKeptAndReadInParts() throws {
    let scratch = try Scratch()
    let files = try SnapshotFiles(directory: scratch.path)
    for height in [8, 16, 24, 32] as [UInt64] { try files.write(snapshot(height), pinned: [8]) }
    #expect(try files.heights() == [32, 24, 8])
    #expect(try files.read(900..<1100, of: 8) == Array(snapshot(8).bytes[900...]))
    try files.write(snapshot(40))
    #expect(try files.heights() == [40, 32])
}

@Test func aDamagedSnapshotIsNotRead() throws {
    let scratch = try Scratch()
    let files = try SnapshotFiles(directory: scratch.path)
    try files.write(snapshot(8))
    let path = scratch.path + "/00000000000000000008"
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    for place in [0, 9, 17, 27, 30, 33, 63, 64, whole.count - 1] {
        var flipped = whole
        flipped[place] ^= 1
        try flipped.write(to: URL(fileURLWithPath: path))
        #expect(throws: SnapshotError.damaged(path: path)) { try files.read(8) }
    }
    for count in [0, 20, 64, whole.count - 1] {
        try whole.prefix(count).write(to: URL(fileURLWithPath: path))
        #expect(throws: SnapshotError.damaged(path: path)) { try files.read(8) }
    }
}

@Test func newerOnesThatCouldNotBeUsedGo() throws {
    let scratch = try Scratch()
    let files = try SnapshotFiles(directory: scratch.path)
    for height in [8, 16] as [UInt64] { try files.write(snapshot(height)) }
    try files.remove(above: 4)
    try files.write(snapshot(4))
    #expect(try files.heights() == [4])
}

@Test func aRunOfRecordsIsReadWholeOrNotAtAll() throws {
    let scratch = try Scratch()
    var journal = try Journal(directory: scratch.path)
    let records = (0..<5).map { Array("record \($0)".utf8) }
    let positions = journal.stage(records)
    if let commit = journal.makeCommit() { journal.finish(try commit.run()) }
    let reader = journal.reader
    _ = consume journal
    #expect(try reader.read(from: positions[1], through: positions[3]) == Array(records[1...3]))
    #expect(try reader.read(from: positions[2], through: positions[2]) == [records[2]])
    let path = scratch.path + "/0000000001.journal"
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[Int(positions[2].offset) + 30] ^= 1
    try bytes.write(to: URL(fileURLWithPath: path))
    #expect(throws: JournalError.self) { try reader.read(from: positions[1], through: positions[3]) }
    #expect(try reader.read(from: positions[3], through: positions[4]) == Array(records[3...4]))
}

@Test func aJournalIsReadFromAPositionOn() throws {
    let scratch = try Scratch()
    var journal = try Journal(directory: scratch.path, segmentBytes: 200)
    var positions: [JournalPosition] = []
    for number in 0..<20 {
        positions += journal.stage([Array("record \(number)".utf8)])
        if let commit = journal.makeCommit() { journal.finish(try commit.run()) }
    }
    _ = consume journal
    #expect(positions[12].segment > 1)
    for first in [0, 5, 12, 19] {
        var found: [JournalPosition] = []
        let again = try Journal(directory: scratch.path, from: positions[first]) { position, _ in found.append(position)
        }
        #expect(found == Array(positions[first...]))
        let next = again.nextSequence
        #expect(next == 21)
    }
    let beyond = JournalPosition(segment: 99, offset: 32)
    #expect(throws: JournalError.segmentMissing(99)) { _ = try Journal(directory: scratch.path, from: beyond) }
}
