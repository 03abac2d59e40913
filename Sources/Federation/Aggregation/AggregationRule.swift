/// How a round's updates become one: the rule and how many liars it is to survive, which follow from the round's opening
/// entry and the number of updates.
public struct AggregationRule: Hashable, Sendable {
    /// The rules, by the byte that the log writes.
    public enum Kind: UInt8, CaseIterable, Sendable {
        /// The plain mean: one liar moves it as far as the norm bound lets him. It is there to be compared with.
        case mean = 1
        /// Coordinate by coordinate, the mean of what is left without the f lowest and the f highest values (Yin et
        /// al., ICML 2018).
        case trimmedMean = 2
        /// The trimmed mean of updates that were each mixed with their nearest neighbours first (Allouah et al.,
        /// "Fixing by Mixing", AISTATS 2023): the rule to use where vehicles drive on different roads.
        case mixedTrimmedMean = 3
    }

    /// The rule.
    public let kind: Kind
    /// f: how many of the updates may be lies. The rules ask for n > 2f.
    public let assumedAttackers: Int

    /// The rule `kind` against `assumedAttackers` liars.
    public init(kind: Kind, assumedAttackers: Int) {
        self.kind = kind
        self.assumedAttackers = assumedAttackers
    }
}
