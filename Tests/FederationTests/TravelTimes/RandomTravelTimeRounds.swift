import Cryptography
import Models
import Wire

@testable import Federation

/// What both languages draw: the same numbers in Swift and in Python.
extension SeededGenerator {
    /// 0 ..< `bound`.
    mutating func below(_ bound: UInt64) -> UInt64 { next() % bound }

    /// SHA-256 of the next number's eight bytes.
    mutating func digest() -> Digest {
        var writer = Writer()
        writer.write(next())
        return Digest.sha256(writer.bytes)
    }
}

/// Rounds that seeds decide, each upon the one before it; `Tests/integration/travel_time_rounds.py` makes the same.
struct RandomTravelTimeRound {
    let rule: TravelTimeRule
    let seed: Digest
    let capacity: Int
    let updates: [TravelTimeAggregation.Update]

    init(number: UInt64) throws {
        var numbers = SeededGenerator(seed: number)
        let groups = 1 + UInt32(numbers.below(12))
        let minimum = 1 + UInt32(numbers.below(UInt64(min(groups, 4))))
        let denominator = 2 + UInt32(numbers.below(16))
        let numerator = UInt32(numbers.below(UInt64(denominator)))
        rule = TravelTimeRule(
            groups: groups, minimumGroups: minimum, keepNumerator: numerator, keepDenominator: denominator)
        seed = numbers.digest()
        capacity = 24 + Int(numbers.below(40))
        var updates: [TravelTimeAggregation.Update] = []
        for _ in 0..<numbers.below(25) {
            let nullifier = numbers.digest()
            guard let statistics = try RandomTravelTimeRound.statistics(&numbers) else { continue }
            updates.append(TravelTimeAggregation.Update(nullifier: nullifier, statistics: statistics))
        }
        self.updates = updates
    }

    private static func statistics(_ numbers: inout SeededGenerator) throws -> TravelTimeStatistics? {
        var cells: [TravelTimeStatistics.Cell] = []
        for place in 0..<36 as Range<UInt32> where numbers.below(3) == 0 {
            let roadClass = UInt8(numbers.below(4))
            let count = 1 + numbers.below(8)
            let sum = Int64(numbers.below(2 * count * 2129 + 1)) - Int64(count * 2129)
            let squares = numbers.below(count * 2129 * 2129 + 1)
            cells.append(
                TravelTimeStatistics.Cell(
                    arc: place / 3 * 178_956_970, slot: UInt16(place % 3 * 80), roadClass: roadClass,
                    count: UInt8(count), sum: Int32(sum), squares: UInt32(squares)))
        }
        let count = numbers.below(10)
        let errors = TravelTimeStatistics.Errors(
            base: UInt32(numbers.below(count * 4258 + 1)), parent: UInt32(numbers.below(count * 4258 + 1)),
            count: UInt32(count))
        guard !cells.isEmpty || count > 0 else { return nil }
        return try TravelTimeStatistics(cells: cells, errors: errors)
    }

    /// The version that the round makes, and its bytes with the verdict's.
    func result(
        base: TravelTimeModel, updates: [TravelTimeAggregation.Update]
    ) -> (version: TravelTimeModel, bytes: [UInt8]) {
        let version = TravelTimeAggregation(rule: rule, seed: seed, capacity: capacity)
            .version(of: base, updates: updates)
        let verdict = TravelTimeVerdict(updates.map(\.statistics), enough: 1)
        var writer = Writer()
        writer.write(counted: version.encoded())
        writer.write(UInt32(verdict.voters))
        for error in [verdict.base, verdict.parent] {
            writer.write(error.numerator)
            writer.write(error.denominator)
            writer.write(error.millionths)
        }
        writer.write(verdict.baseIsWorse)
        return (version, writer.bytes)
    }
}

/// What both languages write of a verdict.
extension MeanError {
    /// As a log-ratio in millionths, rounded half to even.
    var millionths: UInt64 {
        let (numerator, denominator) = (Int128(numerator) * 1_000_000, Int128(denominator) * 1024)
        return UInt64(TravelTimeRounding.halfToEven(numerator, over: denominator))
    }
}

extension TravelTimeVerdict {
    /// Whether the base version does worse than its parent, by however little.
    var baseIsWorse: Bool { parent < base && voters > 0 }
}

extension TravelTimeRule {
    /// 64 groups of which three must have seen a road.
    static let standard = TravelTimeRule(groups: 64, minimumGroups: 3)
}
