import ArgumentParser
import Cluster
import Foundation

/// Whether the simulator finds what it should: rules left out one at a time.
struct SimulateMutations: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mutations",
        abstract: "Leave out one rule of consensus after the other, and count the seeds until it shows.",
        discussion: """
            A simulator that finds no fault may be a poor one. This plants bugs in the replica, one at a time, each a rule that is not kept,
            and runs seeds until a run fails. Exit code 1 where a bug is never found.
            """)

    @Option(help: "Seeds to try for each bug.") var seeds: UInt64 = 10_000
    @Option(help: "The bugs to plant, separated by commas; by default all.") var only: String?
    @Flag(help: "Print one JSON object.") var json = false

    private var bugs: [String] { only?.split(separator: ",").map(String.init) ?? ClusterOptions.plantable }

    func validate() throws {
        guard seeds > 0 else { throw ValidationError("at least one seed") }
        for bug in bugs where !ClusterOptions.plantable.contains(bug) {
            throw ValidationError(
                "no bug is called \(bug): there are \(ClusterOptions.plantable.joined(separator: ", "))")
        }
    }

    func run() async throws {
        let limit = seeds
        var terminal = Terminal()
        var found: [String: MutationRun] = [:]
        for await run in concurrently(bugs, { MutationRun(of: $0, limit: limit) }) {
            found[run.bug] = run
            terminal.draw(["\(found.count) of \(bugs.count) bugs tried"])
        }
        let rows = bugs.compactMap { found[$0] }.map(Row.init)
        if json {
            try JSONOutput.print(
                Report(seeds: seeds, bugs: rows.count, found: rows.count { $0.seeds_needed != nil }, rows: rows))
        } else {
            for row in rows { print(row.text) }
        }
        if rows.contains(where: { $0.seeds_needed == nil }) { throw ExitCode(1) }
    }

    private struct Report: Encodable {
        var seeds: UInt64
        var bugs: Int
        var found: Int
        var rows: [Row]
    }

    private struct Row: Encodable {
        var bug: String
        var seeds_needed: UInt64?
        var failure: String?

        init(_ run: MutationRun) {
            (bug, seeds_needed, failure) = (run.bug, run.seedsNeeded, run.failure)
        }

        var text: String {
            guard let seeds_needed, let failure else { return "\(bug): NOT FOUND" }
            return "\(bug): seed \(seeds_needed): \(failure)"
        }
    }
}

/// What `body` makes of each input, as it comes, one a core at a time.
func concurrently<Input: Sendable, Output: Sendable>(
    _ inputs: some Sequence<Input> & Sendable, _ body: @escaping @Sendable (Input) -> Output
) -> AsyncStream<Output> {
    AsyncStream { stream in
        Task {
            await withTaskGroup(of: Output.self) { group in
                var running = 0
                for input in inputs {
                    if running == ProcessInfo.processInfo.activeProcessorCount, let output = await group.next() {
                        stream.yield(output)
                        running -= 1
                    }
                    group.addTask { body(input) }
                    running += 1
                }
                for await output in group { stream.yield(output) }
            }
            stream.finish()
        }
    }
}
