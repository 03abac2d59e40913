import Telemetry

/// A value that is told as `null` where there is none, for its absence is the answer.
struct OrNull<Value: Encodable & Equatable>: Encodable, Equatable {
    var value: Value?

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let value { try container.encode(value) } else { try container.encodeNil() }
    }
}

/// A model as `/api/v1/models` tells it: what the fleet runs, the round that is open, and a page of what was decided.
struct ModelAnswer: Encodable {
    var model: String
    var current: String?
    var round: UInt64
    var open: OrNull<OpenRoundAnswer>
    var versions: [RoundAnswer]
    var complete: Bool
    var next: UInt64?

    /// The answer about a model whose newest round is `newest`, with these of its rounds.
    init(_ state: LearningState, newest: RoundRecord, rounds: [RoundRecord], isComplete: Bool) {
        model = state.model.name
        current = state.current?.description
        round = newest.key.round
        open = OrNull(value: OpenRoundAnswer(newest))
        versions = rounds.compactMap { RoundAnswer($0) }
        complete = isComplete
        next = isComplete ? nil : rounds.last?.key.round
    }
}

/// How a model's training stands, as `/events` tells it.
struct LearningAnswer: Encodable {
    var model: String
    var current: String?
    var round: UInt64
    var phase: String
    var updates: Int
    var open: OrNull<OpenRoundAnswer>
    var last: RoundAnswer?

    /// The answer about a model; nil where none of its rounds is known.
    init?(_ state: LearningState) {
        guard let newest = state.newest else { return nil }
        model = state.model.name
        current = state.current?.description
        round = newest.key.round
        phase = newest.phase.rawValue
        updates = newest.updates
        open = OrNull(value: OpenRoundAnswer(newest))
        last = state.decided.flatMap { RoundAnswer($0) }
    }
}
