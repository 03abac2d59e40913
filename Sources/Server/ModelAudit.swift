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

    /// The newest files of each model: a round builds on one of these.
    /// Samples of the hold-out that perception would tell right, had the updates of its last round been averaged; nil without any.
    public private(set) var plainMeanCorrect: UInt64?

    private var files: [LearnedModel: [[UInt8]]] = [:]
    private static let keptFiles = 3
    private var jobs: [LearnedModel: RoundJob] = [:]
    private let holdOut: [UInt8]?

    /// Audits the validator's data directory, which may be in use.
    public init(_ configuration: Validator, data: String, checkpoint: Checkpoint) throws {
        holdOut = configuration.holdOut
        for model in LearnedModel.allCases { keep(InitialVersion.bytes(of: model), of: model) }
        var replica = Replica(configuration.replica)
        try JournalReader(directory: "\(data)/journal").readAll { _, bytes in
            for block in try replica.restore(try Record(decoding: bytes)) { take(block, checkpoint) }
        }
    }

    /// Whether every version came out the same, of the history that the head stands for.
    public var passed: Bool { matchedHead != nil && versions.allSatisfy(\.isEqual) }

    private mutating func keep(_ file: [UInt8], of model: LearnedModel) {
        files[model] = Array((files[model, default: []] + [file]).suffix(Self.keptFiles))
    }

    private func file(of digest: Digest, _ model: LearnedModel) -> [UInt8] {
        files[model]?.last { Digest.sha256($0) == digest } ?? []
    }

    private mutating func take(_ block: ExecutedBlock, _ checkpoint: Checkpoint) {
        size = block.head.size
        if size == checkpoint.size, block.head.root == checkpoint.root { matchedHead = checkpoint }
        for entry in block.entries {
            if case .versionMade(let made) = entry { check(made) }
        }
        for job in block.jobs { jobs[job.opened.model] = job }
    }

    private mutating func check(_ made: VersionMadeEntry) {
        var version = Version(logged: made.result)
        if let job = jobs[made.result.model], job.opened.round == made.result.round {
            updates += job.inputs.count
            do {
                let base = file(of: job.opened.baseVersion, job.opened.model)
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
