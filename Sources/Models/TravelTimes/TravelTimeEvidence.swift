/// What was seen of travel times on a road or in a class of roads: so many traversals, the sum of their log-ratios, and that of their
/// squares. They fade with the rounds, so even the count has a fraction.
public struct TravelTimeEvidence: Hashable, Sendable {
    /// Traversals with 10 fraction bits: at most `TravelTimeLimits.greatestCount`.
    public let count: UInt32
    /// Sum of log-ratios with 20 fraction bits: within ±`count` · 2,129.
    public let sum: Int64
    /// Sum of squared log-ratios with 20 fraction bits: within 0…`count` · 4,427, which is (ln 8)² rounded up.
    public let squares: Int64

    /// Nothing was seen.
    public static let none = TravelTimeEvidence(clampingCount: 0, sum: 0, squares: 0)

    private static let greatestSquare: Int64 = 4427

    /// The evidence of these numbers, or nil where one is out of its range.
    public init?(count: UInt32, sum: Int64, squares: Int64) {
        self.init(clampingCount: Int64(count), sum: sum, squares: squares)
        guard self.count == count, self.sum == sum, self.squares == squares else { return nil }
    }

    /// The nearest evidence to these numbers: rounding may have left a sum just outside of its range.
    private init(clampingCount count: Int64, sum: Int64, squares: Int64) {
        let count = min(max(count, 0), Int64(TravelTimeLimits.greatestCount))
        let reach = count * Int64(TravelTimeLimits.logRatio)
        self.count = UInt32(count)
        self.sum = min(max(sum, -reach), reach)
        self.squares = min(max(squares, 0), count * TravelTimeEvidence.greatestSquare)
    }

    /// So many whole traversals whose mean log-ratio and mean square have 20 fraction bits. More than 65,536 traversals count as these.
    public init(traversals: Int64, mean: Int64, meanSquare: Int64) {
        let weight = min(max(traversals, 0), Int64(TravelTimeLimits.greatestCount >> 10))
        let reach = Int64(TravelTimeLimits.logRatio) << 10
        let square = Int64(TravelTimeLimits.logRatio) * Int64(TravelTimeLimits.logRatio)
        self.init(
            clampingCount: weight << 10, sum: min(max(mean, -reach), reach) * weight,
            squares: min(max(meanSquare, 0), square) * weight)
    }

    /// Whether there is too little of it to be kept: less than a sixteenth of a traversal.
    public var isForgotten: Bool { count < TravelTimeLimits.leastCount }

    /// What is left when it fades to numerator ÷ denominator, at most 1: each number rounded half to even.
    public func faded(to numerator: UInt32, over denominator: UInt32) -> TravelTimeEvidence {
        precondition(numerator <= denominator, "evidence fades")
        func share(_ number: Int64) -> Int64 {
            TravelTimeRounding.halfToEven(Int128(number) * Int128(numerator), over: Int128(denominator))
        }
        return TravelTimeEvidence(clampingCount: share(Int64(count)), sum: share(sum), squares: share(squares))
    }

    /// Both together. Where that is more than the greatest count, the sums shrink with the count, so that the mean stays.
    public static func + (left: TravelTimeEvidence, right: TravelTimeEvidence) -> TravelTimeEvidence {
        let count = Int64(left.count) + Int64(right.count)
        let (sum, squares) = (left.sum + right.sum, left.squares + right.squares)
        let limit = Int64(TravelTimeLimits.greatestCount)
        guard count > limit else { return TravelTimeEvidence(clampingCount: count, sum: sum, squares: squares) }
        func share(_ number: Int64) -> Int64 {
            TravelTimeRounding.halfToEven(Int128(number) * Int128(limit), over: Int128(count))
        }
        return TravelTimeEvidence(clampingCount: limit, sum: share(sum), squares: share(squares))
    }

    /// The mean log-ratio with 20 fraction bits, shrunk towards `prior`: (τ · prior + sum) ÷ (τ + count), τ = 2 traversals, half to even.
    func mean(shrunkTowards prior: Int64) -> Int64 {
        let τ = TravelTimeLimits.priorTraversals << 10
        return TravelTimeRounding.halfToEven(Int128(τ * prior) + (Int128(sum) << 10), over: Int128(τ + Int64(count)))
    }
}
