import Cryptography
import Federation
import Telemetry
import Testing
import Wire

@testable import Consensus
@testable import Replica

/// A lone validator that takes a snapshot every four blocks, and has committed a report of each vehicle.
private func lone(vehicles: ClosedRange<UInt8>) throws -> Lone {
    var lone = try Lone(snapshotBlocks: 4)
    lone.start()
    for vehicle in vehicles {
        _ = lone.submit(try Town.Vehicle(vehicle).report(1))
        lone.pass(50)
    }
    return lone
}

@Test func aSnapshotAndTheJournalBehindItsMarkLeadToTheSameState() throws {
    var first = try lone(vehicles: 10...19)
    let snapshot = try #require(first.snapshots.last)
    #expect(first.snapshots.count > 1 && snapshot.height % 4 == 0)
    let mark = try #require(first.journal.lastIndex { if case .snapshot = $0 { true } else { false } })
    var second = try Lone(restoring: Array(first.journal[mark...]), after: snapshot.encoded(), snapshotBlocks: 4)
    #expect(second.replica.height == first.replica.height)
    second.start()
    second.pass(50)
    #expect(second.replica.published?.head == first.replica.published?.head)
    // A report of before is known, and the next one continues the same log.
    let before = second.submit(try Town.Vehicle(10).report(1))
    guard case .alreadyCommitted = try second.answer(before, within: 50) else { throw Wrong("it was committed") }
    let next = try Town.Vehicle(10).report(2)
    _ = first.submit(next)
    _ = second.submit(next)
    first.pass(50)
    second.pass(50)
    #expect(first.replica.hasCommitted(.report(next)) && second.replica.hasCommitted(.report(next)))
}

@Test func theWholeJournalLeadsThroughItsMarks() throws {
    let first = try lone(vehicles: 10...19)
    let second = try Lone(restoring: first.journal, snapshotBlocks: 4)
    #expect(second.replica.height == first.replica.height)
    #expect(second.leaves == first.leaves)
}

@Test func aSummaryOfAnotherHistoryIsRefused() throws {
    let (one, other) = (try lone(vehicles: 10...19), try lone(vehicles: 30...39))
    func isMark(_ record: Record) -> Bool { if case .snapshot = record { true } else { false } }
    let mark = try #require(other.journal.last(where: isMark))
    let place = try #require(one.journal.lastIndex(where: isMark))
    #expect(throws: RestoreError.self) { try Lone(restoring: one.journal[..<place] + [mark], snapshotBlocks: 4) }
}

@Test func aStateTakenOverGoesOnLikeTheOneThatWasThere() throws {
    let first = try lone(vehicles: 10...19)
    let snapshot = try #require(first.snapshots.last)
    var second = try Lone(snapshotBlocks: 4)
    second.start()
    let waiting = second.submit(try Town.Vehicle(19).report(1))
    second.tell(.adopt(snapshot))
    guard case .refused(.busy) = try second.answer(waiting, within: 0) else { throw Wrong("nobody knows its place") }
    var (height, adopted) = (second.replica.height, second.replica.consensusCounters.statesAdopted)
    #expect(height == snapshot.height && adopted == 1)
    // What is no further is passed over.
    second.tell(.adopt(try #require(first.snapshots.first)))
    second.pass(50)
    (height, adopted) = (second.replica.height, second.replica.consensusCounters.statesAdopted)
    #expect(height >= snapshot.height && adopted == 1)
    guard case .alreadyCommitted = try second.answer(second.submit(try Town.Vehicle(10).report(1)), within: 50)
    else { throw Wrong("the state knows what it committed") }
    let next = try Town.Vehicle(10).report(2)
    _ = second.submit(next)
    // Alone it has no certificates of the views that it was taken past: it leaves them one by one.
    second.pass(30_000)
    let isCommitted = second.replica.hasCommitted(.report(next))
    #expect(isCommitted)
    // A restart needs the state that was taken over: the journal alone leads across no gap.
    #expect(throws: RestoreError.self) { try Lone(restoring: second.journal, snapshotBlocks: 4) }
    let mark = try #require(
        second.journal.firstIndex {
            if case .snapshot(let mark) = $0 { mark.point.height == snapshot.height } else { false }
        })
    let third = try Lone(restoring: Array(second.journal[mark...]), after: snapshot.encoded(), snapshotBlocks: 4)
    #expect(third.replica.height == second.replica.height)
}

@Test func whatDoesNotGiveItsStateRootIsNoSnapshot() throws {
    let lone = try lone(vehicles: 10...14)
    let bytes = try #require(lone.snapshots.last).encoded()
    let configuration = lone.replica.configuration
    #expect(try Snapshot(decoding: bytes, for: configuration).encoded() == bytes)
    // The last account's replay window ends 16 bytes of its bucket and two empty sets before the end.
    for place in [bytes.count - 60, bytes.count - 30] {
        var altered = bytes
        altered[place] ^= 1
        #expect(throws: WireError.self) { try Snapshot(decoding: altered, for: configuration) }
    }
    #expect(throws: WireError.self) { try Snapshot(decoding: bytes.dropLast(), for: configuration) }
    #expect(throws: WireError.self) { try Snapshot(decoding: bytes + [0], for: configuration) }
}

@Test func roundsUnderWayAreInASnapshot() throws {
    var (ledger, blocks) = (Ledger.town(terms: try School.terms()), Blocks())
    let updates = try [(10, 5), (11, 9)].map { try School.update(Town.Vehicle(UInt8($0.0)), value: Int16($0.1)) }
    _ = ledger.execute(blocks.next(updates))
    var open = try copy(ledger)
    #expect(open.stateRoot == ledger.stateRoot)
    // The round closes with the next block, and its work is the same.
    let closing = blocks.next([], at: Town.start + 6000)
    let (one, other) = (ledger.execute(closing).block, open.execute(closing).block)
    #expect(one.leaves == other.leaves && one.jobs == other.jobs && one.jobs.count == 1)
    var computing = try copy(ledger)
    #expect(computing.stateRoot == ledger.stateRoot)
    #expect(computing.federation.openJobs == one.jobs)
}

private func copy(_ ledger: Ledger) throws -> Ledger {
    var writer = Writer()
    ledger.write(to: &writer)
    var copy = Ledger.town(terms: try School.terms())
    var reader = Reader(writer.bytes)
    let genesis = ChainPoint.genesis(of: Town.committee(of: 1), at: Town.start)
    var point = genesis
    point.height = ledger.height
    try copy.read(from: &reader, after: point)
    copy.parentHash = ledger.parentHash
    try reader.finish()
    return copy
}

@Test func aMarkWithoutItsStateIsPassedOver() throws {
    var lone = try Lone(snapshotBlocks: 2)
    lone.start()
    for _ in 0..<4 { lone.pass(6000) }
    let mark = lone.journal.last { if case .snapshot = $0 { true } else { false } }
    var other = try Lone()
    other.start()
    other.pass(6000)
    let (height, own) = (other.replica.height, other.journal)
    let restored = try Lone(restoring: own + [try #require(mark)])
    #expect(height > 0 && restored.replica.height == height)
}
