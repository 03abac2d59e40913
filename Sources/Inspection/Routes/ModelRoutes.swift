import Hummingbird
import Storage
import Telemetry

/// `/api/v1/models`: what the fleet trains: for each model the version that it runs, the round that is open, and what was decided, the newest
/// first. `/api/v1/models/<model>/rounds/<n>`: one round with every update that counts.
///
///     ?model=perception             of perception, travel-times; without it both
///     &below=12&limit=50            rounds below one, so many of each model
///     &size=4711                    wait up to a second until the index has as many entries
///
/// Rounds come from the index, for they are spread over the whole log; whoever believes none of it follows the entries that are named.
struct ModelRoutes: Sendable {
    let index: Index?

    struct Body: Encodable {
        var models: [ModelAnswer]
        var height: UInt64
        var checkpointSize: UInt64
    }

    struct RoundBody: Encodable {
        struct Accepted: Encodable {
            var index: UInt64
            var nullifier: String
            var commitment: String
        }

        var model: String
        var round: UInt64
        var phase: String
        var base: String?
        var deadlineMs: UInt64?
        var updates: Int
        var inputsRoot: String?
        var terms: TermsAnswer?
        /// Absent while the round is not over.
        var outcome: RoundAnswer?
        var accepted: [Accepted]
    }

    func addRoutes(to router: Router<InspectionContext>) {
        router.get("/api/v1/models") { request, _ in try await models(request) }
        router.get("/api/v1/models/{model}/rounds/{round}") { request, context in
            let name = context.parameters.get("model") ?? ""
            return try await round(request, of: name, number: context.parameters.get("round") ?? "")
        }
    }

    private func models(_ request: Request) async throws -> Response {
        let query = try Query(request, knows: "model", "below", "limit", "size")
        let expected = "a list of \(LearnedModel.allCases.map(\.name).joined(separator: ", "))"
        let models = try query.list("model", expected: expected) { LearnedModel(name: $0) } ?? LearnedModel.allCases
        let below = try query.number("below", in: 1...UInt64(Int64.max)) ?? UInt64(Int64.max)
        let limit = Int(try query.number("limit", in: 1...InspectionLimits.roundsPerAnswer) ?? 50)
        let index = try await index(for: query)
        let height = try Rejection.indexing { () throws(IndexError) in try index.height() }
        let answers = try LearnedModel.allCases.filter(models.contains).compactMap { model in
            try answer(about: model, below: below, limit: limit, in: index)
        }
        return try .json(Body(models: answers, height: height, checkpointSize: try size(of: index)))
    }

    /// Nil for a model that has had no round: the committee does not train it.
    private func answer(
        about model: LearnedModel, below: UInt64, limit: Int, in index: Index
    ) throws(Rejection) -> ModelAnswer? {
        let state = try LearningState(model: model, in: index)
        guard let newest = state.newest else { return nil }
        let page = try Rejection.indexing { () throws(IndexError) in
            try index.rounds(ofModel: model.rawValue, below: below, limit: limit)
        }
        var rounds: [RoundRecord] = []
        for round in page.items { rounds.append(try RoundRecord(round)) }
        return ModelAnswer(state, newest: newest, rounds: rounds, isComplete: page.isComplete)
    }

    private func round(_ request: Request, of name: String, number: String) async throws -> Response {
        let query = try Query(request, knows: "size")
        guard let model = LearnedModel(name: name), let round = UInt64(number), String(round) == number else {
            throw Rejection.notFound
        }
        let index = try await index(for: query)
        let rows = try Rejection.indexing { () throws(IndexError) in
            try index.entries(ofRound: round, ofModel: model.rawValue)
        }
        guard let record = try RoundRecord(RoundKey(model: model, round: round), entries: rows) else {
            throw Rejection.notFound
        }
        return try .json(RoundBody(record, accepted: try rows.compactMap(RoundBody.Accepted.init)))
    }
}

extension ModelRoutes {
    /// The index, once it has as many entries as the request asks for.
    private func index(for query: Query) async throws -> Index {
        guard let index else { throw Rejection.notFound }
        if let wanted = try query.number("size", in: 0...UInt64.max) {
            try await LogClock.wait { try size(of: index) >= wanted }
        }
        return index
    }

    private func size(of index: Index) throws(Rejection) -> UInt64 {
        try Rejection.indexing { () throws(IndexError) in try index.block(at: try index.height())?.size ?? 0 }
    }
}

extension ModelRoutes.RoundBody {
    fileprivate init(_ record: RoundRecord, accepted: [Accepted]) {
        model = record.key.model.name
        round = record.key.round
        phase = record.phase.rawValue
        base = record.opened?.value.baseVersion.description
        deadlineMs = record.opened?.value.deadline.milliseconds
        updates = record.updates
        inputsRoot = record.closed?.value.inputsRoot.description
        terms = record.opened.map { TermsAnswer($0.value.terms) }
        outcome = RoundAnswer(record)
        self.accepted = accepted
    }
}

extension ModelRoutes.RoundBody.Accepted {
    /// Nil for an entry that is no update's.
    fileprivate init?(_ row: RoundEntry) throws(Rejection) {
        guard case .updateAccepted(let entry) = try row.decoded() else { return nil }
        self.init(
            index: row.number, nullifier: entry.nullifier.description, commitment: entry.commitment.description)
    }
}
