import Consensus
import Cryptography
import Replica
import Federation
import Storage
import Telemetry
import TransparencyLog

/// A validator's state from its newest snapshot and its journal: every record from there on replayed, every final block executed again, and what
/// index or files lack queued for them.
struct Recovery: ~Copyable {
    let replica: Replica
    let archive: Archive
    let journal: Journal
    let models: ModelWork
    let board: LearningBoard
    /// Whether the journal had nothing to replay: a new committee's, or one that was lost.
    let isBlank: Bool
    /// The snapshot that the replay began after; nil where it began with the first block.
    let snapshotHeight: UInt64?
    /// Where the journal has the beginning of the next epoch; nil where this one is not over, or that is not written yet.
    let successorMark: JournalPosition?
    /// What was not as it should be and could be done without, in words for the operator.
    let complaints: [String]

    init(_ configuration: Validator, logSecret: [UInt8], data: String) throws {
        let index = try Index(path: "\(data)/index.sqlite")
        try TermsFile(directory: data).check(configuration.replica.terms)
        let models = try ModelWork(data: data, holdOut: configuration.holdOut)
        let tiles = try TileStore(directory: "\(data)/log", work: "\(data)/work")
        let stores = Stores(
            index: index, journal: JournalReader(directory: "\(data)/journal"), log: DirectorySource("\(data)/log"),
            snapshots: try SnapshotFiles(directory: "\(data)/snapshots"))
        let repaired = try stores.repairIndex(upTo: tiles.size)
        let (indexed, filed) = (try index.height(), tiles.size)
        var archive = Archive(stores: stores, tiles: tiles, submissionNames: SubmissionNames(secret: logSecret))
        let beginning = try Beginning(
            configuration.replica, stores: stores, models: models, indexed: indexed, filed: filed)
        var (replica, board) = (beginning.replica, beginning.board)
        var rounds = RoundReplay(models, jobs: replica.openJobs)
        var (isEmpty, isBlank) = (true, true)
        var successorMark: JournalPosition?
        let opened = try Journal(directory: "\(data)/journal", from: beginning.mark) { position, bytes in
            isEmpty = false
            let record = try Record(decoding: bytes)
            isBlank = isBlank && record.beginsEpoch
            archive.note(record, at: position)
            if case .snapshot(let mark) = record, successorMark == nil, mark.point == replica.end?.beginning.point {
                successorMark = position
            }
            for block in try replica.restore(record) {
                rounds.take(block)
                _ = board.post(block)
                if block.height > indexed || block.head.size > filed { archive.add(block) } else { archive.pass(block) }
            }
        }
        guard !isEmpty || indexed == 0 || configuration.replica.committee.n == 1 else {
            throw ConfigurationError.invalid(
                "the journal in \(data) is empty, though the index has \(indexed) blocks: it was lost. 'waymark serve --rejoin' sets the rest aside and learns from the others"
            )
        }
        journal = opened
        self.isBlank = isBlank
        self.successorMark = successorMark
        self.replica = replica
        self.archive = archive
        self.models = models
        self.board = board
        snapshotHeight = beginning.height
        complaints = repaired + beginning.complaints + rounds.complaints.map { "a version's file is missing: \($0)" }
    }
}

extension Stores {
    /// Makes the index again from the log, as far as that can be done, where the journal no longer reaches back so far that it could: what was done,
    /// in words.
    fileprivate func repairIndex(upTo size: UInt64) throws -> [String] {
        let (indexed, heights) = (try index.height(), try snapshots.heights())
        guard try journal.segments.isCut(), !heights.isEmpty, !heights.contains(where: { $0 <= indexed })
        else {
            return []
        }
        let tiles = TileReader(log, size: size)
        var rebuild = LogRebuild()
        while rebuild.size < size {
            try index.apply(rebuild.take(tiles.entries(inBundle: rebuild.size / UInt64(LogPath.fullWidth))))
        }
        // A shown head is the end of a block; without one the last may be cut short.
        if try tiles.size == shownHead().checkpoint.size { try index.apply(rebuild.finish()) }
        return ["the index was made again from the log: it has no reports, and no history for others"]
    }
}

