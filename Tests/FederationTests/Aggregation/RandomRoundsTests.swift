import Cryptography
import Federation
import Testing

/// SHA-256 of the results of 1,000 random rounds of seed 1, as big-endian Int32.
/// Tests/integration/aggregation_rounds.py gets it from plain Python integers and compares it with this line.
private let recordedDigest = "fcf279de35a8edecd1c96c4fd08fe5c3d3e02b27dfe141875c2db289c08144ad"

@Test func aThousandRandomRoundsGiveTheRecordedBits() throws {
    var rounds = RandomRounds(seed: 1)
    var bytes: [UInt8] = []
    for _ in 0..<1000 {
        let round = rounds.next()
        let result = try #require(
            RobustMean.aggregate(round.vectors, rule: round.rule, scaleBits: round.scaleBits))
        for value in result {
            bytes += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
        }
    }
    #expect(Digest.sha256(bytes).description == recordedDigest)
}

@Test func theOrderOfArrivalDoesNotMatterOnceUpdatesAreSorted() throws {
    var rounds = RandomRounds(seed: 2)
    for _ in 0..<100 {
        let round = rounds.next()
        let arrivals = rounds.order(round.vectors.count).map { (nullifier: $0, vector: round.vectors[$0]) }
        let sorted = arrivals.sorted { $0.nullifier < $1.nullifier }.map(\.vector)
        let result = RobustMean.aggregate(sorted, rule: round.rule, scaleBits: round.scaleBits)
        #expect(result == RobustMean.aggregate(round.vectors, rule: round.rule, scaleBits: round.scaleBits))
    }
}

@Test(arguments: AggregationRule.Kind.allCases)
func withoutEqualDistancesEveryOrderGivesTheSame(kind: AggregationRule.Kind) throws {
    var rounds = RandomRounds(seed: 3)
    for n in [3, 8, 21] {
        let vectors = rounds.vectors(n, 40, spread: 5000)
        let rule = AggregationRule(kind: kind, assumedAttackers: (n - 1) / 3)
        let permuted = rounds.order(n).map { vectors[$0] }
        let result = try #require(RobustMean.aggregate(vectors, rule: rule, scaleBits: 14))
        #expect(RobustMean.aggregate(permuted, rule: rule, scaleBits: 14) == result)
    }
}
