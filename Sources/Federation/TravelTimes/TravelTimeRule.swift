/// How a round makes travel times: part of what opens it, so that everyone can make them again.
public struct TravelTimeRule: Hashable, Sendable {
    /// Groups that the vehicles are dealt into, 1 to 1,024.
    ///
    /// The estimate is a median of groups, so it stands as long as more than half of the groups that saw a road are free of liars. Groups
    /// of many vehicles are never free of them: of groups of b vehicles, of which each lies with probability p, the share (1 − p)^b is
    /// clean. At p = 1/5 that is a half at b = 3: so there should be a group for every three vehicles at least.
    public var groups: UInt32
    /// Groups that must have seen an arc in a slot, 1 to `groups`: below, it only counts for its class.
    public var minimumGroups: UInt32
    /// What is left of older rounds: numerator ÷ denominator, below 1.
    public var keepNumerator: UInt32
    /// The denominator, at most 65,536.
    public var keepDenominator: UInt32

    /// A rule; these numbers are of our own configuration. Older rounds fade by a tenth with each new one unless they say otherwise.
    public init(groups: UInt32, minimumGroups: UInt32, keepNumerator: UInt32 = 9, keepDenominator: UInt32 = 10) {
        self.groups = groups
        self.minimumGroups = minimumGroups
        self.keepNumerator = keepNumerator
        self.keepDenominator = keepDenominator
    }

    /// Whether every number is within its range.
    public var isValid: Bool {
        (1...1024).contains(groups) && minimumGroups >= 1 && minimumGroups <= groups && keepDenominator <= 65_536
            && keepNumerator < keepDenominator
    }
}
