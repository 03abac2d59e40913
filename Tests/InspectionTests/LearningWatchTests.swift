import Foundation
import Replica
import Telemetry
import Testing
import Wire

@testable import Inspection

private func notice(_ entry: Entry, at index: UInt64) -> Notice {
    .learning(LearningNotice(entry: entry, index: index, time: start + index))
}

@Test func aRoundIsFollowedFromItsOpeningToItsDecision() {
    var state = LearningState(model: .perception)
    state.take(opened(.perception, 1), at: 1, time: start)
    #expect(state.current == version("first") && state.newest?.phase == .open)
    for vehicle in 1...3 as ClosedRange<UInt16> {
        state.take(accepted(.perception, 1, vehicle: vehicle), at: 1 + UInt64(vehicle), time: start)
    }
    #expect(state.newest?.updates == 3)
    state.take(closed(.perception, 1, updates: 3), at: 5, time: start)
    #expect(state.newest?.phase == .computing && state.decided == nil)
    state.take(made(.perception, 1, "p1", parent: version("first"), RoundScore()), at: 6, time: start)
    state.take(decided(.perception, 1, .promoted, about: "p1", current: "p1"), at: 7, time: start)
    #expect(state.newest?.phase == .decided && state.decided?.key.round == 1 && state.current == version("p1"))
    state.take(opened(.perception, 2, base: version("p1")), at: 9, time: start)
    #expect(state.newest?.key.round == 2 && state.decided?.key.round == 1 && state.current == version("p1"))
}

@Test func anEntryCountsOnceAndOfAnEarlierRoundNotAtAll() {
    var state = LearningState(model: .perception)
    state.take(opened(.perception, 2), at: 1, time: start)
    for _ in 0..<2 { state.take(accepted(.perception, 2, vehicle: 1), at: 2, time: start) }
    state.take(accepted(.travelTimes, 2, vehicle: 1), at: 3, time: start)
    state.take(closed(.perception, 1, updates: 9), at: 4, time: start)
    #expect(state.newest?.updates == 1 && state.newest?.phase == .open)
}

@Test func whatWasMissedIsMadeUpAsTheRoundGoesOn() {
    var state = LearningState(model: .perception)
    state.take(opened(.perception, 1), at: 1, time: start)
    // Of the next round the opening is missed, and an update.
    state.take(accepted(.perception, 2, vehicle: 2), at: 20, time: start)
    #expect(state.newest?.key.round == 2 && state.newest?.updates == 1 && state.newest?.opened == nil)
    state.take(closed(.perception, 2, updates: 2), at: 21, time: start)
    #expect(state.newest?.updates == 2)
    state.take(decided(.perception, 2, .promoted, about: "p2", current: "p2"), at: 22, time: start)
    #expect(state.current == version("p2"))
}

@Test func theIndexAndTheNoticesTogetherCountEachUpdateOnce() throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    var training = Training()
    training.add(
        opened(.perception, 1), closed(.perception, 1, updates: 0),
        decided(.perception, 1, .abandoned, about: nil, current: "first"))
    training.add(opened(.perception, 2), accepted(.perception, 2, vehicle: 1), accepted(.perception, 2, vehicle: 2))
    let index = try training.index(in: log.directory)
    var present = Present(learning: try LearnedModel.allCases.map { try LearningState(model: $0, in: index) })
    #expect(present.learning.keys.map(\.name) == ["perception"])
    present.apply(notice(accepted(.perception, 2, vehicle: 2), at: 7), now: 0)
    present.apply(notice(accepted(.perception, 2, vehicle: 3), at: 8), now: 0)
    #expect(present.learning[.perception]?.newest?.updates == 3)
    #expect(present.learning[.perception]?.decided?.key.round == 1)
}

@Test func ofAThousandUpdatesOnlyTheNewestCountWaits() {
    var present = Present()
    var outbox = Outbox()
    _ = outbox.take(from: present)
    let notices = [notice(opened(.perception, 1), at: 0), notice(opened(.travelTimes, 1), at: 1)]
    let updates = (1...1000 as ClosedRange<UInt16>).map {
        notice(accepted(.perception, 1, vehicle: $0), at: UInt64($0) + 1)
    }
    for notice in notices + updates {
        present.apply(notice, now: 0)
        outbox.add(notice)
    }
    let batch = outbox.take(from: present)
    #expect(!batch.startsAfresh && batch.learning.map(\.model) == [.perception, .travelTimes])
    #expect(batch.learning[0].newest?.updates == 1000)
    #expect(outbox.take(from: present).isEmpty)
}

@Test func howTrainingStandsIsOneEventAModel() throws {
    var state = LearningState(model: .perception)
    state.take(opened(.perception, 1), at: 1, time: start)
    state.take(
        made(.perception, 1, "p1", parent: version("first"), RoundScore(versionCorrect: 3, samples: 4)), at: 2,
        time: start)
    state.take(decided(.perception, 1, .promoted, about: "p1", current: "p1"), at: 3, time: start)
    state.take(opened(.perception, 2, base: version("p1")), at: 4, time: start)
    state.take(accepted(.perception, 2, vehicle: 1), at: 5, time: start)
    let text = String(decoding: try EventText.encode(Outbox.Batch(learning: [state]), on: nil), as: UTF8.self)
    #expect(text.hasPrefix("event: learning\ndata: {\"current\":\"\(version("p1"))\",\"last\":{\"accuracy\":0.75,"))
    #expect(text.hasSuffix("\"phase\":\"open\",\"round\":2,\"updates\":1}\n\n"))
}

@Test func aPageFirstGetsHowTrainingStandsAndThenHowItGoesOn() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    var training = Training()
    training.add(opened(.perception, 1))
    let index = try training.index(in: log.directory)
    try await withSite(log.directory, change: { $0.index = index }) { site in
        let listener = Listener()
        let task = try listener.open(try site.url("/events"))
        defer { task.cancel() }
        var events = listener.events.makeAsyncIterator()
        #expect(await events.next() == "event: start")
        #expect(await events.next() == "event: learning")
        site.notices.yield(notice(accepted(.perception, 1, vehicle: 1), at: 2))
        #expect(await events.next() == "event: learning")
    }
}
