import Cryptography
import Models
import Wire

/// How a committee trains its models: part of its terms, so that every validator judges updates and makes versions alike.
public struct LearningTerms: Hashable, Sendable {
    private var rounds: [LearnedModel: RoundTerms]

    /// A committee that trains the models that have terms here.
    public init(_ rounds: [LearnedModel: RoundTerms] = [:]) {
        self.rounds = rounds
    }

    /// The terms of the model's rounds; nil where the committee does not train it.
    public subscript(model: LearnedModel) -> RoundTerms? { rounds[model] }

    /// The models that are trained, in the order of their numbers.
    public var models: [LearnedModel] { LearnedModel.allCases.filter { rounds[$0] != nil } }
}

/// When a model's rounds are, who takes part in them, and how their updates become a version.
public struct RoundTerms: Hashable, Sendable {
    /// Log time from one opening to the next, in milliseconds, at least; a round that is not decided holds the next one up.
    public var intervalMilliseconds: UInt64
    /// Log time from the opening to the deadline, in milliseconds.
    public var durationMilliseconds: UInt64
    /// With fewer updates there is no version.
    public var cohortMinimum: UInt32
    /// So many updates close a round.
    public var cohortLimit: UInt32
    /// How updates become one.
    public var aggregation: AggregationKind
    /// Share of a cohort that is assumed to lie, in thousandths, below 500.
    public var attackersPermille: UInt32
    /// Perception: the largest L2 norm of an update, in quanta.
    public var clipBound: UInt32
    /// Perception: a quantum is 2^−scaleBits.
    public var scaleBits: UInt32
    /// σ of the discrete Gaussian noise that each vehicle adds to what it sends, in thousandths: of a quantum for perception, of what one
    /// traversal can change for each number of travel times. 0 for none.
    public var noiseMilli: UInt32
    /// Travel times: groups that vehicles fall into. One for every three vehicles at least: with fewer every group has its liar.
    public var groups: UInt32
    /// Travel times: groups that must have seen a road before its own figures count.
    public var groupsMinimum: UInt32
    /// Perception: SHA-256 of the file that versions are judged by.
    public var holdOut: Digest?

    /// Terms; what a model has no use for is zero.
    public init(
        intervalMilliseconds: UInt64, durationMilliseconds: UInt64, cohortMinimum: UInt32, cohortLimit: UInt32,
        aggregation: AggregationKind, attackersPermille: UInt32, clipBound: UInt32 = 0, scaleBits: UInt32 = 0,
        noiseMilli: UInt32 = 0, groups: UInt32 = 0, groupsMinimum: UInt32 = 0, holdOut: Digest? = nil
    ) {
        self.intervalMilliseconds = intervalMilliseconds
        self.durationMilliseconds = durationMilliseconds
        self.cohortMinimum = cohortMinimum
        self.cohortLimit = cohortLimit
        self.aggregation = aggregation
        self.attackersPermille = attackersPermille
        self.clipBound = clipBound
        self.scaleBits = scaleBits
        self.noiseMilli = noiseMilli
        self.groups = groups
        self.groupsMinimum = groupsMinimum
        self.holdOut = holdOut
    }

    /// Which field of a model's terms cannot be meant, and what is possible; nil where all can.
    public func fault(for model: LearnedModel) -> (field: String, possible: String)? {
        let checks: [(Bool, String, String)] = [
            (LearningLimits.intervalMilliseconds.contains(intervalMilliseconds), "interval", "1 s to 31 days"),
            (
                durationMilliseconds >= 1000 && durationMilliseconds <= intervalMilliseconds, "duration",
                "1 s to the interval"
            ),
            (LearningLimits.cohort.contains(cohortLimit), "cohort_limit", "1 to 1,024 updates"),
            (cohortMinimum >= 1 && cohortMinimum <= cohortLimit, "cohort_minimum", "1 to the limit"),
            (attackersPermille < 500, "attackers_permille", "0 to 499"),
        ]
        if let failed = checks.first(where: { !$0.0 }) { return (failed.1, failed.2) }
        switch model {
        case .perception: return perceptionFault
        case .travelTimes: return travelTimesFault
        }
    }

    private var perceptionFault: (field: String, possible: String)? {
        if aggregation == .medianOfMeans { return ("aggregation", "mean, trimmed-mean, mixed-trimmed-mean") }
        if !LearningLimits.clipBound.contains(clipBound) { return ("clip_bound", "1 to 46,340 quanta") }
        if !LearningLimits.scaleBits.contains(scaleBits) { return ("scale_bits", "8 to 15") }
        if noiseMilli > LearningLimits.perceptionNoiseMilli { return ("noise_milli", "0 to 65,536,000") }
        return holdOut == nil ? ("hold_out", "the digest of a file: nothing is promoted unjudged") : nil
    }

    private var travelTimesFault: (field: String, possible: String)? {
        if aggregation != .medianOfMeans { return ("aggregation", "median-of-means") }
        if !LearningLimits.groups.contains(groups) { return ("groups", "1 to 1,024") }
        if noiseMilli > LearningLimits.travelTimeNoiseMilli { return ("noise_milli", "0 to 30,000") }
        return groupsMinimum >= 1 && groupsMinimum <= groups ? nil : ("groups_minimum", "1 to the groups")
    }
}

/// The bound of everything in a committee's learning terms.
public enum LearningLimits {
    /// From one opening to the next, in milliseconds of log time.
    public static let intervalMilliseconds: ClosedRange<UInt64> = 1000...31 * 24 * 3_600_000
    /// Updates of a round.
    public static let cohort: ClosedRange<UInt32> = 1...1024
    /// L2 norm of a perception update, in quanta: its square stays below 2^31, and with it, by Cauchy and Schwarz, every partial
    /// sum of a product of two updates.
    public static let clipBound: ClosedRange<UInt32> = 1...PerceptionUpdate.maximumClipBound
    /// Fraction bits of a perception update.
    public static let scaleBits: ClosedRange<UInt32> = 8...15
    /// σ that a vehicle can draw for perception, in thousandths of a quantum.
    public static let perceptionNoiseMilli: UInt32 = 65_536_000
    /// σ that a vehicle can draw for travel times, in thousandths of a number's sensitivity.
    public static let travelTimeNoiseMilli: UInt32 = 30_000
    /// Groups of vehicles.
    public static let groups: ClosedRange<UInt32> = 1...1024
}

extension RoundTerms {
    /// Writes every field, for a digest of the committee's terms.
    func write(to writer: inout Writer) {
        writer.write(intervalMilliseconds)
        writer.write(durationMilliseconds)
        for number in [cohortMinimum, cohortLimit, UInt32(aggregation.rawValue), attackersPermille] {
            writer.write(number)
        }
        for number in [clipBound, scaleBits, noiseMilli, groups, groupsMinimum] { writer.write(number) }
        writer.write(fixed: (holdOut ?? .zero).bytes)
    }
}
