import Foundation
import Testing
import Wire

@testable import Models

extension TravelTimeEvidence {
    /// So many whole traversals with this mean log-ratio, 10 fraction bits.
    static func of(_ traversals: Int64, mean: Int64) -> TravelTimeEvidence {
        TravelTimeEvidence(traversals: traversals, mean: mean << 10, meanSquare: mean * mean)
    }
}

extension TravelTimeModel {
    /// A model of these cells in which all other classes are unknown.
    static func of(
        _ cells: [(arc: UInt32, slot: UInt16, evidence: TravelTimeEvidence)], class number: Int = 0,
        _ evidence: TravelTimeEvidence = .none
    ) -> TravelTimeModel {
        var classes = TravelTimeModel().classes
        classes[number] = evidence
        let cells = cells.map { TravelTimeCell(arc: $0.arc, slot: $0.slot, evidence: $0.evidence) }
        return TravelTimeModel(cells: cells, classes: classes)
    }
}

@Test func versionZeroOfTravelTimesIsFreeFlow() {
    let free = TravelTimeModel()
    #expect(
        free.travelTimes(freeFlow: [1, 5000, TravelTimeLimits.never], classes: [0, 9, 31], slot: 12)
            == [1, 5000, TravelTimeLimits.never])
    #expect(free.logRatio(arc: 77, roadClass: 5, slot: 3) == 0)
}

@Test func aSlotIsAnHourOfTheWeekFromMondayOn() {
    // 2026-11-16 was a Monday.
    let monday = Timestamp(milliseconds: 1_794_787_200_000)
    #expect(TravelTimeModel.slot(at: monday) == 0)
    #expect(TravelTimeModel.slot(at: monday - 1) == 167)
    #expect(TravelTimeModel.slot(at: monday + 3_600_000 * 25) == 25)
    #expect(TravelTimeModel.slot(at: Timestamp(milliseconds: 0)) == 72)
}

@Test func theFixedExponentialIsTheLibrarysWithinItsError() {
    for exponent in stride(from: Int64(-2129 << 10), through: 2129 << 10, by: 997) {
        let expected = 2e9 * exp(Double(exponent) / 1_048_576)
        let scaled = Double(FixedExponential.scale(2_000_000_000, exponent: exponent))
        #expect(abs(scaled - expected) <= expected / 33_554_432 + 0.5, "\(exponent)")
    }
    for (bit, factor) in FixedExponential.factors.enumerated() {
        #expect(abs(Double(factor) - exp(exp2(Double(bit) - 20)) * 1_073_741_824) <= 0.51)
    }
}

@Test func theMeanLogRatioIsShrunkTowardsWhatIsWiderKnown() {
    // τ = 2. All roads: (0 + 4 · 600) ÷ (2 + 4) = 400. The class: (2 · 400 + 4 · 600) ÷ 6 = 533.3.
    let learned = TravelTimeModel.of(
        [(8, 30, .of(2, mean: 1000)), (8, TravelTimeModel.anySlot, .of(6, mean: 800))], class: 3,
        .of(4, mean: 600))
    #expect(learned.logRatio(arc: 1, roadClass: 0, slot: 30) == 400)
    #expect(learned.logRatio(arc: 1, roadClass: 3, slot: 30) == 533)
    // The arc: (2 · 533.3 + 6 · 800) ÷ 8 = 733.3; in its hour (2 · 733.3 + 2 · 1,000) ÷ 4 = 866.7.
    #expect(learned.logRatio(arc: 8, roadClass: 3, slot: 31) == 733)
    #expect(learned.logRatio(arc: 8, roadClass: 3, slot: TravelTimeModel.anySlot) == 733)
    #expect(learned.logRatio(arc: 8, roadClass: 3, slot: 30) == 867)
}

@Test func travelTimesAreWithinPhysicsWhateverWasLearned() {
    let greatest = TravelTimeEvidence.of(65_536, mean: 2129)
    let least = TravelTimeEvidence.of(65_536, mean: -2129)
    let learned = TravelTimeModel.of(
        [(0, TravelTimeModel.anySlot, greatest), (1, TravelTimeModel.anySlot, least)])
    let never = TravelTimeLimits.never
    for freeFlow in [1, 2, 13, 1000, 72_000_000, never - 1] as [UInt32] {
        let times = learned.travelTimes(freeFlow: [freeFlow, freeFlow], classes: [0, 0], slot: 5)
        #expect(times[0] <= UInt64(freeFlow) * 20 && times[0] >= freeFlow && times[0] < never)
        #expect(UInt64(times[1]) * 13 >= UInt64(freeFlow) * 10 && times[1] >= 1)
    }
    #expect(learned.milliseconds(arc: 0, roadClass: 0, freeFlow: 100_000, slot: 0) == 799_677)
    #expect(learned.milliseconds(arc: 1, roadClass: 0, freeFlow: 100_000, slot: 0) == 76_924)
    #expect(learned.milliseconds(arc: 0, roadClass: 0, freeFlow: never, slot: 0) == never)
    #expect(learned.logRatio(arc: 1, roadClass: 0, slot: 0) == TravelTimeLimits.leastLogRatio)
}

@Test func allTravelTimesAreThoseOfEachArc() {
    var numbers = SeededGenerator(seed: 11)
    let learned = SeededGenerator.model(&numbers, cells: 300)
    let arcs = 0..<400 as Range<UInt32>
    let freeFlow = arcs.map { _ in UInt32(1 + numbers.next() % 100_000) }
    let classes = arcs.map { _ in UInt8(numbers.next() % 32) }
    for slot in [0, 1, 2, 167] as [UInt16] {
        let times = learned.travelTimes(freeFlow: freeFlow, classes: classes, slot: slot)
        for arc in arcs {
            let single = learned.milliseconds(
                arc: arc, roadClass: classes[Int(arc)], freeFlow: freeFlow[Int(arc)], slot: slot)
            #expect(times[Int(arc)] == single)
        }
    }
}

@Test func quotientsOfTravelTimesAreRoundedHalfToEven() {
    let halves = [-5, -3, -1, 1, 3, 5].map { TravelTimeRounding.halfToEven(Int128($0), over: 2) }
    #expect(halves == [-2, -2, 0, 0, 2, 2])
    #expect([-7, -5, -4, 4, 5, 7].map { TravelTimeRounding.halfToEven(Int128($0), over: 3) } == [-2, -2, -1, 1, 2, 2])
}

@Test func evidenceKeepsItsMeanWhereItReachesItsBound() {
    let full: TravelTimeEvidence = .of(60_000, mean: 500) + .of(60_000, mean: 700)
    #expect(full.count == TravelTimeLimits.greatestCount)
    #expect(full.sum == Int64(full.count) * 600)
    #expect(full.faded(to: 1, over: 2) == TravelTimeEvidence.of(32_768, mean: 600).withSquares(of: full))
}

extension TravelTimeEvidence {
    /// The same with half of the other's squares.
    fileprivate func withSquares(of other: TravelTimeEvidence) -> TravelTimeEvidence? {
        TravelTimeEvidence(count: count, sum: sum, squares: other.squares / 2)
    }
}
