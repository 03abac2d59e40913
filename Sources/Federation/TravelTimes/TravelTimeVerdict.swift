import Models

/// A mean error as an exact fraction in lowest terms, 10 fraction bits: compared by cross-multiplication.
public struct MeanError: Hashable, Comparable, Sendable {
    /// The sum of errors.
    public let numerator: UInt64
    /// The number of traversals, above 0.
    public let denominator: UInt64

    /// No error.
    public static let zero = MeanError(0, over: 1)

    /// `numerator` ÷ `denominator`, which is above 0.
    public init(_ numerator: UInt64, over denominator: UInt64) {
        precondition(denominator > 0, "a mean is over something")
        var (divisor, rest) = (denominator, numerator)
        while rest > 0 { (divisor, rest) = (rest, divisor % rest) }
        self.numerator = numerator / divisor
        self.denominator = denominator / divisor
    }

    /// The smaller error first.
    public static func < (left: MeanError, right: MeanError) -> Bool {
        left.numerator.multipliedFullWidth(by: right.denominator)
            < right.numerator.multipliedFullWidth(by: left.denominator)
    }

    /// The median, or the mean of the two middle ones; zero of none. Each is the error of an update, below 2²⁵ ÷ 2¹³.
    static func median(_ errors: [MeanError]) -> MeanError {
        let sorted = errors.sorted()
        guard let upper = sorted.dropFirst(sorted.count / 2).first else { return .zero }
        guard sorted.count.isMultiple(of: 2) else { return upper }
        let lower = sorted[sorted.count / 2 - 1]
        return MeanError(
            lower.numerator * upper.denominator + upper.numerator * lower.denominator,
            over: 2 * lower.denominator * upper.denominator)
    }
}

/// What a round's vehicles found about the version that it improves, on traversals that they did not train on.
///
/// Each vehicle counts once, with its mean error, however much it drove; of these the medians count, so that fewer than half of the
/// vehicles, whatever they claim, do not decide.
public struct TravelTimeVerdict: Hashable, Sendable {
    /// Vehicles that compared both versions.
    public let voters: Int
    /// The median of their mean errors with the base version: |predicted − observed log-ratio|, 10 fraction bits. Where too few compared,
    /// of all that drove by the base.
    public let base: MeanError
    /// The same with the base's parent; zero where nobody compared.
    public let parent: MeanError

    /// The verdict of these updates; with fewer than `enough` voters there is none, and the base's error is everyone's.
    public init(_ updates: some Sequence<TravelTimeStatistics>, enough: Int) {
        let all = updates.map(\.errors).filter { $0.count > 0 }
        let both = all.filter { $0.parent != nil }
        voters = both.count >= enough ? both.count : 0
        base = MeanError.median((voters > 0 ? both : all).map { MeanError(UInt64($0.base), over: UInt64($0.count)) })
        parent = MeanError.median(
            (voters > 0 ? both : []).map { MeanError(UInt64($0.parent ?? 0), over: UInt64($0.count)) })
    }
}
