import ArgumentParser
import Cryptography
import Foundation
import Telemetry

/// Looks at what a fleet has learned, and at where it comes from.
struct InspectModel: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "List, trace, export and verify the models that the fleet trains.",
        discussion: """
            Rounds are replayed from the log's entries, which together must give the head's root. A version is named by
            its digest, of which the first six digits are enough.
            """,
        subcommands: [List.self, Show.self, LineageOf.self, Export.self, Verify.self])

    /// What the log says of models.
    static func history(_ log: LogArgument) throws -> LearningHistory {
        try LearningHistory(EntryReader(try log.source(), head: try log.head()))
    }

    /// All rounds.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print every round of both models.")

        @OptionGroup var log: LogArgument
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            try ModelListText(try InspectModel.history(log)).print(json: json)
        }
    }

    /// One round.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a round: its terms, its updates, what became of it.",
            discussion: "Exit code 1 where the round's end is not about the updates that stand in the log.")

        @OptionGroup var log: LogArgument
        @Argument(help: "perception or travel-times.") var model: LearnedModel
        @Argument(help: "A round's number, or the digest of the version that it made; left out, the newest.")
        var round: String?
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let round = try InspectModel.history(log).round(round, of: model)
            try RoundText(round).print(json: json)
            if round.isWhole == false { throw ExitCode(1) }
        }
    }

    /// The chain of parents.
    struct LineageOf: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "lineage",
            abstract: "Print how a version came about: each round from it back to the first version.",
            discussion: "Exit code 1 where a round's end is not about the updates that stand in the log.")

        @OptionGroup var log: LogArgument
        @Argument(help: "perception or travel-times.") var model: LearnedModel
        @Argument(help: "A version's digest; left out, the one that the fleet runs.") var version: String?
        @Flag(help: "Print each update's nullifier and commitment, too.") var updates = false
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let history = try InspectModel.history(log)
            let version = try history.version(version, of: model)
            let lineage = try history.lineage(of: version, model)
            try LineageText(lineage, of: version, model, withUpdates: updates).print(json: json)
            if lineage.rounds.contains(where: { $0.isWhole == false }) { throw ExitCode(1) }
        }
    }
}

extension LearnedModel: ExpressibleByArgument {
    /// The model of a name on the command line.
    public init?(argument: String) {
        self.init(name: argument)
    }

    /// What can be written.
    public static var allValueStrings: [String] { allCases.map(\.name) }

    /// As it is written.
    public var defaultValueDescription: String { name }
}
