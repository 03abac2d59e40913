import Cryptography
import Models
import Testing

@testable import Federation

/// SHA-256 over the results of rounds 0..<1,000. `Tests/integration/travel_time_rounds.py` reads it here and computes it anew.
private let recordedResults = "46522ae2ece02e672821443c72b24dbeef57549dde8aa39af735c54a3b89d5f0"

@Test func aThousandRoundsGiveTheRecordedResultsInAnyOrderOfTheirUpdates() throws {
    var (version, results): (TravelTimeModel, [[UInt8]]) = (TravelTimeModel(), [])
    var shuffling = SeededGenerator(seed: 2_000_000)
    for number in 0..<1000 as Range<UInt64> {
        if number % 25 == 0 { version = TravelTimeModel() }
        let round = try RandomTravelTimeRound(number: number)
        let result = round.result(base: version, updates: round.updates)
        let shuffled = round.result(base: version, updates: round.updates.shuffled(using: &shuffling))
        #expect(result.bytes == shuffled.bytes, "round \(number)")
        #expect(try TravelTimeModel(decoding: result.version.encoded()) == result.version, "round \(number)")
        (version, results) = (result.version, results + [result.bytes])
    }
    #expect(Digest.sha256(parts: results).description == recordedResults)
}

@Test func aRoundWithoutUpdatesOnlyForgets() throws {
    let evidence = try #require(TravelTimeEvidence(count: 10 << 10, sum: 2048 << 10, squares: 0))
    let old = TravelTimeModel(
        cells: [TravelTimeCell(arc: 5, slot: 7, evidence: evidence)], classes: TravelTimeModel().classes)
    var rule = TravelTimeRule.standard
    (rule.keepNumerator, rule.keepDenominator) = (1, 2)
    let aggregation = TravelTimeAggregation(rule: rule, seed: .zero)
    let halved = aggregation.version(of: old, updates: [])
    #expect(halved.cells.map(\.evidence.count) == [5 << 10])
    #expect(halved.cells.map(\.evidence.sum) == [1024 << 10])
    let forgotten = (0..<8).reduce(old) { model, _ in aggregation.version(of: model, updates: []) }
    #expect(forgotten == TravelTimeModel())
}

@Test func whatTooFewGroupsSawCountsForItsClassAlone() throws {
    let rule = TravelTimeRule(groups: 8, minimumGroups: 3, keepNumerator: 0, keepDenominator: 1)
    var numbers = SeededGenerator(seed: 4)
    let updates = try (0..<6).map { vehicle in
        // Two vehicles see arc 10 and four see arc 20; all of them are on roads of class 2.
        let cell = TravelTimeStatistics.Cell(
            arc: vehicle < 2 ? 10 : 20, slot: 0, roadClass: 2, count: 1, sum: 1024, squares: 1 << 20)
        return TravelTimeAggregation.Update(
            nullifier: numbers.digest(), statistics: try TravelTimeStatistics(cells: [cell], errors: .none))
    }
    let version = TravelTimeAggregation(rule: rule, seed: .zero).version(of: TravelTimeModel(), updates: updates)
    #expect(version.cells.map(\.arc) == [20, 20])
    #expect(version.cells.map(\.slot) == [0, TravelTimeModel.anySlot])
    #expect(version.cells.map(\.evidence.count) == [4 << 10, 4 << 10])
    #expect(version.classes[2].count == 6 << 10)
}

@Test func aFullModelForgetsTheLeastTravelledFirst() throws {
    let rule = TravelTimeRule(groups: 4, minimumGroups: 1, keepNumerator: 0, keepDenominator: 1)
    let cells = (0..<4).map { arc in
        TravelTimeStatistics.Cell(
            arc: UInt32(arc), slot: 3, roadClass: 0, count: [2, 5, 1, 4][arc], sum: 0, squares: 0)
    }
    let update = TravelTimeAggregation.Update(
        nullifier: .zero, statistics: try TravelTimeStatistics(cells: cells, errors: .none))
    let version = TravelTimeAggregation(rule: rule, seed: .zero, capacity: 4)
        .version(of: TravelTimeModel(), updates: [update])
    #expect(version.cells.map(\.arc) == [1, 1, 3, 3])
}

@Test func aVerdictComparesTheMediansOfMeanErrors() throws {
    func vote(base: UInt32, parent: UInt32?, count: UInt32) throws -> TravelTimeStatistics {
        let cell = TravelTimeStatistics.Cell(arc: 0, slot: 0, roadClass: 0, count: 1, sum: 0, squares: 0)
        let errors = TravelTimeStatistics.Errors(base: base, parent: parent, count: count)
        return try TravelTimeStatistics(cells: [cell], errors: errors)
    }
    // Means by the base: 100/3, 50, 4,000; by its parent: 100, 40, 30. Who held nothing out does not vote.
    let votes = [
        try vote(base: 100, parent: 300, count: 3), try vote(base: 50, parent: 40, count: 1),
        try vote(base: 8000, parent: 60, count: 2), try vote(base: 0, parent: 0, count: 0),
    ]
    let verdict = TravelTimeVerdict(votes, enough: 1)
    #expect(verdict.voters == 3)
    #expect(verdict.base == MeanError(50, over: 1))
    #expect(verdict.parent == MeanError(40, over: 1))
    #expect(verdict.baseIsWorse)
    // Of two, the median is (100/3 + 50) ÷ 2.
    #expect(TravelTimeVerdict(votes.prefix(2), enough: 1).base == MeanError(125, over: 3))
    let silent = TravelTimeVerdict(votes.suffix(1), enough: 1)
    #expect(silent.voters == 0 && !silent.baseIsWorse)
    // Who has not got the parent cannot compare; with too few who can, there is no verdict, and everyone's error is told.
    let newcomers = try [1, 2, 3].map { try vote(base: $0 * 100, parent: nil, count: 1) }
    let mixed = TravelTimeVerdict(votes + newcomers, enough: 3)
    #expect(mixed.voters == 3 && mixed.base == verdict.base && mixed.parent == verdict.parent)
    let few = TravelTimeVerdict(votes + newcomers, enough: 4)
    #expect(few.voters == 0 && !few.baseIsWorse && few.parent == .zero && few.base == MeanError(150, over: 1))
}
