import Foundation
import Testing

@testable import Storage

/// What a journal gave when it was opened.
private struct Opened: Equatable {
    var records: [[UInt8]] = []
    var tornBytes = 0
}

private func reopen(_ directory: String) throws -> Opened {
    var opened = Opened()
    let journal = try Journal(directory: directory) { opened.records.append($1) }
    opened.tornBytes = journal.recovery.tornBytes
    return opened
}

private func record(_ number: Int) -> [UInt8] { Array("record \(number)".utf8) }

/// Writes each list of records with a sync of its own; returns the positions.
@discardableResult
private func write(
    _ commits: [[[UInt8]]], to directory: String, segmentBytes: Int = 1 << 26
) throws -> [JournalPosition] {
    var positions: [JournalPosition] = []
    var journal = try Journal(directory: directory, segmentBytes: segmentBytes)
    for records in commits {
        positions += journal.stage(records)
        if let commit = journal.makeCommit() { journal.finish(try commit.run()) }
    }
    return positions
}

private let segment = "/0000000001.journal"

@Test func recordsAreReadBackInOrderAndByPosition() throws {
    let scratch = try Scratch()
    let records = (0..<20).map(record) + [[], [UInt8](repeating: 7, count: 100_000)]
    let positions = try write([Array(records[..<5]), Array(records[5...])], to: scratch.path)
    var replayed: [JournalPosition] = []
    let journal = try Journal(directory: scratch.path) { position, payload in
        #expect(payload == records[replayed.count])
        replayed.append(position)
    }
    let (next, recovery) = (journal.nextSequence, journal.recovery)
    #expect(replayed == positions && next == 23)
    #expect(recovery == Journal.Recovery(records: 22, tornBytes: 0))
    let reader = JournalReader(directory: scratch.path)
    for (position, record) in zip(positions, records) { #expect(try reader.read(at: position) == record) }
}

@Test func aSegmentHasTheBytesOfItsFormat() throws {
    let scratch = try Scratch()
    try write([[[1, 2, 3]]], to: scratch.path)
    let bytes = try scratch.bytes(segment)
    #expect(bytes.count == 32 + 24 + 3)
    #expect(Array(bytes[..<24]) == Array("WAYMRKJ1".utf8) + [0, 0, 0, 0, 0, 0, 0, 1] + [0, 0, 0, 0, 0, 0, 0, 1])
    #expect(Array(bytes[32..<52]) == [0, 0, 0, 3] + [0, 0, 0, 0, 0, 0, 0, 1] + [0, 0, 0, 0, 0, 0, 0, 1])
    #expect(Array(bytes[56...]) == [1, 2, 3])
}

@Test func theChecksumIsCRC32C() {
    func checksum(_ bytes: [UInt8]) -> UInt32 {
        var crc = CRC32C()
        crc.add(bytes)
        return crc.value
    }
    // The vectors of RFC 3720, B.4.
    #expect(checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(checksum(Array(0..<32)) == 0x46DD_794E)
    #expect(checksum(Array("123456789".utf8)) == 0xE306_9283)
    var parts = CRC32C()
    parts.add(Array("12345".utf8))
    parts.add(Array("x6789".utf8)[1...])
    #expect(parts.value == 0xE306_9283)
    var salted = CRC32C(salt: 1)
    salted.add(Array("123456789".utf8))
    #expect(salted.value != 0xE306_9283)
}

@Test func aTailTornAtAnyByteLosesTheLastRecordAlone() throws {
    let scratch = try Scratch()
    try write([[record(1), record(2)], [record(3)]], to: scratch.path)
    let whole = try scratch.bytes(segment)
    let lastStart = whole.count - 24 - record(3).count
    for length in lastStart..<whole.count {
        try scratch.write(Array(whole[..<length]), to: segment)
        #expect(try reopen(scratch.path) == Opened(records: [record(1), record(2)], tornBytes: length - lastStart))
        #expect(try scratch.bytes(segment).count == lastStart)
    }
}

@Test func aTailWhoseBlocksNeverCameIsTorn() throws {
    let scratch = try Scratch()
    try write([[record(1)], [record(2), record(3)]], to: scratch.path)
    var bytes = try scratch.bytes(segment)
    // The second record, the first of the last commit, is zeros; the third is there. Neither had been synced.
    let second = 32 + 24 + record(1).count
    for index in second..<second + 30 { bytes[index] = 0 }
    try scratch.write(bytes, to: segment)
    #expect(try reopen(scratch.path) == Opened(records: [record(1)], tornBytes: bytes.count - second))
}

@Test func aFlippedBitBeforeTheLastCommitIsRefusedAndNothingIsChanged() throws {
    let scratch = try Scratch()
    try write([[record(1)], [record(2)], [record(3)]], to: scratch.path)
    let whole = try scratch.bytes(segment)
    let last = whole.count - 24 - record(3).count
    for index in 32..<last {
        var bytes = whole
        bytes[index] ^= 1 << UInt8(index % 8)
        try scratch.write(bytes, to: segment)
        let start = index < 32 + 24 + record(1).count ? 32 : 32 + 24 + record(1).count
        #expect("byte \(index)") {
            try reopen(scratch.path)
        } throws: { error in
            guard case .corrupt(1, start, _) = error as? JournalError else { return false }
            return true
        }
        #expect(try scratch.bytes(segment) == bytes)
    }
}

