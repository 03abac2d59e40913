import Federation
import Models

/// Rounds that a seed decides (Steele, Lea, Flood: SplitMix64), drawn in an order that
/// Tests/integration/aggregation_rounds.py repeats. Each number is the generator's next one modulo what it may be.
struct RandomRounds {
    struct Round {
        let vectors: [[Int16]]
        let rule: AggregationRule
        let scaleBits: Int
    }

    private var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// Values of one spread: the narrow one makes many equal values and equal distances, the wide one comes near the
    /// norm bound (5,000² · 64 < 2³¹).
    mutating func next() -> Round {
        let n = 3 + below(38)
        let d = 1 + below(64)
        let f = below((n - 1) / 2 + 1)
        let kind: AggregationRule.Kind = [.mean, .trimmedMean, .mixedTrimmedMean][below(3)]
        let scaleBits = 10 + below(5)
        let spread = [1, 100, 5000][below(3)]
        return Round(
            vectors: vectors(n, d, spread: spread), rule: AggregationRule(kind: kind, assumedAttackers: f),
            scaleBits: scaleBits)
    }

    /// n vectors of d numbers within ±spread.
    mutating func vectors(_ n: Int, _ d: Int, spread: Int) -> [[Int16]] {
        (0..<n).map { _ in (0..<d).map { _ in Int16(below(2 * spread + 1) - spread) } }
    }

    /// A number from 0 to bound − 1.
    mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }

    /// 0 ..< count in a random order (Fisher and Yates).
    mutating func order(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, below(last + 1))
        }
        return order
    }
}
