import Cryptography
import GRDB
import Testing
import Wire

@testable import Storage

private func open(_ scratch: Scratch) throws -> Storage.Index { try Storage.Index(path: scratch.path("index.sqlite")) }

private func learning(_ type: UInt8, _ model: UInt8, _ round: UInt64) -> IndexedEntry {
    .learning(IndexedLearning(type: type, model: model, round: round, bytes: [type, model, UInt8(round)]))
}

/// Blocks that each bring their own entry and these.
private func blocks(_ contents: [[IndexedEntry]]) -> [IndexedBlock] {
    var size: UInt64 = 0
    return contents.enumerated().map { offset, entries in
        let height = UInt64(offset + 1)
        size += UInt64(entries.count + 1)
        var block = IndexedBlock(
            height: height, view: height, time: Timestamp(milliseconds: height * 1000), size: size,
            root: digest(offset), hash: digest(offset + 1000))
        block.entries = [.block] + entries
        return block
    }
}

/// Rounds 1…`count` of a model: each opened in a block of its own, with two updates, then ended and decided in the next.
private func rounds(_ count: UInt64, ofModel model: UInt8) -> [[IndexedEntry]] {
    (1...count).flatMap { round in
        [
            [learning(5, model, round), learning(6, model, round), learning(6, model, round)],
            [learning(7, model, round), learning(8, model, round), learning(9, model, round)],
        ]
    }
}

@Test func roundsAreListedTheNewestFirstWithoutTheirUpdates() throws {
    let scratch = try Scratch()
    let index = try open(scratch)
    try index.apply(blocks(rounds(3, ofModel: 1) + rounds(2, ofModel: 2) + [[learning(5, 1, 4), learning(6, 1, 4)]]))
    let first = try index.rounds(ofModel: 1, limit: 2)
    #expect(first.items.map(\.round) == [4, 3] && !first.isComplete && first.height == 11)
    #expect(first.items.map(\.updates) == [1, 2])
    #expect(first.items.map { $0.entries.map(\.entry.type) } == [[5], [5, 7, 8, 9]])
    let rest = try index.rounds(ofModel: 1, below: 3, limit: 2)
    #expect(rest.items.map(\.round) == [2, 1] && rest.isComplete)
    #expect(try index.rounds(ofModel: 2, limit: 9).items.map(\.round) == [2, 1])
    #expect(try index.rounds(ofModel: 3, limit: 9).items.isEmpty)
    #expect(try index.rounds(ofModel: 1, limit: 0).items.isEmpty)
}

@Test func everyEntryOfARoundIsFoundWhereItStands() throws {
    let scratch = try Scratch()
    let index = try open(scratch)
    try index.apply(blocks(rounds(2, ofModel: 1)))
    let entries = try index.entries(ofRound: 2, ofModel: 1)
    #expect(entries.map(\.number) == [9, 10, 11, 13, 14, 15])
    #expect(entries.map(\.height) == [3, 3, 3, 4, 4, 4])
    #expect(entries.map(\.time.milliseconds) == [3000, 3000, 3000, 4000, 4000, 4000])
    #expect(entries.map(\.entry.bytes) == [5, 6, 6, 7, 8, 9].map { [$0, 1, 2] })
    #expect(try index.entries(ofRound: 3, ofModel: 1).isEmpty && index.entries(ofRound: 2, ofModel: 2).isEmpty)
}

@Test func theNewestDecisionNamesWhatTheFleetRuns() throws {
    let scratch = try Scratch()
    let index = try open(scratch)
    #expect(try index.newestDecision(ofModel: 1) == nil)
    try index.apply(blocks(rounds(12, ofModel: 1) + [[learning(5, 1, 13)]]))
    #expect(try index.newestDecision(ofModel: 1)?.entry.round == 12)
    #expect(try index.newestDecision(ofModel: 2) == nil)
}

@Test func anEntryOfARoundIsAlsoAmongTheEntries() throws {
    let scratch = try Scratch()
    let index = try open(scratch)
    try index.apply(blocks([[learning(6, 2, 7), .report]]))
    #expect(try index.entry(at: 1)?.entry == learning(6, 2, 7))
    #expect(try index.entries(from: 0, limit: 9).items.map(\.entry) == [.block, learning(6, 2, 7), .report])
}

@Test func anIndexFromBeforeRoundsGoesOnWithThem() throws {
    let scratch = try Scratch()
    let before = blocks([[.report], [.report]])
    // As the first schema left it: no table of rounds, and its migration not done.
    let old = try open(scratch)
    try old.apply(before)
    try old.pool.write { database in
        try database.execute(sql: "DROP TABLE learning; DELETE FROM grdb_migrations WHERE identifier = 'rounds'")
    }
    try old.pool.close()
    let index = try open(scratch)
    #expect(try index.height() == 2 && index.rounds(ofModel: 1, limit: 9).items.isEmpty)
    try index.apply(blocks([[.report], [.report], [learning(5, 1, 1)]]))
    #expect(try index.rounds(ofModel: 1, limit: 9).items.map(\.round) == [1])
}

@Test func entriesWithoutFieldsOfTheirOwnAreFoundToo() throws {
    let scratch = try Scratch()
    let index = try open(scratch)
    let bare: [IndexedEntry] = [.report, .revocation, .evidence, .committee]
    try index.apply(blocks([bare]))
    #expect(try index.entries(from: 0, limit: 9).items.map(\.entry) == [.block] + bare)
}
