import Telemetry

/// Which versions the fleet runs.
enum Gate {
    /// A perception version may lose so many of 100 samples of the hold-out.
    static let lossPercent: UInt64 = 2
    /// A travel-time base is rolled back where its median error is above its parent's by more than this, in percent: two samples of the
    /// same error differ by less.
    static let errorPercent: UInt64 = 2
    /// So many vehicles must have driven by both versions.
    static let votes: UInt32 = 5

    /// What becomes of a round's result. `hasParent` says whether there is a version to go back to.
    static func decide(_ result: RoundResult, hasParent: Bool) -> VersionDecision {
        switch result.model {
        case .perception:
            let score = result.score
            let isGood = score.versionCorrect * 100 + lossPercent * score.samples >= score.parentCorrect * 100
            return isGood ? .promoted : .refused
        case .travelTimes:
            return result.version == nil && hasParent ? .rolledBack : .promoted
        }
    }

    /// Whether vehicles did so much worse by the base than by its parent that nothing is built on it.
    static func isWorse(_ score: RoundScore) -> Bool {
        score.votes >= votes && score.baseError * 100 > score.parentError * (100 + errorPercent)
    }
}
