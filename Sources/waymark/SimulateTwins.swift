import ArgumentParser
import Cluster
import Foundation

/// Consensus with one validator that runs twice, in every way that its first views may go.
struct SimulateTwins: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "twins",
        abstract: "Run one validator of four twice, under every leader and partition of the first views.",
        discussion: """
            A validator that runs twice with one key does all that a liar with an honest program can do: it votes twice, proposes twice, and
            forgets. A scenario says for each of the first views who leads it and which of the five processes hear which; then all hear all,
            and the three honest must agree on new blocks.

            waymark simulate twins                                  all 262,144 scenarios of three views
            waymark simulate twins --views 8 --samples 20000        partitions of eight views that seeds draw
            waymark simulate twins --views 8 --samples 20000 --masks   links cut one by one, each in one direction
            waymark simulate twins --views 8 --samples 1 --from 4711   one of them again
            """)

    @Option(help: "Views that are scheduled, 1 to 16; without --samples at most 3.") var views = 3
    @Option(help: "How many scenarios to draw; by default all there are.") var samples: UInt64?
    @Option(help: "The first seed, or number of a scenario.") var from: UInt64 = 0
    @Flag(help: "Cut single links instead of dividing the network.") var masks = false
    @Option(help: "A rule of consensus that is left out: see 'waymark simulate mutations'.") var plant: String?
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        guard (1...16).contains(views), samples ?? 1 > 0 else {
            throw ValidationError("1 to 16 views, 1 sample or more")
        }
        guard samples != nil || views <= 3 && !masks else {
            throw ValidationError("there are too many scenarios of \(views) views, or of masks: say how many --samples")
        }
        if let plant, !ClusterOptions.plantable.contains(plant) { throw ValidationError("no bug is called \(plant)") }
    }

    private var choice: TwinsTally.Choice { samples == nil ? .all(views: views) : .sampled(views: views, masks: masks) }

    private var numbers: Range<UInt64> { from..<(samples.map { from + $0 } ?? TwinsScenario.count(views: views)) }

    func run() async throws {
        let started = Date()
        let before = ProcessorTime.own()
        var terminal = Terminal()
        var tally = TwinsTally()
        let (choice, plant, total) = (choice, plant, UInt64(numbers.count))
        let parts = stride(from: numbers.lowerBound, to: numbers.upperBound, by: 512).map { first in
            first..<min(first + 512, numbers.upperBound)
        }
        for await part in concurrently(parts, { TwinsTally($0, of: choice, planting: plant) }) {
            tally.add(part)
            terminal.draw([
                "\(Format.count(tally.scenarios)) of \(Format.count(total)) scenarios, \(tally.failed) failed"
            ])
        }
        let report = Report(
            tally, seconds: Date().timeIntervalSince(started), processor: ProcessorTime.own() - before)
        if json { try JSONOutput.print(report) } else { print(report.text) }
        if tally.failed > 0 { throw ExitCode(1) }
    }

    private struct Report: Encodable {
        var scenarios: UInt64
        var failed: UInt64
        var failures: [String]
        var blocks: UInt64
        var views_nullified: UInt64
        var evidence: UInt64
        var seconds: Double
        var scenarios_per_core_second: Double

        init(_ tally: TwinsTally, seconds: Double, processor: Double) {
            (scenarios, failed) = (tally.scenarios, tally.failed)
            failures = tally.failures.map { "\($0.number): \($0.words)" }
            (blocks, views_nullified, evidence) = (tally.blocks, tally.nullified, tally.evidence)
            self.seconds = seconds
            scenarios_per_core_second = (Double(tally.scenarios) / max(0.001, processor)).rounded()
        }

        var text: String {
            let sum =
                "\(Format.count(scenarios)) scenarios, \(failed) failed, \(Format.count(blocks)) final blocks, "
                + "\(Format.count(views_nullified)) nullified views, \(Format.count(evidence)) pieces of evidence in "
                + "\(Format.decimal(seconds)) s (\(Format.count(Int(scenarios_per_core_second))) a core second)"
            return (failures + [sum]).joined(separator: "\n")
        }
    }
}
