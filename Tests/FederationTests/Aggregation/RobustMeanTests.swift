import Federation
import Testing

private func aggregate(
    _ kind: AggregationRule.Kind, against f: Int = 0, scaleBits: Int = 14, _ vectors: [[Int16]]
) -> [Int32]? {
    RobustMean.aggregate(vectors, rule: AggregationRule(kind: kind, assumedAttackers: f), scaleBits: scaleBits)
}

@Test func aHalfIsRoundedToTheEvenNeighbour() {
    let halves: [[Int16]] = [[0, 1, -1, -2, 3], [1, 2, 0, -1, 4]]
    #expect(aggregate(.mean, scaleBits: 16, halves) == [0, 2, 0, -2, 4])
    #expect(aggregate(.mean, scaleBits: 15, halves) == [1, 3, -1, -3, 7])
    #expect(aggregate(.mean, scaleBits: 16, [[1], [1], [0]]) == [1])
    #expect(aggregate(.mean, scaleBits: 16, [[-1], [-1], [0]]) == [-1])
    #expect(aggregate(.mean, scaleBits: 16, [[-1], [0], [0]]) == [0])
}

@Test func oneLiarMovesTheMeanButNotTheTrimmedMean() {
    let vectors: [[Int16]] = [[10, -10], [12, -14], [14, -12], [32767, -32768]]
    #expect(aggregate(.mean, vectors) == [32803, -32804])
    #expect(aggregate(.trimmedMean, against: 1, vectors) == [52, -52])
}

@Test func eachCoordinateIsTrimmedOnItsOwn() {
    let vectors: [[Int16]] = [[1, 300], [2, 100], [3, 200]]
    #expect(aggregate(.trimmedMean, against: 1, scaleBits: 16, vectors) == [2, 200])
}

/// Two nearest of three: 0 + 1, 1 + 0 and 10 + 1; the middle sum is 1, of two vectors.
@Test func aVectorIsMixedWithItsNearest() {
    #expect(aggregate(.mixedTrimmedMean, against: 1, [[0], [1], [10]]) == [2])
    #expect(aggregate(.mixedTrimmedMean, against: 1, [[0], [-1], [-10]]) == [-2])
}

/// 1 and −1 are as far from 0: the first of them is mixed in, and makes the middle sum.
@Test func ofTwoAtTheSameDistanceTheEarlierIsNearer() {
    #expect(aggregate(.mixedTrimmedMean, against: 1, [[0], [1], [-1]]) == [2])
    #expect(aggregate(.mixedTrimmedMean, against: 1, [[0], [-1], [1]]) == [-2])
}

@Test func withoutLiarsAllRulesAreTheMean() throws {
    var random = RandomRounds(seed: 4)
    let vectors = random.vectors(9, 300, spread: 100)
    let mean = try #require(aggregate(.mean, vectors))
    #expect(aggregate(.trimmedMean, vectors) == mean)
    #expect(aggregate(.mixedTrimmedMean, vectors) == mean)
}

@Test func equalVectorsGiveThemselves() {
    let vectors = [[Int16]](repeating: [7, -9, 0, 46], count: 11)
    for kind in AggregationRule.Kind.allCases {
        #expect(aggregate(kind, against: 5, vectors) == [28, -36, 0, 184])
    }
}

/// Lengths on both sides of a lane vector, a mixed block and a coordinate block.
@Test(arguments: [1, 7, 8, 9, 63, 64, 65, 255, 256, 257, 519])
func anyLengthAgreesWithThePlainRule(d: Int) {
    var random = RandomRounds(seed: UInt64(d))
    for n in [1, 2, 3, 6, 17] {
        for spread in [1, 20, 1000] {
            let vectors = random.vectors(n, d, spread: spread)
            for kind in AggregationRule.Kind.allCases {
                let rule = AggregationRule(kind: kind, assumedAttackers: random.below((n - 1) / 2 + 1))
                let plain = PlainAggregation.aggregate(vectors, rule: rule, scaleBits: 12)
                #expect(RobustMean.aggregate(vectors, rule: rule, scaleBits: 12) == plain, "\(n) \(spread) \(rule)")
            }
        }
    }
}

@Test func manyVectorsAgreeWithThePlainRule() {
    var random = RandomRounds(seed: 5)
    let vectors = random.vectors(200, 21, spread: 9000)
    for kind in AggregationRule.Kind.allCases {
        let rule = AggregationRule(kind: kind, assumedAttackers: 40)
        let plain = PlainAggregation.aggregate(vectors, rule: rule, scaleBits: 14)
        #expect(RobustMean.aggregate(vectors, rule: rule, scaleBits: 14) == plain)
    }
}

@Test func theLargestNumbersDoNotOverflow() {
    let low = [[Int16]](repeating: [.min, .max], count: 1024)
    #expect(aggregate(.mean, scaleBits: 0, low) == [.min, 32767 << 16])
    #expect(aggregate(.trimmedMean, against: 300, scaleBits: 0, low) == [.min, 32767 << 16])
    let mixed = [[Int16]](repeating: [.max, -.max], count: 1024)
    #expect(aggregate(.mixedTrimmedMean, against: 1, scaleBits: 0, mixed) == [32767 << 16, -32767 << 16])
    #expect(aggregate(.trimmedMean, against: 1, scaleBits: 16, [[.min], [.max], [.min], [.max]]) == [0])
}

/// 32,767² · 2 + 362² + 5² = 2³¹ − 1; opposite vectors of that norm have the least product there is.
@Test func normsUpToTheBoundAreMixedExactly() {
    let longest: [Int16] = [32767, -32767, 362, 5]
    let opposite = longest.map { -$0 }
    var random = RandomRounds(seed: 6)
    for _ in 0..<20 {
        let vectors = (0..<9).map { _ in random.below(2) == 0 ? longest : opposite }
        let rule = AggregationRule(kind: .mixedTrimmedMean, assumedAttackers: random.below(5))
        #expect(
            RobustMean.aggregate(vectors, rule: rule, scaleBits: 14)
                == PlainAggregation.aggregate(vectors, rule: rule, scaleBits: 14))
    }
}

@Test func aNormAtTheBoundIsRefusedWhereVectorsAreMixed() {
    let vectors: [[Int16]] = [[.min, .min], [0, 0], [0, 0]]
    #expect(aggregate(.mixedTrimmedMean, against: 1, vectors) == nil)
    #expect(aggregate(.trimmedMean, against: 1, vectors) == [0, 0])
    #expect(aggregate(.mixedTrimmedMean, [[Int16](repeating: 1448, count: 1025)]) == nil)
    #expect(aggregate(.mixedTrimmedMean, [[Int16](repeating: 1448, count: 1024)]) != nil)
}

@Test func whatCannotBeAggregatedIsRefused() {
    for kind in AggregationRule.Kind.allCases {
        #expect(aggregate(kind, []) == nil)
        #expect(aggregate(kind, [[], []]) == nil)
        #expect(aggregate(kind, [[1, 2], [1]]) == nil)
        #expect(aggregate(kind, against: 1, [[1], [2]]) == nil)
        #expect(aggregate(kind, against: -1, [[1], [2]]) == nil)
        #expect(aggregate(kind, against: .max, [[1], [2]]) == nil)
        #expect(aggregate(kind, scaleBits: 17, [[1]]) == nil)
        #expect(aggregate(kind, scaleBits: -1, [[1]]) == nil)
        #expect(aggregate(kind, [[Int16]](repeating: [1], count: 1025)) == nil)
    }
}
