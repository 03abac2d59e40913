import Models
import Testing

@testable import Federation

/// 100 vehicles that all drive along the same roads in one round, of which the first so many lie: they report a jam, x = +ln 8, with the
/// greatest count on every cell that they send.
private struct Street {
    static let roads: UInt32 = 40
    /// What an honest vehicle finds in the mean: a quarter longer than free flow, 10 fraction bits.
    static let truth: Int64 = 229

    let updates: [TravelTimeAggregation.Update]

    init(liars: Int, seed: UInt64) throws {
        var numbers = SeededGenerator(seed: seed)
        updates = try (0..<100).map { vehicle in
            let cells = (0..<Street.roads).map { road in
                vehicle < liars ? Street.lie(road) : Street.traversal(road, &numbers)
            }
            return TravelTimeAggregation.Update(
                nullifier: numbers.digest(), statistics: try TravelTimeStatistics(cells: cells, errors: .none))
        }
    }

    private static func lie(_ road: UInt32) -> TravelTimeStatistics.Cell {
        TravelTimeStatistics.Cell(
            arc: road, slot: 0, roadClass: 0, count: 8, sum: 8 * 2129, squares: 8 * 2129 * 2129)
    }

    /// Two traversals, each off the truth by the sum of four uniform numbers: σ = 0.29.
    private static func traversal(_ road: UInt32, _ numbers: inout SeededGenerator) -> TravelTimeStatistics.Cell {
        let found = (0..<2).map { _ in
            (0..<4).reduce(truth) { sum, _ in sum + Int64(numbers.below(513)) - 256 }
        }
        return TravelTimeStatistics.Cell(
            arc: road, slot: 0, roadClass: 0, count: 2, sum: Int32(found[0] + found[1]),
            squares: UInt32(found[0] * found[0] + found[1] * found[1]))
    }

    /// By how much the estimates of the roads are off the truth, in the mean, 10 fraction bits.
    func shift(groups: UInt32) -> Int64 {
        let rule = TravelTimeRule(groups: groups, minimumGroups: 1, keepNumerator: 0, keepDenominator: 1)
        let version = TravelTimeAggregation(rule: rule, seed: .zero).version(of: TravelTimeModel(), updates: updates)
        let means = version.cells.filter { $0.slot == 0 }.map { $0.evidence.sum / Int64($0.evidence.count) }
        return means.reduce(0) { $0 + $1 - Street.truth } / Int64(means.count)
    }
}

@Test(arguments: [1, 2, 3] as [UInt64])
func aFifthOfLiarsMovesTheEstimateLittleAndThePlainMeanALot(seed: UInt64) throws {
    let street = try Street(liars: 20, seed: seed)
    let standard = street.shift(groups: TravelTimeRule.standard.groups)
    // One group is the plain mean over all traversals.
    let plain = street.shift(groups: 1)
    print("seed \(seed): median of groups +\(standard), plain mean +\(plain) of 1,024")
    #expect(abs(standard) < 154, "an honest road looks at most 15 % longer")
    #expect(plain > 700, "the liars double the plain mean's travel time")
}

@Test func withoutLiarsTheMedianOfGroupsIsTheMean() throws {
    let street = try Street(liars: 0, seed: 9)
    #expect(abs(street.shift(groups: TravelTimeRule.standard.groups)) < 21)
    #expect(abs(street.shift(groups: 1)) < 21)
}

@Test func groupsOfManyVehiclesDoNotStandAFifthOfLiars() throws {
    // Eight groups of twelve: hardly one is free of liars. This is why the standard rule has 64.
    let street = try Street(liars: 20, seed: 1)
    let eight = street.shift(groups: 8)
    print("eight groups +\(eight) of 1,024")
    #expect(eight > 2 * street.shift(groups: TravelTimeRule.standard.groups))
}
