import Cryptography
import Foundation
import Inspection
import Telemetry

/// A round as JSON. What a model has no use for, or what the round did not come to, is left out.
struct RoundJSON: Encodable {
    struct Entries: Encodable {
        var opened: UInt64?
        var closed: UInt64?
        var made: UInt64?
        var decided: UInt64?
    }

    struct Update: Encodable {
        var index: UInt64
        var nullifier: String
        var commitment: String
    }

    var round: UInt64
    var phase: String
    var decision: String?
    var version: String?
    var parent: String?
    var current: String?
    var updates: Int
    /// Whether the round's end is about exactly the updates that stand in the log.
    var updates_match: Bool?
    var aggregation: String?
    var attackers_permille: UInt32?
    var correct: UInt64?
    var parent_correct: UInt64?
    var samples: UInt64?
    var accuracy: Double?
    var base_error: Double?
    var parent_error: Double?
    var comparisons: UInt32?
    var opened_ms: UInt64?
    var deadline_ms: UInt64?
    var decided_ms: UInt64?
    var inputs_root: String?
    var rolled_back_in: UInt64?
    var entries: Entries
    var accepted: [Update]?

    init(_ round: LearningHistory.Round, withUpdates: Bool, rolledBackIn: UInt64? = nil) {
        let record = round.record
        let (opened, decided) = (record.opened, record.decided)
        self.round = round.number
        phase = record.phase.rawValue
        decision = decided?.value.decision.name
        version = (record.made?.value.result.version ?? decided?.value.version)?.description
        parent = (record.made?.value.parent ?? opened?.value.baseVersion)?.description
        current = decided?.value.current.description
        updates = round.accepted.count
        updates_match = round.isWhole
        aggregation = opened?.value.terms.aggregation.name
        attackers_permille = opened?.value.terms.attackersPermille
        opened_ms = opened?.time.milliseconds
        deadline_ms = opened?.value.deadline.milliseconds
        decided_ms = decided?.time.milliseconds
        inputs_root = record.closed?.value.inputsRoot.description
        rolled_back_in = rolledBackIn
        entries = Entries(
            opened: opened?.index, closed: record.closed?.index, made: record.made?.index, decided: decided?.index)
        if withUpdates {
            accepted = round.accepted.map {
                Update(index: $0.index, nullifier: "\($0.value.nullifier)", commitment: "\($0.value.commitment)")
            }
        }
        if let score = record.made?.value.result.score { add(score, of: record.key.model) }
    }

    private mutating func add(_ score: RoundScore, of model: LearnedModel) {
        switch model {
        case .perception:
            (correct, parent_correct, samples) = (score.versionCorrect, score.parentCorrect, score.samples)
            accuracy = score.accuracy
        case .travelTimes:
            comparisons = score.comparisons
            (base_error, parent_error) = (score.baseLogRatio, score.parentLogRatio)
        }
    }

    /// The round in one line.
    var line: String {
        let words = [
            "round \(round)", decision ?? phase, "\(Format.count(updates)) \(updates == 1 ? "update" : "updates")",
            score, version.map { "version \($0.prefix(12))" }, rolled_back_in.map { "taken back in round \($0)" },
        ]
        return words.compactMap { $0 }.joined(separator: ", ")
    }

    /// What the round was judged by, in words.
    var score: String? {
        if let correct, let parent_correct, let samples {
            return "\(correct) of \(samples) right after \(parent_correct)"
        }
        guard let base_error else { return nil }
        let base = "base's error \(Format.decimal(base_error, 4))"
        guard let parent_error, let comparisons else { return base }
        return "\(base), its parent's \(Format.decimal(parent_error, 4)) by \(comparisons) vehicles"
    }
}

/// Both models' rounds in words or in JSON.
struct ModelListText {
    private struct JSON: Encodable {
        var model: String
        var current: String
        var rounds: [RoundJSON]
    }

    private let models: [JSON]

    init(_ history: LearningHistory) throws {
        models = try history.models.map { model in
            JSON(
                model: model.name, current: "\(try history.current(of: model))",
                rounds: try history.rounds(of: model).map { RoundJSON($0, withUpdates: false) })
        }
    }

    func print(json: Bool) throws {
        if json { return try JSONOutput.print(["models": models]) }
        if models.isEmpty { Swift.print("no model is trained in this log") }
        for model in models {
            Swift.print("\(model.model): the fleet runs \(model.current)")
            for round in model.rounds { Swift.print("  \(round.line)") }
        }
    }
}

/// One round in words or in JSON.
struct RoundText {
    private struct JSON: Encodable {
        var model: String
        var terms: [String: String]
        var round: RoundJSON
    }

    private let body: JSON

    init(_ round: LearningHistory.Round) {
        let fields = round.record.opened?.value.fields ?? []
        let terms = Dictionary(fields.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        body = JSON(
            model: round.record.key.model.name, terms: terms.filter { $0.key != "model" && $0.key != "round" },
            round: RoundJSON(round, withUpdates: true))
    }

    func print(json: Bool) throws {
        if json { return try JSONOutput.print(body) }
        Swift.print("\(body.model), \(body.round.line)")
        for (name, value) in body.terms.sorted(by: { $0.key < $1.key }) { Swift.print("  \(name) = \(value)") }
        body.round.printWhere()
        body.round.printUpdates()
    }
}

/// A version's forebears in words or in JSON.
struct LineageText {
    private struct JSON: Encodable {
        var model: String
        var version: String
        var rounds: [RoundJSON]
        var first: String
        var first_is_built_in: Bool
    }

    private let body: JSON

    init(_ lineage: Lineage, of version: Digest, _ model: LearnedModel, withUpdates: Bool) {
        let rounds = lineage.rounds.map {
            RoundJSON($0, withUpdates: withUpdates, rolledBackIn: lineage.rolledBack[$0.number])
        }
        body = JSON(
            model: model.name, version: "\(version)", rounds: rounds, first: "\(lineage.first)",
            first_is_built_in: lineage.firstIsBuiltIn)
    }

    func print(json: Bool) throws {
        if json { return try JSONOutput.print(body) }
        Swift.print("\(body.model) \(body.version)")
        for round in body.rounds {
            Swift.print("  \(round.line)")
            Swift.print("    \(round.aggregation ?? "unknown rule") from \(round.parent ?? "nothing")")
            round.printWhere()
            round.printUpdates()
        }
        let origin = body.first_is_built_in ? "what every fleet starts from" : "no round of this log made it"
        Swift.print("  \(body.first): \(origin)")
    }
}

extension RoundJSON {
    /// Where the round stands in the log, and whether its end fits.
    fileprivate func printWhere() {
        let places = [
            ("opened", entries.opened), ("closed", entries.closed), ("made", entries.made),
            ("decided", entries.decided),
        ]
        let words = places.compactMap { name, index in index.map { "\(name) #\($0)" } }
        Swift.print("    entries: \(words.joined(separator: ", "))")
        guard let updates_match else { return }
        let verdict = updates_match ? "the root is that of the updates" : "FAILED: the root is of other updates"
        Swift.print("    inputs: \(verdict)")
    }

    fileprivate func printUpdates() {
        for update in accepted ?? [] {
            Swift.print("    update #\(update.index) nullifier=\(update.nullifier) commitment=\(update.commitment)")
        }
    }
}
