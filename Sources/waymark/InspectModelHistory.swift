import Cryptography
import Federation
import Inspection
import Telemetry
import Wire

/// The rounds of the shared models as a log's entries tell them: nobody has to be believed.
struct LearningHistory {
    /// A round with the updates that count in it.
    struct Round {
        var record: RoundRecord
        var accepted: [Placed<UpdateAcceptedEntry>] = []

        var number: UInt64 { record.key.round }

        /// Whether the round's end is about exactly these updates; nil while it has not come.
        var isWhole: Bool? {
            guard let closed = record.closed?.value else { return nil }
            let inputs = accepted.map(\.value).sorted { $0.nullifier < $1.nullifier }
            let root = Merkle.root(of: inputs.map { $0.nullifier.bytes + $0.commitment.bytes })
            return inputs.count == Int(closed.updates) && root == closed.inputsRoot
        }
    }

    private var rounds: [LearnedModel: [Round]] = [:]
    private var time = Timestamp(milliseconds: 0)

    /// The history of a whole log.
    init(_ reader: EntryReader) throws {
        try reader.readAll { take($1, at: $0) }
    }

    private mutating func take(_ entry: Entry, at index: UInt64) {
        if case .block(let block) = entry { time = block.time }
        guard let key = RoundKey(entry) else { return }
        // Rounds of a model follow each other, and an entry belongs to the newest.
        if rounds[key.model]?.last?.record.key != key {
            rounds[key.model, default: []].append(Round(record: RoundRecord(key)))
        }
        guard let last = rounds[key.model]?.indices.last else { return }
        rounds[key.model]?[last].record.take(entry, at: index, time: time)
        if case .updateAccepted(let update) = entry {
            rounds[key.model]?[last].accepted.append(Placed(value: update, index: index, time: time))
        }
    }

    /// The models that were ever trained.
    var models: [LearnedModel] { LearnedModel.allCases.filter { rounds[$0] != nil } }

    /// The rounds of a model, the oldest first.
    func rounds(of model: LearnedModel) throws -> [Round] {
        guard let found = rounds[model] else { throw Failure("no round of \(model.name) is in the log") }
        return found
    }

    /// The version that the fleet shall run.
    func current(of model: LearnedModel) throws -> Digest {
        let newest = try rounds(of: model).last?.record
        guard let current = newest?.decided?.value.current ?? newest?.opened?.value.baseVersion else {
            throw Failure("the log does not say which version of \(model.name) is current")
        }
        return current
    }

    /// The round of that number, or the one that made the version of that digest; the newest where nothing is asked for.
    func round(_ text: String?, of model: LearnedModel) throws -> Round {
        let rounds = try rounds(of: model)
        if let text, text.utf8.count < 16, let number = UInt64(text) {
            if let found = rounds.last(where: { $0.number == number }) { return found }
            // A digest may begin with digits alone.
            guard text.utf8.count >= 6 else { throw Failure("no round \(number) of \(model.name) is in the log") }
        }
        guard let text else { return rounds[rounds.count - 1] }
        let version = try version(text, of: model)
        guard let found = maker(of: version, in: rounds[...]) else {
            throw Failure("no round made version \(version) of \(model.name): it is what the fleet started from")
        }
        return found
    }

    /// The version whose digest begins so; the current one where nothing is asked for.
    func version(_ text: String?, of model: LearnedModel) throws -> Digest {
        guard let text = text?.lowercased() else { return try current(of: model) }
        guard (6...64).contains(text.utf8.count), text.allSatisfy(\.isHexDigit) else {
            throw Failure("\(text) is no version: a digest has 64 hexadecimal digits, and its first 6 are needed")
        }
        let named = try rounds(of: model).flatMap {
            [$0.record.opened?.value.baseVersion, $0.record.made?.value.result.version]
        }
        let found = Set(named.compactMap { $0 }).filter { "\($0)".hasPrefix(text) }
        guard let version = found.first else { throw Failure("no version \(text) of \(model.name) is in the log") }
        guard found.count == 1 else {
            throw Failure("\(text) may be any of \(found.count) versions of \(model.name): give more of it")
        }
        return version
    }
}

/// Where a version comes from.
struct Lineage {
    /// The rounds that made it and its forebears, the newest first.
    var rounds: [LearningHistory.Round]
    /// What the first of them trained further.
    var first: Digest
    /// Whether every fleet starts from that version, so that it comes from nobody.
    var firstIsBuiltIn: Bool
    /// By round: where the version that it made was taken back again later.
    var rolledBack: [UInt64: UInt64]
}

extension LearningHistory {
    /// The chain of parents from a version to one that no round made.
    func lineage(of version: Digest, _ model: LearnedModel) throws -> Lineage {
        let all = try rounds(of: model)
        var left = all[...]
        var lineage = Lineage(rounds: [], first: version, firstIsBuiltIn: false, rolledBack: [:])
        // Each step goes to an earlier round, so there are no more steps than rounds.
        while let round = maker(of: lineage.first, in: left), let made = round.record.made {
            let later = all.first { later in
                later.number > round.number && later.record.decided?.value.decision == .rolledBack
                    && later.record.decided?.value.version == lineage.first
            }
            lineage.rolledBack[round.number] = later?.number
            lineage.rounds.append(round)
            lineage.first = made.value.parent
            left = left.prefix { $0.number < round.number }
        }
        lineage.firstIsBuiltIn = lineage.first == InitialVersion.digest(of: model)
        return lineage
    }

    private func maker(of version: Digest, in rounds: ArraySlice<Round>) -> Round? {
        rounds.last { $0.record.made?.value.result.version == version }
    }
}