/// The state that an epoch begins with is not there, or index and files lag behind it: an earlier epoch's committee must replay the journal to where
/// it begins.
public struct BeginningMissing: Error, CustomStringConvertible {
    /// In words.
    public let description =
        "the state that the committee's epoch begins with is not here. 'waymark serve --rejoin' sets everything aside and learns from the others"
}

/// Where the replay begins: after the newest snapshot that index, files and models are not behind, or before the first block.
private struct Beginning {
    private(set) var replica: Replica
    private(set) var board = LearningBoard()
    private(set) var mark: JournalPosition?
    private(set) var height: UInt64?
    private(set) var complaints: [String] = []

    init(
        _ configuration: ReplicaConfiguration, stores: Stores, models: ModelWork, indexed: UInt64, filed: UInt64
    ) throws {
        replica = Replica(configuration)
        let isCut = try stores.journal.segments.isCut()
        for height in try stores.snapshots.heights() where height <= indexed {
            do {
                let stored = try stores.snapshots.read(height)
                let snapshot = try Snapshot(decoding: stored.bytes, for: configuration)
                // Of another epoch: what came before this one leads nowhere, and what comes after is not the configured committee's.
                guard snapshot.committee == configuration.committee else { continue }
                // The journal may be an older copy than the snapshot.
                let begun = try stores.journal.read(from: stored.mark, through: stored.end)
                guard let first = begun.first, case .snapshot(let found) = try Record(decoding: first),
                    found.point == snapshot.point
                else { throw StoresError.unreadable("the journal has no such mark") }
                let candidate = Replica(configuration, after: snapshot)
                // What is missing can be made again from the whole journal only; without a version's file a validator can go on.
                let hasFiles = models.hasFiles(of: candidate)
                guard snapshot.size <= filed, isCut || hasFiles else { continue }
                if !hasFiles { complaints.append("the file of a model's version is missing") }
                replica = candidate
                mark = stored.mark
                self.height = height
                board = try LearningBoard(stores.index, models: configuration.terms.learning.models)
                return
            } catch {
                complaints.append("the snapshot of height \(height) is not used: \(error)")
            }
        }
        let isLater = configuration.committee.epoch > Committee.firstEpoch
        if isLater, try stores.journal.segments.first() != nil { throw BeginningMissing() }
        guard !isCut else {
            let reasons = complaints.map { "; \($0)" }.joined()
            throw ConfigurationError.invalid(
                "the journal begins after what was cut off, and no snapshot can be used that stands for it\(reasons). 'waymark serve --rejoin' sets everything aside and learns from the others"
            )
        }
    }
}

extension ModelWork {
    /// Whether the versions that the fleet runs are here. Those that a round made after the snapshot can be made again, those before it not.
    fileprivate func hasFiles(of replica: Replica) -> Bool {
        LearnedModel.allCases.compactMap { replica.currentVersion(of: $0) }.allSatisfy(has)
    }

    func has(_ version: Digest) -> Bool {
        do {
            _ = try files.read(version)
            return true
        } catch {
            return false
        }
    }
}

/// Makes sure that the file of every version that was made is there, computing again what a crash or an operator took.
struct RoundReplay {
    private let work: ModelWork
    private var jobs: [LearnedModel: RoundJob]
    private(set) var complaints: [String] = []

    init(_ work: ModelWork, jobs: [RoundJob]) {
        self.work = work
        self.jobs = Dictionary(jobs.map { ($0.opened.model, $0) }) { first, _ in first }
    }

    mutating func take(_ block: ExecutedBlock) {
        for entry in block.entries {
            guard case .versionMade(let made) = entry, let version = made.result.version else { continue }
            if !work.has(version), let job = jobs[made.result.model], job.opened.round == made.result.round {
                // A validator goes on without the file: the others can decide rounds, and serve vehicles.
                if case .failure(let reason) = work.run(job) { complaints.append("\(reason)") }
            }
        }
        for job in block.jobs { jobs[job.opened.model] = job }
    }
}
