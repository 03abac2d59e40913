import Cryptography
import Replica
import Storage
import Telemetry
import Wire

/// What the validators tell vehicles of each model: the round that is open and the version to run, each with its place in the log.
///
/// An entry is posted when its block was executed and announced once its proof is there: for the newest head that a quorum
/// cosigned, or from the log's files.
struct LearningBoard: Sendable {
    /// One entry on its way to the vehicles.
    struct Notice: Sendable {
        let model: LearnedModel
        let entry: Entry
        let leaf: UInt64
        var isAnnounced = false

        init(model: LearnedModel, entry: Entry, leaf: UInt64) {
            self.model = model
            self.entry = entry
            self.leaf = leaf
        }

        init(model: LearnedModel, _ row: RoundEntry) throws {
            self.init(model: model, entry: try Entry(decoding: row.entry.bytes), leaf: row.number)
        }

        var topic: String {
            if case .roundOpened = entry { Topics.round(model) } else { Topics.version(model) }
        }

        /// The version whose file goes with it.
        var version: Digest? {
            if case .versionDecided(let decided) = entry { decided.current } else { nil }
        }
    }

    private(set) var rounds: [LearnedModel: Notice] = [:]
    private(set) var versions: [LearnedModel: Notice] = [:]

    /// Nothing is posted.
    init() {}

    /// What the index says: of each model the round that is open and the newest decision.
    init(_ index: Index, models: [LearnedModel]) throws {
        for model in models {
            let round = try index.rounds(ofModel: model.rawValue, limit: 1).items.first
            if let opened = round?.entries.first, round?.entries.count == 1 {
                rounds[model] = try Notice(model: model, opened)
            }
            versions[model] = try index.newestDecision(ofModel: model.rawValue).map { try Notice(model: model, $0) }
        }
    }

    /// Takes the entries of a block; the models whose round has ended.
    mutating func post(_ block: ExecutedBlock) -> [LearnedModel] {
        var ended: [LearnedModel] = []
        for (offset, entry) in block.entries.enumerated() {
            let leaf = block.firstIndex + UInt64(offset)
            switch entry {
            case .roundOpened(let opened):
                rounds[opened.model] = Notice(model: opened.model, entry: entry, leaf: leaf)
            case .roundClosed(let closed):
                rounds[closed.model] = nil
                ended.append(closed.model)
            case .versionDecided(let decided):
                versions[decided.model] = Notice(model: decided.model, entry: entry, leaf: leaf)
            case .block, .report, .observation, .revocation, .updateAccepted, .versionMade, .evidence,
                .committee:
                break
            }
        }
        return ended
    }

    /// What stands below a head of `size` entries and has not been announced.
    func unannounced(below size: UInt64) -> [Notice] {
        (Array(rounds.values) + Array(versions.values)).filter { !$0.isAnnounced && $0.leaf < size }
            .sorted { $0.leaf < $1.leaf }
    }

    /// The notice is on its way to the vehicles, or is not after all.
    mutating func mark(_ notice: Notice, isAnnounced: Bool) {
        if rounds[notice.model]?.leaf == notice.leaf { rounds[notice.model]?.isAnnounced = isAnnounced }
        if versions[notice.model]?.leaf == notice.leaf { versions[notice.model]?.isAnnounced = isAnnounced }
    }

    /// Whether the notice still says what is so.
    func stands(_ notice: Notice) -> Bool {
        rounds[notice.model]?.leaf == notice.leaf || versions[notice.model]?.leaf == notice.leaf
    }
}
