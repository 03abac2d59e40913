import Hazards
import Replica
import Testing

@testable import Inspection

// What is known

@Test func sightingsAreForgottenWithinAMinute() throws {
    var present = Present()
    present.apply(.sighting(try sighting(1)), now: 1000)
    present.apply(.sighting(try sighting(2)), now: 2000)
    present.apply(.sighting(try sighting(1)), now: 3000)
    present.forget(now: 2000 + InspectionLimits.sightingMilliseconds)
    #expect(Array(present.vehicles.keys) == [1])
    #expect(InspectionLimits.sightingMilliseconds + InspectionLimits.heartbeatMilliseconds <= 60_000)
}

@Test func aClearedHazardIsShownForAWhile() throws {
    var present = Present(hazards: [try hazard(1, .adhesion, .confirmed), try hazard(2)])
    present.apply(.hazard(try hazard(1, .adhesion, .cleared)), now: 5000)
    present.forget(now: 4999 + InspectionLimits.clearedMilliseconds)
    #expect(present.hazards.count == 2)
    present.forget(now: 5000 + InspectionLimits.clearedMilliseconds)
    #expect(present.hazards.values.map(\.id) == [try hazard(2).id])
}

@Test func moreHazardsThanTheBoundMakeTheStateIncomplete() throws {
    var present = Present()
    for number in 0..<UInt64(InspectionLimits.hazards) {
        present.apply(.hazard(try hazard(number)), now: 0)
    }
    #expect(present.isComplete)
    present.apply(.hazard(try hazard(1 << 40)), now: 0)
    #expect(!present.isComplete && present.hazards.count == InspectionLimits.hazards)
    // A known one still changes.
    present.apply(.hazard(try hazard(0, .adhesion, .confirmed)), now: 0)
    #expect(present.hazards[try hazard(0).id]?.state == .confirmed)
}

@Test func aMissedBlockMakesTheStateIncomplete() {
    var present = Present()
    for height in [4, 5, 6] as [UInt64] { present.apply(.block(block(height)), now: 0) }
    #expect(present.isComplete)
    present.apply(.block(block(8)), now: 0)
    #expect(!present.isComplete)
}

@Test func blocksAreBounded() {
    var present = Present()
    for height in 1...1000 as ClosedRange<UInt64> { present.apply(.block(block(height)), now: 0) }
    #expect(present.blocks.count == InspectionLimits.blocks)
    #expect(present.blocks.last?.height == 1000)
}

// What waits

@Test func aNewWatcherFirstGetsThePresentState() throws {
    var present = Present(hazards: [try hazard(2), try hazard(1)])
    for height in 1...100 as ClosedRange<UInt64> { present.apply(.block(block(height)), now: 0) }
    present.apply(.sighting(try sighting(5)), now: 0)
    var outbox = Outbox()
    outbox.add(.hazard(try hazard(1)))
    let batch = outbox.take(from: present)
    #expect(batch.startsAfresh)
    #expect(batch.hazards == [try hazard(1), try hazard(2)])
    #expect(batch.vehicles == [try sighting(5)])
    #expect(batch.blocks.map(\.height) == Array(81...100))
    #expect(outbox.take(from: present).isEmpty)
}

@Test func onlyTheLatestStateWaits() throws {
    let present = Present()
    var outbox = Outbox()
    _ = outbox.take(from: present)
    outbox.add(.hazard(try hazard(2)))
    outbox.add(.hazard(try hazard(1)))
    outbox.add(.hazard(try hazard(2, .adhesion, .confirmed)))
    outbox.add(.sighting(try sighting(7)))
    outbox.add(.sighting(try sighting(7, east: 0.1)))
    for height in 1...50 as ClosedRange<UInt64> { outbox.add(.block(block(height))) }
    let batch = outbox.take(from: present)
    #expect(!batch.startsAfresh)
    #expect(batch.hazards == [try hazard(2, .adhesion, .confirmed), try hazard(1)])
    #expect(batch.vehicles == [try sighting(7, east: 0.1)])
    #expect(batch.blocks.count == InspectionLimits.firstBlocks && batch.blocks.last?.height == 50)
}

@Test func whoIsTooSlowIsStartedAfresh() throws {
    var present = Present()
    var outbox = Outbox()
    _ = outbox.take(from: present)
    for session in 0...UInt64(InspectionLimits.waitingChanges) {
        outbox.add(.sighting(try sighting(session)))
        present.apply(.sighting(try sighting(session)), now: 0)
    }
    let batch = outbox.take(from: present)
    #expect(batch.startsAfresh)
    #expect(batch.vehicles.count == InspectionLimits.waitingChanges + 1)
}

// Who watches

@Test func aWatcherThatTakesNothingDelaysNobody() async throws {
    let hub = Hub(hazards: [])
    let slow = try #require(await hub.join(now: 0) {})
    let quick = try #require(await hub.join(now: 0) {})
    _ = await hub.take(slow.number, now: 0)
    _ = await hub.take(quick.number, now: 0)
    var seen: [UInt64] = []
    for height in 1...10_000 as ClosedRange<UInt64> {
        await hub.publish(.block(block(height)), now: height)
        seen += await hub.take(quick.number, now: height).blocks.map(\.height)
    }
    #expect(seen == Array(1...10_000))
    let waiting = await hub.take(slow.number, now: 10_000)
    #expect(waiting.blocks.count == InspectionLimits.firstBlocks && waiting.blocks.last?.height == 10_000)
}

@Test func thereIsRoomForSoManyWatchersAndAgainWhenOneLeaves() async throws {
    let hub = Hub(hazards: [])
    var last: Hub.Seat?
    for _ in 0..<InspectionLimits.watchers { last = await hub.join(now: 0) {} }
    #expect(await !hub.hasRoom())
    #expect(await hub.join(now: 0) {} == nil)
    #expect(await hub.watchersRefused == 2)
    await hub.leave(try #require(last).number)
    #expect(await hub.join(now: 0) {} != nil)
}

@Test func aWatcherThatTakesNothingForLongIsDisconnected() async throws {
    let hub = Hub(hazards: [])
    let (ended, end) = AsyncStream.makeStream(of: String.self)
    let stalled = try #require(await hub.join(now: 0) { end.yield("stalled") })
    let alive = try #require(await hub.join(now: 0) { end.yield("alive") })
    _ = await hub.take(alive.number, now: 1)
    await hub.beat(now: InspectionLimits.stalledMilliseconds)
    #expect(await hub.watcherCount == 1)
    end.finish()
    #expect(await ended.reduce(into: []) { $0.append($1) } == ["stalled"])
    // Its bell has ended: whoever waits for it goes home.
    #expect(await stalled.bell.reduce(0) { count, _ in count + 1 } <= 1)
}
