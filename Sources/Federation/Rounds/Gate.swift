import Telemetry

/// Which versions the fleet runs.
enum Gate {
    /// A perception version may lose so many of 100 samples of the hold-out against its parent.
    static let lossPercent: UInt64 = 2
    /// And so many against the best version so far, or many small losses would add up. It is more than against the parent, so that one
    /// version that was lucky does not hold up those after it.
    static let lossAgainstBestPercent: UInt64 = 5
    /// A travel-time base is rolled back where its median error is above its parent's by more than this, in percent: what is left to chance
    /// where vehicles judge both by the same drives.
    static let errorPercent: UInt64 = 2
    /// So many vehicles must have compared both versions: of fewer, the median is chance.
    static let comparisons = 20

    /// What becomes of a round's result. `best` is how many samples the best version so far told right; `hasParent` says whether there is a
    /// version to go back to.
    static func decide(_ result: RoundResult, best: UInt64, hasParent: Bool) -> VersionDecision {
        switch result.model {
        case .perception:
            let score = result.score
            let correct = score.versionCorrect * 100
            let isGood =
                correct + lossPercent * score.samples >= score.parentCorrect * 100
                && correct + lossAgainstBestPercent * score.samples >= best * 100
            return isGood ? .promoted : .refused
        case .travelTimes:
            return result.version == nil && hasParent ? .rolledBack : .promoted
        }
    }

    /// Whether vehicles did so much worse by the base than by its parent that nothing is built on it.
    static func isWorse(_ score: RoundScore) -> Bool {
        score.comparisons >= UInt32(comparisons) && score.baseError * 100 > score.parentError * (100 + errorPercent)
    }
}
