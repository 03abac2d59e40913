import ArgumentParser
import Foundation
import TransparencyLog

/// From a committee that one trusts to the one that signs now.
struct InspectValidators: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validators", abstract: "Follow the committee's changes from a committee file to those who sign.",
        discussion: """
            Needs no policy: it begins with the committee file that you have, checks every later decision in the log by the keys of the committee before
            it, and the head by the policy of the last. The entries must give the head's root. With --write-committee and --write-policy the result
            is what auditors and vehicles need from then on. Exit code 1 where a decision or the head is not signed as it must be.
            """)

    @Argument(help: "The log: a folder that holds `checkpoint` and `tile`, or an http address.") var log: String
    @OptionGroup var keys: CommitteeArgument
    @Option(help: "New file for the present committee.") var writeCommittee: String?
    @Option(help: "New file for its policy.") var writePolicy: String?
    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
        let source = try LogArgument.source(log)
        var history = CommitteeHistory(try keys.read(besides: log))
        let signed: SignedCheckpoint
        do { signed = try SignedCheckpoint(parsing: try source.read(.checkpoint)) } catch {
            throw Failure("\(log)/checkpoint: \(error)")
        }
        try EntryReader(source, head: signed.checkpoint).readAll { try history.take($1, at: $0) }
        do {
            _ = try history.present.policy().evaluate(signed)
        } catch let error as LogError {
            throw Failure("\(log)/checkpoint, by the committee of epoch \(history.present.epoch): \(error)")
        }
        if let writeCommittee { try write(try history.present.text(), to: writeCommittee) }
        if let writePolicy { try write(Array(try history.present.policy().text.utf8), to: writePolicy) }
        let report = history.report(signed.checkpoint)
        if json { try JSONOutput.print(report) } else { print(report.text) }
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}
