import ArgumentParser
import Foundation

/// Measures on real work.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure on real work.",
        discussion: "Prints figures with their units; with --json one object, as docs/MEASUREMENTS.md keeps them.",
        subcommands: [
            ConsensusBench.self, CatchUpBench.self, BareValidatorCommand.self, IngestBench.self, LearningBench.self,
            AggregationBench.self,
        ])
}

/// What a bench found: one object for programs, lines for people.
struct BenchReport: Encodable {
    struct Figure: Encodable {
        var name: String
        var value: Double
        var unit: String
    }

    struct Machine: Encodable {
        var processor: String
        var cores: Int
        var memory_gib: Int
        var system: String

        static var current: Machine {
            let description = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
            let line = description.split(separator: "\n").first { $0.hasPrefix("model name") }
            let processor = line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
            return Machine(
                processor: processor ?? "unknown", cores: ProcessInfo.processInfo.activeProcessorCount,
                memory_gib: Int(ProcessInfo.processInfo.physicalMemory >> 30),
                system: ProcessInfo.processInfo.operatingSystemVersionString)
        }
    }

    var bench: String
    var command: String
    var machine = Machine.current
    var seed: UInt64
    var inputs: [String: Int]
    var figures: [Figure] = []

    /// A figure that was added before.
    func value(_ name: String) -> Double? { figures.first { $0.name == name }?.value }

    mutating func add(_ name: String, _ value: Double?, _ unit: String) {
        guard let value else { return }
        figures.append(Figure(name: name, value: (value * 1000).rounded() / 1000, unit: unit))
    }

    func print(json: Bool) throws {
        if json { return try JSONOutput.print(self) }
        for figure in figures {
            Swift.print("\(figure.name)  \(Format.decimal(figure.value, figure.value < 10 ? 2 : 0)) \(figure.unit)")
        }
    }
}
