import Cryptography
import Storage
import Telemetry
import Wire

/// Rounds of models as a log has them, block by block: each block brings its own entry and those given.
struct Training {
    private(set) var entries: [Entry] = []
    private(set) var blocks: [IndexedBlock] = []

    /// Adds a block; its height is its number from 1, its time as many seconds after the start.
    mutating func add(_ added: Entry...) { add(added) }

    mutating func add(_ added: [Entry]) {
        let height = UInt64(blocks.count + 1)
        let time = start + height * 1000
        let block = BlockEntry(
            height: height, view: height, time: time, blockHash: .zero, parentHash: .zero, stateRootBefore: .zero)
        entries += [.block(block)] + added
        var row = IndexedBlock(
            height: height, view: height, time: time, size: UInt64(entries.count), root: .zero,
            hash: Digest.sha256(Array("\(height)".utf8)))
        row.entries = [.block] + added.map(indexed)
        blocks.append(row)
    }

    private func indexed(_ entry: Entry) -> IndexedEntry {
        let (type, model, round): (UInt8, LearnedModel, UInt64) =
            switch entry {
            case .roundOpened(let entry): (5, entry.model, entry.round)
            case .updateAccepted(let entry): (6, entry.model, entry.round)
            case .roundClosed(let entry): (7, entry.model, entry.round)
            case .versionMade(let entry): (8, entry.result.model, entry.result.round)
            case .versionDecided(let entry): (9, entry.model, entry.round)
            case .block, .report, .observation, .revocation, .evidence, .committee:
                preconditionFailure("training brings rounds alone")
            }
        return .learning(
            IndexedLearning(type: type, model: model.rawValue, round: round, bytes: entry.encoded()))
    }

    /// An index of all of it.
    func index(in directory: String) throws -> Index {
        let index = try Index(path: directory + "/index.sqlite")
        try index.apply(blocks)
        return index
    }
}

/// A version that is not there: only its name counts.
func version(_ name: String) -> Digest { Digest.sha256(Array(name.utf8)) }

func opened(_ model: LearnedModel, _ round: UInt64, base: Digest = version("first")) -> Entry {
    let terms = RoundTerms(
        intervalMilliseconds: 0, durationMilliseconds: 0, cohortMinimum: 2, cohortLimit: 40,
        aggregation: model == .perception ? .mixedTrimmedMean : .medianOfMeans, attackersPermille: 200,
        clipBound: 46_340, scaleBits: 14, noiseMilli: 500, holdOut: version("hold-out"))
    return .roundOpened(
        RoundOpenedEntry(
            model: model, round: round, baseVersion: base, deadline: start + round * 10_000, terms: terms))
}

func accepted(_ model: LearnedModel, _ round: UInt64, vehicle: UInt16) -> Entry {
    let name = Array("\(model) \(round) \(vehicle)".utf8)
    return .updateAccepted(
        UpdateAcceptedEntry(
            model: model, round: round, nullifier: Digest.sha256(name), commitment: Digest.sha256(name + [0])))
}

func closed(_ model: LearnedModel, _ round: UInt64, updates: UInt32) -> Entry {
    .roundClosed(RoundClosedEntry(model: model, round: round, updates: updates, inputsRoot: version("inputs")))
}

func made(_ model: LearnedModel, _ round: UInt64, _ name: String?, parent: Digest, _ score: RoundScore) -> Entry {
    let result = RoundResult(model: model, round: round, version: name.map(version), score: score)
    return .versionMade(VersionMadeEntry(result: result, parent: parent, inputsRoot: version("inputs")))
}

func decided(
    _ model: LearnedModel, _ round: UInt64, _ decision: VersionDecision, about name: String?, current: String
) -> Entry {
    .versionDecided(
        VersionDecidedEntry(
            model: model, round: round, version: name.map(version), decision: decision, current: version(current)))
}
