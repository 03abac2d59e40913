import Telemetry

/// A decided round as `/api/v1/models` and `/events` tell it. What a model has no use for, or what the round did not come to, is absent.
///
/// Errors of travel times are log-ratios of predicted to driven time: 0.1 is about a tenth too long or too short.
struct RoundAnswer: Encodable, Equatable {
    /// Where the round's entries stand in the log.
    struct Entries: Encodable, Equatable {
        var opened: UInt64?
        var closed: UInt64?
        var made: UInt64?
        var decided: UInt64?
    }

    var round: UInt64
    var version: String?
    var parent: String?
    var decision: String
    var current: String
    var updates: Int
    var aggregation: String?
    var attackersPermille: UInt32?
    var correct: UInt64?
    var parentCorrect: UInt64?
    var samples: UInt64?
    var accuracy: Double?
    var parentAccuracy: Double?
    var baseError: Double?
    var parentError: Double?
    var comparisons: UInt32?
    var openedMs: UInt64?
    var closedMs: UInt64?
    var decidedMs: UInt64
    var entries: Entries

    /// The answer about a round that is over; nil about one that is not.
    init?(_ record: RoundRecord) {
        guard let decided = record.decided else { return nil }
        round = record.key.round
        version = decided.value.version?.description
        parent = (record.made?.value.parent ?? record.opened?.value.baseVersion)?.description
        decision = decided.value.decision.name
        current = decided.value.current.description
        updates = record.updates
        aggregation = record.opened?.value.terms.aggregation.name
        attackersPermille = record.opened?.value.terms.attackersPermille
        openedMs = record.opened?.time.milliseconds
        closedMs = record.closed?.time.milliseconds
        decidedMs = decided.time.milliseconds
        entries = Entries(
            opened: record.opened?.index, closed: record.closed?.index, made: record.made?.index,
            decided: decided.index)
        if let score = record.made?.value.result.score { add(score, of: record.key.model) }
    }

    private mutating func add(_ score: RoundScore, of model: LearnedModel) {
        switch model {
        case .perception:
            (correct, parentCorrect, samples) = (score.versionCorrect, score.parentCorrect, score.samples)
            accuracy = score.accuracy.map(Self.round)
            parentAccuracy = score.parentAccuracy.map(Self.round)
        case .travelTimes:
            comparisons = score.comparisons
            baseError = score.baseLogRatio.map(Self.round)
            parentError = score.parentLogRatio.map(Self.round)
        }
    }

    /// To six decimals: more say nothing, and JSON is read by people.
    private static func round(_ number: Double) -> Double { (number * 1e6).rounded() / 1e6 }
}

/// A round that is not over.
struct OpenRoundAnswer: Encodable, Equatable {
    var round: UInt64
    var phase: String
    var base: String?
    var openedMs: UInt64?
    var deadlineMs: UInt64?
    var updates: Int
    var cohortMinimum: UInt32?
    var cohortLimit: UInt32?
    var aggregation: String?
    var attackersPermille: UInt32?
    var noiseMilli: UInt32?

    /// The answer about a round that is not over; nil about one that is.
    init?(_ record: RoundRecord) {
        guard record.phase != .decided else { return nil }
        let opened = record.opened?.value
        round = record.key.round
        phase = record.phase.rawValue
        base = opened?.baseVersion.description
        openedMs = record.opened?.time.milliseconds
        deadlineMs = opened?.deadline.milliseconds
        updates = record.updates
        cohortMinimum = opened?.terms.cohortMinimum
        cohortLimit = opened?.terms.cohortLimit
        aggregation = opened?.terms.aggregation.name
        attackersPermille = opened?.terms.attackersPermille
        noiseMilli = opened?.terms.noiseMilli
    }
}
