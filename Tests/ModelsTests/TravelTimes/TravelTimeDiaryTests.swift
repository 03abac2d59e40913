import Testing
import Wire

@testable import Models

/// 2026-11-16, a Monday, 00:00 UTC.
private let monday = Timestamp(milliseconds: 1_794_787_200_000)

private func traversal(
    _ arc: UInt32, hour: UInt64 = 8, observed: UInt32 = 20_000, freeFlow: UInt32 = 10_000
) -> TravelTimeDiary.Traversal {
    TravelTimeDiary.Traversal(
        arc: arc, roadClass: 2, enteredAt: monday + hour * 3_600_000, observedMilliseconds: observed,
        freeFlowMilliseconds: freeFlow)
}

extension TravelTimeDiary {
    /// The statistics, of which there are some.
    fileprivate mutating func update(base: TravelTimeModel, parent: TravelTimeModel?) throws -> TravelTimeStatistics {
        let statistics = statistics(base: base, parent: parent)
        return try #require(statistics)
    }
}

@Test func logRatiosAreRoundedAndClipped() {
    #expect(traversal(1).logRatio == 710)
    #expect(traversal(1, observed: 10_000).logRatio == 0)
    #expect(traversal(1, observed: 1).logRatio == -2129)
    #expect(traversal(1, observed: .max, freeFlow: 1).logRatio == 2129)
}

@Test func anUpdateSumsWhatWasTrainedOnAndHoldsAFifthOut() throws {
    var diary = TravelTimeDiary(seed: 5)
    for arc in 0..<200 as Range<UInt32> { diary.record(traversal(arc)) }
    let update = try diary.update(base: TravelTimeModel(), parent: nil)
    #expect(update.cells.count + Int(update.errors.count) == 200)
    #expect((20...60).contains(update.errors.count))
    let arc = try #require(update.cells.first?.arc)
    let expected = TravelTimeStatistics.Cell(
        arc: arc, slot: 8, roadClass: 2, count: 1, sum: 710, squares: 710 * 710)
    #expect(update.cells.first == expected)
    // Free flow is off by 710 on each of them.
    #expect(update.errors.base == update.errors.count * 710)
    #expect(update.errors.parent == nil, "a vehicle that has no parent cannot compare")
    #expect(diary.count == 0)
    let nothing = diary.statistics(base: TravelTimeModel(), parent: nil)
    #expect(nothing == nil)
}

@Test func errorsAreThoseOfBothVersions() throws {
    let base = TravelTimeModel.of([], class: 2, .of(60_000, mean: 700))
    var diary = TravelTimeDiary(seed: 1)
    for arc in 0..<50 as Range<UInt32> { diary.record(traversal(arc)) }
    let update = try diary.update(base: base, parent: TravelTimeModel())
    #expect(update.errors.base == update.errors.count * 10)
    #expect(update.errors.parent == update.errors.count * 710)
}

@Test func theSeedDecidesWhatIsHeldOut() throws {
    func cells(seed: UInt64) throws -> [UInt32] {
        var diary = TravelTimeDiary(seed: seed)
        for arc in 0..<100 as Range<UInt32> { diary.record(traversal(arc)) }
        return try diary.update(base: TravelTimeModel(), parent: nil).cells.map(\.arc)
    }
    #expect(try cells(seed: 3) == cells(seed: 3))
    #expect(try cells(seed: 3) != cells(seed: 4))
}

@Test func aCellCountsEightTraversalsAndAnUpdateTheMostTravelledCells() throws {
    var diary = TravelTimeDiary(seed: 2)
    for arc in 0..<400 as Range<UInt32> { diary.record(traversal(arc)) }
    for _ in 0..<40 { diary.record(traversal(399)) }
    let update = try diary.update(base: TravelTimeModel(), parent: nil)
    #expect(update.cells.count == 256)
    #expect(update.cells.last?.arc == 399)
    #expect(update.cells.last?.count == 8)
    #expect(update.cells.dropLast().allSatisfy { $0.count == 1 && $0.arc < 399 })
}

@Test func aFullDiaryDropsTheOldest() throws {
    var diary = TravelTimeDiary(seed: 7, capacity: 10)
    for arc in 0..<25 as Range<UInt32> { diary.record(traversal(arc)) }
    #expect(diary.count == 10)
    #expect(diary.dropped == 15)
    let update = try diary.update(base: TravelTimeModel(), parent: nil)
    #expect(update.cells.allSatisfy { $0.arc >= 15 })
    #expect(update.cells.count + Int(update.errors.count) == 10)
}

@Test func whatMakesNoSenseIsNotRecorded() {
    var diary = TravelTimeDiary(seed: 7)
    var badClass = traversal(1)
    badClass.roadClass = 32
    let bad = [
        traversal(1 << 31), traversal(1, observed: 0), traversal(1, freeFlow: 0),
        traversal(1, freeFlow: TravelTimeLimits.never), badClass,
    ]
    for traversal in bad {
        let isTaken = diary.record(traversal)
        #expect(!isTaken)
    }
    #expect(diary.count == 0)
}
