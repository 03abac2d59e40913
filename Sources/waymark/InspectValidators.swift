import ArgumentParser
import Consensus
import Cryptography
import Foundation
import Replica
import Server
import Telemetry
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

/// A committee and what the entries of a log made of it.
private struct CommitteeHistory {
    private(set) var present: CommitteeFile
    private var decisions: [Report.Decision] = []
    private var block: (height: UInt64, time: UInt64) = (0, 0)

    init(_ file: CommitteeFile) {
        present = file
    }

    /// Takes the next entry. Decisions of epochs before the file's are history: whoever made the file has believed them.
    mutating func take(_ entry: Entry, at index: UInt64) throws {
        switch entry {
        case .block(let opening): block = (opening.height, opening.time.milliseconds)
        case .committee(let entry) where entry.decision.change.epoch > present.epoch:
            try follow(entry.decision, at: index)
        default: break
        }
    }

    private mutating func follow(_ decision: SignedCommitteeChange, at index: UInt64) throws {
        do {
            try present.committee().check(decision)
        } catch let fault as ChangeFault {
            throw Failure("entry \(index) changes the committee of epoch \(present.epoch), but \(fault)")
        }
        let (before, next) = (present, present.succeeded(by: decision.change))
        func names(_ file: CommitteeFile, without other: CommitteeFile) -> [String] {
            file.validators.map(\.name).filter { name in !other.validators.contains { $0.name == name } }
        }
        let rekeyed = next.validators.filter { validator in
            before.validators.contains { $0.name == validator.name && $0.consensusKey != validator.consensusKey }
        }
        decisions.append(
            Report.Decision(
                index: index, height: block.height, time_ms: block.time, epoch: next.epoch,
                come: names(next, without: before), go: names(before, without: next), rekeyed: rekeyed.map(\.name),
                signatures: decision.approvals.count))
        present = next
    }

    func report(_ head: Checkpoint) -> Report {
        Report(
            origin: present.origin, epoch: present.epoch, decisions: decisions,
            validators: present.validators.map { .init(name: $0.name, consensus_key: $0.consensusKey) },
            size: head.size, root: head.root.description)
    }

    /// The same for programs and people.
    struct Report: Encodable {
        struct Decision: Encodable {
            var index: UInt64
            var height: UInt64
            var time_ms: UInt64
            var epoch: UInt64
            var come: [String]
            var go: [String]
            var rekeyed: [String]
            var signatures: Int

            var text: String {
                let parts = [("new", come), ("gone", go), ("another key", rekeyed)].filter { !$0.1.isEmpty }
                let what = parts.map { "\($0.0): \($0.1.joined(separator: ", "))" }.joined(separator: "; ")
                return "entry \(index), block \(height), epoch \(epoch): \(what); \(signatures) signatures"
            }
        }

        struct Validator: Encodable {
            var name: String
            var consensus_key: String
        }

        var origin: String
        var epoch: UInt64
        var decisions: [Decision]
        var validators: [Validator]
        var size: UInt64
        var root: String

        var text: String {
            let lines = decisions.map(\.text) + validators.map { "\($0.name)  \($0.consensus_key)" }
            let count = Format.count(size)
            let last = "\(origin): epoch \(epoch), \(validators.count) validators, who sign a head of \(count) entries"
            return (lines + [last]).joined(separator: "\n")
        }
    }
}
