import ArgumentParser
import Cryptography
import Foundation
import Hazards
import Telemetry
import TransparencyLog

/// Looks at a log with nothing but public keys.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Read, check and compare logs.",
        discussion: """
            Every command checks the head against the policy first, and what it prints against the head: an inclusion proof
            stands behind each entry. `validators` makes the policy from a committee file and the log. A log is a folder or an http address, such as http://127.0.0.1:8080.
            """,
        subcommands: [
            Tail.self, Get.self, Prove.self, Verify.self, Check.self, HazardsOf.self, AuditLog.self, Compare.self,
            InspectEvidence.self, InspectFork.self, InspectValidators.self, InspectModel.self,
        ])

    /// The newest entries.
    struct Tail: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print the newest entries.")

        @OptionGroup var log: LogArgument
        @Option(name: [.customShort("n"), .long], help: "How many, 1 to 100,000.") var count: UInt64 = 20
        @Flag(name: .shortAndLong, help: "Go on with entries as they come.") var follow = false
        @Flag(help: "One JSON object a line.") var json = false

        func validate() throws {
            guard (1...100_000).contains(count) else {
                throw ValidationError("--count is \(count): 1 to 100,000 are possible")
            }
        }

        func run() throws {
            let source = try log.source()
            var before = try log.head()
            var next = before.size - min(before.size, count)
            repeat {
                let head = try log.head()
                try head.requireContinuing(before, source)
                try EntryReader(source, head: head).read(from: next) { try EntryText(index: $0, $1).print(json: json) }
                (next, before) = (head.size, head)
                if follow { Thread.sleep(forTimeInterval: 0.5) }
            } while follow
        }
    }

    /// One entry.
    struct Get: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print one entry, proven to be in the log.")

        @OptionGroup var log: LogArgument
        @Argument(help: "The entry's index, from 0.") var index: UInt64
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let head = try log.head()
            guard index < head.size else { throw Failure("entry \(index) is not below the head's size, \(head.size)") }
            let reader = EntryReader(try log.source(), head: head)
            try EntryText(index: index, try reader.entry(at: index)).print(json: json)
        }
    }

    /// The hazards that follow from the log.
    struct HazardsOf: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "hazards", abstract: "Derive the active hazards from the log's entries.",
            discussion: "Replays every observation by the validators' own rule: what it prints needs no trust in them.")

        @OptionGroup var log: LogArgument
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            var replay = HazardReplay()
            let reader = EntryReader(try log.source(), head: try log.head())
            try reader.readAll { replay.take($1) }
            try HazardText.print(replay.hazards.active, json: json)
        }
    }

    /// The whole log.
    struct AuditLog: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "audit", abstract: "Derive every hash of the log from its entries.",
            discussion: "Of a folder every file is checked, stale ones too. Exit code 1 where anything is wrong.")

        @OptionGroup var log: LogArgument
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let audit = LogAuditor(policy: try log.readPolicy()).audit(try log.source())
            try AuditText(audit).print(json: json)
            if !audit.findings.isEmpty { throw ExitCode(1) }
        }
    }

    /// Several copies.
    struct Compare: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare the heads of several copies of one log.",
            discussion: "Exit code 1 where two are not of one history: a split view, a rollback, or a rewritten past.")

        @Argument(help: "Two copies or more: folders or http addresses.") var logs: [String]
        @Option(help: "The policy file; left out, as for the other commands.") var policy: String?
        @Flag(help: "Print JSON.") var json = false

        func validate() throws {
            guard logs.count > 1 else { throw ValidationError("name two copies or more") }
        }

        func run() throws {
            let policy = try LogArgument.policy(policy, besides: logs[0])
            let sources = try logs.map { (name: $0, source: try LogArgument.source($0)) }
            let comparison = LogComparison(sources, policy: policy)
            try ComparisonText(comparison).print(json: json)
            if !comparison.passed { throw ExitCode(1) }
        }
    }
}
