import Consensus
import Cryptography
import Federation
import Replica
import Storage
import Telemetry
import TransparencyLog

/// Computes every version of the models again, from nothing but a validator's journal: the same cars in the same order give the same
/// updates, the same updates the same versions.
///
/// That the journal is the log's is shown first: replaying it has to give the root of the validator's published checkpoint.
public struct ModelAudit: Sendable {
    /// One version, as the log has it and as it was computed again.
    public struct Version: Sendable {
        /// What the log says.
        public var logged: RoundResult
        /// What came out here; nil where it could not be computed.
        public var computed: RoundResult?
        /// Why it could not.
        public var fault: String?

        /// Whether both are the same.
        public var isEqual: Bool { computed == logged }
    }

    /// The versions, in log order.
    public private(set) var versions: [Version] = []
    /// Updates that went into them.
    public private(set) var updates = 0
    /// Entries of the log that the journal gives.
    public private(set) var size: UInt64 = 0
    /// The published head that the replay passed through; nil where it did not.
    public private(set) var matchedHead: Checkpoint?

    /// Samples of the hold-out that perception would tell right, had the updates of its last round been averaged; nil without any.
    public private(set) var plainMeanCorrect: UInt64?

    /// The files that a round may build on: of each model the version that the fleet runs and the one before it, which it may go back to, and
    /// what the newest round made.
    private var files: [LearnedModel: [Digest: [UInt8]]] = [:]
    private var currents: [LearnedModel: [Digest]] = [:]
    private var jobs: [LearnedModel: RoundJob] = [:]
    private let holdOut: [UInt8]?

    /// Audits the validator's data directory, which may be in use.
    public init(_ configuration: Validator, data: String, checkpoint: Checkpoint) throws {
        holdOut = configuration.holdOut
        for model in LearnedModel.allCases { keep(InitialVersion.bytes(of: model), of: model) }
        var replica = Replica(configuration.replica)
        let journal = JournalReader(directory: "\(data)/journal")
        if try journal.segments.isCut() {
            throw ConfigurationError.invalid(
                "the beginning of the journal in \(data) was dropped, and the versions made of it cannot be computed again"
            )
        }
        try journal.readAll { _, bytes in
            for block in try replica.restore(try Record(decoding: bytes)) { take(block, checkpoint) }
        }
    }

    /// Whether every version came out the same, of the history that the head stands for.
    public var passed: Bool { matchedHead != nil && versions.allSatisfy(\.isEqual) }

    private mutating func keep(_ file: [UInt8], of model: LearnedModel) {
        files[model, default: [:]][Digest.sha256(file)] = file
    }

    /// Forgets what no round can build on any more.
    private mutating func decide(_ decided: VersionDecidedEntry) {
        let before = currents[decided.model] ?? [InitialVersion.digest(of: decided.model)]
        let now = before.last == decided.current ? before : Array((before + [decided.current]).suffix(2))
        currents[decided.model] = now
        files[decided.model] = files[decided.model]?.filter { now.contains($0.key) }
    }

    private mutating func take(_ block: ExecutedBlock, _ checkpoint: Checkpoint) {
        size = block.head.size
        if size == checkpoint.size, block.head.root == checkpoint.root { matchedHead = checkpoint }
        for entry in block.entries {
            switch entry {
            case .versionMade(let made): check(made)
            case .versionDecided(let decided): decide(decided)
            case .block, .report, .observation, .revocation, .roundOpened, .updateAccepted, .roundClosed, .evidence,
                .committee:
                break
            }
        }
        for job in block.jobs { jobs[job.opened.model] = job }
    }

    private mutating func check(_ made: VersionMadeEntry) {
        var version = Version(logged: made.result)
        if let job = jobs[made.result.model], job.opened.round == made.result.round {
            updates += job.inputs.count
            do {
                let base = files[job.opened.model]?[job.opened.baseVersion] ?? []
                let outcome = try job.run(base: base, holdOut: holdOut)
                version.computed = outcome.result
                if let file = outcome.file { keep(file, of: job.opened.model) }
                if let mean = try job.plainMean(base: base, holdOut: holdOut) {
                    plainMeanCorrect = mean.result.score.versionCorrect
                }
            } catch {
                version.fault = "\(error)"
            }
        } else {
            version.fault = "the journal does not close this round"
        }
        versions.append(version)
    }
}
