import Cryptography
import Models
import Telemetry

/// A travel-time round: statistics of groups of vehicles, added to the base, unless vehicles did worse by it than by its parent.
extension RoundJob {
    func runTravelTimes(base: [UInt8]) throws(RoundFault) -> RoundOutcome {
        let parent: TravelTimeModel
        do {
            parent = try TravelTimeModel(decoding: base)
        } catch {
            throw .base(opened.baseVersion)
        }
        let updates = try statistics()
        let score = score(of: TravelTimeVerdict(updates.map(\.statistics), enough: Gate.comparisons))
        if parentOfBase != nil, Gate.isWorse(score) { return outcome(file: nil, score: score) }
        let version = TravelTimeAggregation(rule: rule, seed: groupSeed).version(of: parent, updates: updates)
        return outcome(file: version.encoded(), score: score)
    }

    /// Deals vehicles into groups. It is made of nullifiers, which vehicles cannot choose, and of nothing that they send: who submits last
    /// could otherwise try payloads until the groups suit it.
    private var groupSeed: Digest { Digest.sha256(parts: inputs.map(\.nullifier.bytes)) }

    private var rule: TravelTimeRule {
        TravelTimeRule(groups: opened.terms.groups, minimumGroups: opened.terms.groupsMinimum)
    }

    private func score(of verdict: TravelTimeVerdict) -> RoundScore {
        RoundScore(
            parentError: verdict.parent.scaled, baseError: verdict.base.scaled, comparisons: UInt32(verdict.voters))
    }

    private func statistics() throws(RoundFault) -> [TravelTimeAggregation.Update] {
        var updates: [TravelTimeAggregation.Update] = []
        for (index, input) in inputs.enumerated() {
            do {
                let statistics = try TravelTimeStatistics(decoding: input.payload)
                updates.append(TravelTimeAggregation.Update(nullifier: input.nullifier, statistics: statistics))
            } catch {
                throw .input(index: index, reason: "\(error)")
            }
        }
        return updates
    }
}

extension MeanError {
    /// A log ratio in 2^−20, rounded down; what vehicles send has ten fraction bits.
    fileprivate var scaled: UInt64 {
        let (high, low) = numerator.multipliedFullWidth(by: 1 << 10)
        // A mean error is below 2^13, so the quotient fits.
        return denominator > high ? denominator.dividingFullWidth((high, low)).quotient : .max
    }
}
