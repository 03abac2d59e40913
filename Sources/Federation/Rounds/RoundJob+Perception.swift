import Models
import Telemetry

/// A perception round: robust aggregation of the vehicles' integer vectors, applied to the base, judged on the hold-out.
extension RoundJob {
    /// What the plain mean of the round's updates makes of the base, for comparison with the round's rule. Nil for another model than
    /// perception.
    public func plainMean(base: [UInt8], holdOut: [UInt8]?) throws(RoundFault) -> RoundOutcome? {
        guard opened.model == .perception else { return nil }
        let rule = AggregationRule(kind: .mean, assumedAttackers: 0)
        return try runPerception(base: base, holdOut: try judge(holdOut), rule: rule)
    }

    func runPerception(base: [UInt8], holdOut: HoldOut) throws(RoundFault) -> RoundOutcome {
        let rule = AggregationRule(kind: .init(opened.terms.aggregation), assumedAttackers: assumedAttackers)
        return try runPerception(base: base, holdOut: holdOut, rule: rule)
    }

    private func runPerception(
        base: [UInt8], holdOut: HoldOut, rule: AggregationRule
    ) throws(RoundFault) -> RoundOutcome {
        let parent: PerceptionModel
        do {
            parent = try PerceptionModel(decoding: base)
        } catch {
            throw .base(opened.baseVersion)
        }
        let delta = RobustMean.aggregate(
            try vectors(), rule: rule, scaleBits: Int(opened.terms.scaleBits))
        guard let delta else { throw .tooFew(updates: inputs.count) }
        let version = parent.adding(delta)
        let (before, after) = (holdOut.score(parent), holdOut.score(version))
        let score = RoundScore(
            parentCorrect: UInt64(before.correct), versionCorrect: UInt64(after.correct),
            samples: UInt64(after.total))
        return outcome(file: version.encoded(), score: score)
    }

    private func vectors() throws(RoundFault) -> [[Int16]] {
        var vectors: [[Int16]] = []
        for (index, input) in inputs.enumerated() {
            do {
                vectors.append(try PerceptionUpdate(decoding: input.payload).values)
            } catch {
                throw .input(index: index, reason: "\(error)")
            }
        }
        return vectors
    }
}

extension AggregationRule.Kind {
    init(_ kind: AggregationKind) {
        switch kind {
        case .mean: self = .mean
        case .trimmedMean: self = .trimmedMean
        case .mixedTrimmedMean: self = .mixedTrimmedMean
        case .medianOfMeans: preconditionFailure("the committee's terms were checked: perception takes means")
        }
    }
}