@Test func aDamagedHeaderBeforeRecordsIsRefused() throws {
    let scratch = try Scratch()
    try write([[record(1)]], to: scratch.path)
    let whole = try scratch.bytes(segment)
    for index in 0..<32 {
        var bytes = whole
        bytes[index] ^= 1
        try scratch.write(bytes, to: segment)
        #expect(throws: JournalError.self, "byte \(index)") { try reopen(scratch.path) }
    }
}

@Test func aSegmentThatWasNeverMadeWholeIsMadeAgain() throws {
    let scratch = try Scratch()
    try write([[record(1)], [record(2)]], to: scratch.path, segmentBytes: 40)
    let second = "/0000000002.journal"
    let header = Array(try scratch.bytes(second)[..<32])
    for length in 0..<32 {
        try scratch.write(Array(header[..<length]), to: second)
        #expect(try reopen(scratch.path).records == [record(1)])
        try scratch.write(header, to: second)
        #expect(try reopen(scratch.path) == Opened(records: [record(1)], tornBytes: 0))
    }
    try write([[record(3)]], to: scratch.path)
    #expect(try reopen(scratch.path).records == [record(1), record(3)])
}

@Test func aFullSegmentIsFollowedByANewOne() throws {
    let scratch = try Scratch()
    let positions = try write((0..<10).map { [record($0), record($0 + 100)] }, to: scratch.path, segmentBytes: 150)
    #expect(Set(positions.map(\.segment)) == [1, 2, 3, 4, 5])
    #expect(positions == positions.sorted())
    let reader = JournalReader(directory: scratch.path)
    #expect(try reader.read(at: positions[19]) == record(109))
    // What is written after opening goes on in the last segment.
    try write([[record(7)]], to: scratch.path, segmentBytes: 150)
    #expect(try reopen(scratch.path).records.count == 21)
}

@Test func aMissingOrExchangedSegmentIsRefused() throws {
    let scratch = try Scratch()
    try write((0..<10).map { [record($0)] }, to: scratch.path, segmentBytes: 60)
    let third = try scratch.bytes("/0000000003.journal")
    try scratch.remove("/0000000003.journal")
    #expect(throws: JournalError.segmentMissing(3)) { try reopen(scratch.path) }
    try scratch.write(try scratch.bytes("/0000000002.journal"), to: "/0000000003.journal")
    #expect(throws: JournalError.self) { try reopen(scratch.path) }
    try scratch.write(Array(third.dropLast()), to: "/0000000003.journal")
    #expect(throws: JournalError.self) { try reopen(scratch.path) }
}

