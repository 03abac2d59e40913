import ArgumentParser
import Cryptography
import Foundation
import Server
import Storage
import Telemetry
import TransparencyLog

extension InspectModel {
    /// Every version of the models, computed again.
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compute every version of the models again, and compare with the log.",
            discussion: """
                Updates are seen by validators alone, so this wants a validator's own folder: its journal is replayed, which must
                give the root of its published checkpoint, and each round is computed from the updates in it. Exit code 1 where a
                version differs. Reads only; the validator may be running.
                """)

        @Argument(help: "The validator's configuration file (validator.json5), or its folder.") var validator: String
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let report = try ModelVerification(validator: validator)
            if json { try JSONOutput.print(report) } else { report.lines.forEach { print($0) } }
            if !report.passed { throw ExitCode(1) }
        }
    }
}

/// What computing a validator's versions again gave.
struct ModelVerification: Encodable {
    /// One version.
    struct Version: Encodable {
        var model: String
        var round: UInt64
        var version: String?
        var computed: String?
        var equal: Bool
        var fault: String?
    }

    var passed: Bool
    var entries: UInt64
    var head_matched: Bool
    var updates: Int
    /// Samples of the hold-out that perception would tell right, had the updates of its last round been averaged.
    var plain_mean_correct: UInt64?
    var versions: [Version]

    /// Audits the validator of that configuration file or folder.
    init(validator path: String) throws {
        let inFolder = "\(path)/validator.json5"
        let isFolder = FileManager.default.fileExists(atPath: inFolder)
        let configuration = try ServerConfiguration(path: isFolder ? inFolder : path)
        let committee = try CommitteeFile(path: configuration.committee)
        let keys = try ValidatorKeys.load(from: configuration.keys)
        let validator = try Validator(configuration, committee: committee, keys: keys)
        let checkpoint = try Self.checkpoint(configuration, committee)
        let audit = try ModelAudit(validator, data: configuration.data, checkpoint: checkpoint)
        passed = audit.passed
        entries = audit.size
        head_matched = audit.matchedHead != nil
        updates = audit.updates
        plain_mean_correct = audit.plainMeanCorrect
        versions = audit.versions.map(Version.init)
    }

    /// The newest head that the validator serves, endorsed as the committee's policy wants it.
    private static func checkpoint(_ configuration: ServerConfiguration, _ committee: CommitteeFile) throws
        -> Checkpoint
    {
        let bytes = try DirectorySource("\(configuration.data)/log").read(.checkpoint)
        let signed = try SignedCheckpoint(parsing: bytes)
        try committee.policy().evaluate(signed)
        return signed.checkpoint
    }

    var lines: [String] {
        let rows = versions.map { version in
            let verdict =
                version.equal ? "equal" : "DIFFERS: \(version.computed?.prefix(16) ?? "") \(version.fault ?? "")"
            return "\(version.model) \(version.round)  \(version.version?.prefix(16) ?? "none")  \(verdict)"
        }
        let head =
            head_matched ? "the journal gives the published head" : "the journal DOES NOT GIVE the published head"
        return rows + [
            "\(versions.count { $0.equal }) of \(versions.count) versions computed again bit for bit, from \(updates) updates; \(head)"
        ]
    }
}

extension ModelVerification.Version {
    init(_ version: ModelAudit.Version) {
        self.init(
            model: version.logged.model.name, round: version.logged.round,
            version: version.logged.version.map { "\($0)" }, computed: version.computed?.version.map { "\($0)" },
            equal: version.isEqual, fault: version.fault)
    }
}
