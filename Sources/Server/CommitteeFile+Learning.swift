import Cryptography
import Telemetry

/// How the committee trains its models, as the committee file says it.
extension CommitteeFile {
    /// The models that are trained; one that is missing is not.
    public struct Learning: Codable, Sendable {
        /// Rounds of the perception model.
        public var perception: Rounds?
        /// Rounds of the travel-time model.
        public var travelTimes: Rounds?

        /// Rounds of both models, or of one.
        public init(perception: Rounds? = nil, travelTimes: Rounds? = nil) {
            self.perception = perception
            self.travelTimes = travelTimes
        }

        enum CodingKeys: String, CodingKey {
            case perception
            case travelTimes = "travel_times"
        }
    }

    /// One model's rounds; what a model has no use for is left out.
    public struct Rounds: Codable, Sendable {
        /// Log time from one opening to the next, in seconds.
        public var intervalS: UInt64
        /// Log time from the opening to the deadline, in seconds.
        public var durationS: UInt64
        /// Fewer updates make no version.
        public var cohortMinimum: UInt32
        /// So many updates close the round.
        public var cohortLimit: UInt32
        /// `mean`, `trimmed-mean`, `mixed-trimmed-mean`; for travel times `median-of-means`.
        public var aggregation: String
        /// Share of vehicles that is assumed to lie, in thousandths.
        public var attackersPermille: UInt32
        /// Perception: largest norm of an update, in quanta.
        public var clipBound: UInt32?
        /// Perception: a quantum is 2^−scaleBits.
        public var scaleBits: UInt32?
        /// σ of the noise that each vehicle adds, in thousandths of a quantum.
        public var noiseMilli: UInt32?
        /// Travel times: groups of vehicles.
        public var groups: UInt32?
        /// Travel times: groups that must have seen a road.
        public var groupsMinimum: UInt32?
        /// Perception: SHA-256 of the hold-out file, hexadecimal.
        public var holdOut: String?

        enum CodingKeys: String, CodingKey {
            case aggregation, groups
            case intervalS = "interval_s"
            case durationS = "duration_s"
            case cohortMinimum = "cohort_minimum"
            case cohortLimit = "cohort_limit"
            case attackersPermille = "attackers_permille"
            case clipBound = "clip_bound"
            case scaleBits = "scale_bits"
            case noiseMilli = "noise_milli"
            case groupsMinimum = "groups_minimum"
            case holdOut = "hold_out"
        }
    }

    /// The terms of learning, checked.
    func learningTerms() throws(ConfigurationError) -> LearningTerms {
        var rounds: [LearnedModel: RoundTerms] = [:]
        for (model, section) in [
            (LearnedModel.perception, learning?.perception), (.travelTimes, learning?.travelTimes),
        ] {
            guard let section else { continue }
            let terms = try section.terms()
            if let fault = terms.fault(for: model) {
                throw .invalid("learning, \(model.name): \(fault.field) may be \(fault.possible)")
            }
            rounds[model] = terms
        }
        return LearningTerms(rounds)
    }
}

extension CommitteeFile.Rounds {
    /// The rounds of a town: a version every ten minutes or so.
    public static func perception(holdOut: Digest) -> CommitteeFile.Rounds {
        CommitteeFile.Rounds(
            intervalS: 600, durationS: 300, cohortMinimum: 10, cohortLimit: 512,
            aggregation: AggregationKind.mixedTrimmedMean.name, attackersPermille: 200, clipBound: 32_768,
            scaleBits: 14, noiseMilli: 0, holdOut: "\(holdOut)")
    }

    /// The rounds of a town.
    public static var travelTimes: CommitteeFile.Rounds {
        CommitteeFile.Rounds(
            intervalS: 600, durationS: 300, cohortMinimum: 10, cohortLimit: 512,
            aggregation: AggregationKind.medianOfMeans.name, attackersPermille: 200, groups: 256, groupsMinimum: 3)
    }

    func terms() throws(ConfigurationError) -> RoundTerms {
        guard let kind = AggregationKind(name: aggregation) else {
            let names = AggregationKind.allCases.map(\.name).joined(separator: ", ")
            throw .invalid("aggregation is \(aggregation): \(names) are possible")
        }
        // Bounded before seconds become milliseconds; the terms' own bounds are tighter.
        let longest = LearningLimits.intervalMilliseconds.upperBound
        guard intervalS <= longest, durationS <= longest else { throw .invalid("a round is no longer than 31 days") }
        let holdOut = try holdOut.map { text throws(ConfigurationError) in
            try ConfigurationError.digest(text, "hold_out")
        }
        return RoundTerms(
            intervalMilliseconds: intervalS * 1000, durationMilliseconds: durationS * 1000,
            cohortMinimum: cohortMinimum, cohortLimit: cohortLimit, aggregation: kind,
            attackersPermille: attackersPermille, clipBound: clipBound ?? 0, scaleBits: scaleBits ?? 0,
            noiseMilli: noiseMilli ?? 0, groups: groups ?? 0, groupsMinimum: groupsMinimum ?? 0, holdOut: holdOut)
    }
}
