import Consensus
import Cryptography
import Replica
import Federation
import Storage
import Telemetry
import TransparencyLog

/// A validator's state from its journal: every record replayed, every final block executed again, and what index or files lack queued for them.
struct Recovery: ~Copyable {
    let replica: Replica
    let archive: Archive
    let journal: Journal
    let models: ModelWork
    let board: LearningBoard
    /// Whether the journal had nothing to replay: a new committee's, or one that was lost.
    let isBlank: Bool
    /// Versions whose files are missing and cannot be made again here, in words for the operator.
    let complaints: [String]

    init(_ configuration: Validator, logSecret: [UInt8], data: String) throws {
        var replica = Replica(configuration.replica)
        let index = try Index(path: "\(data)/index.sqlite")
        try TermsFile(directory: data).check(configuration.replica.terms)
        let models = try ModelWork(data: data, holdOut: configuration.holdOut)
        var rounds = RoundReplay(models)
        var board = LearningBoard()
        let tiles = try TileStore(directory: "\(data)/log", work: "\(data)/work")
        let stores = Stores(
            index: index, journal: JournalReader(directory: "\(data)/journal"), log: DirectorySource("\(data)/log"))
        let (indexed, filed) = (try index.height(), tiles.size)
        var archive = Archive(stores: stores, tiles: tiles, submissionNames: SubmissionNames(secret: logSecret))
        var isBlank = true
        let opened = try Journal(directory: "\(data)/journal") { position, bytes in
            isBlank = false
            let record = try Record(decoding: bytes)
            archive.note(record, at: position)
            for block in try replica.restore(record) {
                rounds.take(block)
                _ = board.post(block)
                if block.height > indexed || block.head.size > filed { archive.add(block) } else { archive.pass(block) }
            }
        }
        guard !isBlank || indexed == 0 || configuration.replica.committee.n == 1 else {
            throw ConfigurationError.invalid(
                "the journal in \(data) is empty, though the index has \(indexed) blocks: it was lost. 'waymark serve --rejoin' sets the rest aside and learns from the others"
            )
        }
        journal = opened
        self.isBlank = isBlank
        self.replica = replica
        self.archive = archive
        self.models = models
        self.board = board
        complaints = rounds.complaints
    }
}

/// Makes sure that the file of every version that was made is there, computing again what a crash or an operator took.
struct RoundReplay {
    private let work: ModelWork
    private var jobs: [LearnedModel: RoundJob] = [:]
    private(set) var complaints: [String] = []

    init(_ work: ModelWork) {
        self.work = work
    }

    mutating func take(_ block: ExecutedBlock) {
        for entry in block.entries {
            guard case .versionMade(let made) = entry, let version = made.result.version else { continue }
            if isMissing(version), let job = jobs[made.result.model], job.opened.round == made.result.round {
                // A validator goes on without the file: the others can decide rounds, and serve vehicles.
                if case .failure(let reason) = work.run(job) { complaints.append("\(reason)") }
            }
        }
        for job in block.jobs { jobs[job.opened.model] = job }
    }

    private func isMissing(_ version: Digest) -> Bool {
        do {
            _ = try work.files.read(version)
            return false
        } catch {
            return true
        }
    }
}