@Test func oldSegmentsCanBeRemoved() throws {
    let scratch = try Scratch()
    let positions = try write((0..<10).map { [record($0)] }, to: scratch.path, segmentBytes: 60)
    let segments = JournalSegments(directory: scratch.path)
    let all = try segments.all()
    #expect(all.map(\.number) == Array(1...10) && all.allSatisfy { $0.byteCount >= 60 })
    #expect(try segments.first() == 1)
    try segments.remove(before: positions[7].segment)
    #expect(try segments.first() == positions[7].segment)
    #expect(try JournalSegments(directory: scratch.path("none")).first() == nil)
    #expect(try segments.all() == Array(all[7...]))
    #expect(throws: JournalError.self) { try JournalReader(directory: scratch.path).read(at: positions[0]) }
    #expect(try JournalReader(directory: scratch.path).read(at: positions[7]) == record(7))
    #expect(try reopen(scratch.path).records.last == record(9))
}

@Test func aSegmentCanBeEndedBeforeItIsFull() throws {
    let scratch = try Scratch()
    do {
        var journal = try Journal(directory: scratch.path)
        journal.endSegment()
        let first = journal.stage([record(1)])[0]
        let commit = journal.makeCommit()
        journal.endSegment()
        journal.finish(try #require(commit).run())
        let (second, third) = (journal.stage([record(2)])[0], journal.stage([record(3)])[0])
        let last = journal.makeCommit()
        journal.finish(try #require(last).run())
        #expect([first, second, third].map(\.segment) == [2, 3, 3])
    }
    #expect(try reopen(scratch.path).records == [record(1), record(2), record(3)])
}

@Test func aRecordInsideAPayloadIsNoRecord() throws {
    let scratch = try Scratch()
    try write([[record(1)]], to: scratch.path)
    let salt = try #require(JournalFormat.SegmentHeader(try scratch.bytes(segment))).salt
    // A vehicle guesses the sequence and puts a record of a later commit into its payload. The salt it cannot guess.
    for (guess, isRefused) in [(salt &+ 1, false), (salt, true)] {
        let forged = JournalFormat.RecordHeader([9], sequence: 3, commit: 3, salt: guess).bytes + [9]
        try write([[forged]], to: scratch.path)
        let whole = try scratch.bytes(segment)
        var torn = whole
        torn[32 + 24 + record(1).count] ^= 1
        try scratch.write(torn, to: segment)
        if isRefused {
            #expect(throws: JournalError.self) { try reopen(scratch.path) }
        } else {
            #expect(try reopen(scratch.path).records == [record(1)])
        }
    }
}

@Test func oneProcessAtATimeHasAJournal() throws {
    let scratch = try Scratch()
    var journal = try Journal(directory: scratch.path)
    #expect(throws: JournalError.inUse(directory: scratch.path)) { try reopen(scratch.path) }
    _ = journal.stage([record(1)])
    _ = consume journal
    #expect(try reopen(scratch.path).records == [])
}

@Test func oneCommitIsUnderWayAndWhatIsStagedMeanwhileGathers() throws {
    let scratch = try Scratch()
    var journal = try Journal(directory: scratch.path)
    let nothing = journal.makeCommit()
    #expect(nothing == nil)
    _ = journal.stage([record(1)])
    let first = journal.makeCommit()
    let positions = journal.stage([record(2)]) + journal.stage([record(3)])
    let meanwhile = journal.makeCommit()
    #expect(meanwhile == nil)
    journal.finish(try #require(first).run())
    let second = journal.makeCommit()
    journal.finish(try #require(second).run())
    // The first commit made the segment too: its header and the directory are two syncs more.
    let counters = journal.counters
    #expect(counters == Journal.Counters(syncs: 4, bytes: 3 * (24 + 8), records: 3))
    let reader = journal.reader
    #expect(try reader.read(at: positions[1]) == record(3))
    let nowhere = JournalPosition(segment: 1, offset: 33)
    #expect(throws: JournalError.noRecord(nowhere)) { try reader.read(at: nowhere) }
}

@Test func aCommitThatCannotBeWrittenIsAnError() throws {
    let scratch = try Scratch()
    var journal = try Journal(directory: scratch.path("gone"))
    _ = journal.stage([record(1)])
    let commit = journal.makeCommit()
    try scratch.remove("gone")
    #expect(throws: JournalError.self) { try commit?.run() }
}
