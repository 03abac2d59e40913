import Cryptography
import Storage
import Telemetry
import Wire

/// How a model's training stands: its newest round, and the last that was decided.
struct LearningState: Hashable, Sendable {
    /// The model.
    let model: LearnedModel
    /// The newest round that is known of; nil before the first.
    private(set) var newest: RoundRecord?
    /// The last round that was decided.
    private(set) var decided: RoundRecord?
    /// Entries below are in: the index may know some that come as notices, too.
    private var next: UInt64 = 0

    /// A model of whose rounds nothing is known.
    init(model: LearnedModel) {
        self.model = model
    }

    /// The version that the fleet shall run, as far as it is known: a round builds on what is current when it opens.
    var current: Digest? {
        newest?.decided?.value.current ?? newest?.opened?.value.baseVersion ?? decided?.decided?.value.current
    }

    /// Takes in an entry of one of the model's rounds. What is in already, and what is of an earlier round, is passed over.
    mutating func take(_ entry: Entry, at index: UInt64, time: Timestamp) {
        guard let key = RoundKey(entry), key.model == model, index >= next else { return }
        next = index + 1
        guard key.round >= newest?.key.round ?? 0 else { return }
        var round = newest?.key == key ? newest ?? RoundRecord(key) : RoundRecord(key)
        round.take(entry, at: index, time: time)
        newest = round
        if round.phase == .decided { decided = round }
    }
}

extension LearningState {
    /// How the index has it: the newest round with its updates, and the one before it.
    init(model: LearnedModel, in index: Index) throws(Rejection) {
        self.init(model: model)
        let rounds = try Rejection.indexing { () throws(IndexError) in
            try index.rounds(ofModel: model.rawValue, limit: 2).items
        }
        for round in rounds.reversed() {
            let entries = try Rejection.indexing { () throws(IndexError) in
                try index.entries(ofRound: round.round, ofModel: model.rawValue)
            }
            for row in entries { take(try row.decoded(), at: row.number, time: row.time) }
        }
    }

    /// The version that the fleet shall run, in one reading once a round was decided.
    static func current(of model: LearnedModel, in index: Index) throws(Rejection) -> Digest? {
        let newest = try Rejection.indexing { () throws(IndexError) in
            try index.newestDecision(ofModel: model.rawValue)
        }
        guard case .versionDecided(let decided)? = try newest?.decoded() else {
            return try LearningState(model: model, in: index).current
        }
        return decided.current
    }
}

extension Rejection {
    /// Runs a reading of the index, whose failure is this validator's damage.
    static func indexing<Value>(_ body: () throws(IndexError) -> Value) throws(Rejection) -> Value {
        do {
            return try body()
        } catch {
            throw .damaged(what: error.description)
        }
    }
}
