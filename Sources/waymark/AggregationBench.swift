import ArgumentParser
import Federation
import Foundation
import Models
import Traffic

/// How long the rules take that make one update of many, on one thread.
struct AggregationBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aggregation", abstract: "Aggregate seeded updates by every rule.",
        discussion: """
            CPU time, the least of the runs. With --peer, an interpreter that has byzfl 0.0.11, the same updates go
            through its rules on numpy, in a process after this one's: mixing at 200,000 coordinates at most, for it
            gathers n (n - f) d numbers. The results are compared too.
            """)

    @Option(help: "Updates, 3 to 1,024.") var updates = 50
    @Option(help: "Coordinates of each, 1,000 to 16,777,216.") var coordinates = 1_000_000
    @Option(help: "Assumed attackers, fewer than half.") var attackers = 10
    @Option(help: "Runs of each rule, 1 to 100.") var runs = 3
    @Option(help: "Python interpreter with byzfl.") var peer: String?
    @Option(help: "Seed of the updates.") var seed: UInt64 = 1
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        guard (3...RobustMean.maximumVectors).contains(updates),
            (1000...RobustMean.maximumDimension).contains(coordinates),
            attackers >= 0, attackers < updates, 2 * attackers < updates, (1...100).contains(runs)
        else { throw ValidationError("a number is out of its range: see --help") }
    }

    func run() throws {
        var report = BenchReport(
            bench: "aggregation", command: CommandLine.arguments.joined(separator: " "), seed: seed,
            inputs: ["updates": updates, "coordinates": coordinates, "attackers": attackers, "runs": runs])
        let vectors = SeededUpdates.vectors(updates, of: coordinates, seed: seed)
        let mean = try measure(.mean, vectors)
        let trimmed = try measure(.trimmedMean, vectors)
        let mixed = try measure(.mixedTrimmedMean, vectors)
        let peakMebibytes = ProcessMemory.bytes("VmHWM", of: "self").map { Double($0) / 1_048_576 }
        let other = try peer.map { try PeerRun(python: $0, vectors, attackers: attackers, runs: runs) }
        report.add("mean_cpu_ms", mean.cpu, other?.times.mean)
        report.add("trimmed_mean_cpu_ms", trimmed.cpu, other?.times.trimmed)
        report.add("mixed_trimmed_mean_cpu_ms", mixed.cpu, nil)
        report.add("peak_mib", peakMebibytes, "MiB")
        if let other {
            try compareMixing(with: other, vectors, to: &report)
            report.add("trimmed_mean_difference_quanta", other.difference(trimmed.result, other.trimmed), "1")
            report.add("byzfl_peak_mib", other.times.peak, "MiB")
        }
        try report.print(json: json)
    }

    /// At the dimension that the peer's memory allows.
    private func compareMixing(with other: PeerRun, _ vectors: [[Int16]], to report: inout BenchReport) throws {
        let mixed = try measure(.mixedTrimmedMean, vectors.map { Array($0.prefix(PeerRun.mixedCoordinates)) })
        report.add("mixed_trimmed_mean_beside_peer_cpu_ms", mixed.cpu, other.times.mixed)
        report.add("mixed_trimmed_mean_difference_quanta", other.difference(mixed.result, other.mixed), "1")
    }

    private func measure(
        _ kind: AggregationRule.Kind, _ vectors: [[Int16]]
    ) throws -> (cpu: Double, result: [Int32]) {
        let rule = AggregationRule(kind: kind, assumedAttackers: attackers)
        var least = Double.infinity
        var result: [Int32] = []
        for _ in 0..<runs {
            let before = ProcessorTime.own()
            guard let aggregate = RobustMean.aggregate(vectors, rule: rule, scaleBits: 14) else {
                throw Failure("the updates break a bound of the rule \(kind)")
            }
            least = min(least, (ProcessorTime.own() - before) * 1000)
            result = aggregate
        }
        return (least, result)
    }
}

extension BenchReport {
    /// CPU milliseconds of ours, and where there is a peer its own and how many times ours they are.
    fileprivate mutating func add(_ name: String, _ cpu: Double, _ peer: Double?) {
        add(name, cpu, "ms")
        add("byzfl_\(name)", peer, "ms")
        add("\(name)_ratio", peer.map { $0 / cpu }, "1")
    }
}

/// Normally distributed updates, their norm just below the bound: the numbers are small where there are many.
private enum SeededUpdates {
    static func vectors(_ count: Int, of coordinates: Int, seed: UInt64) -> [[Int16]] {
        var random = SeededGenerator(seed: seed)
        let spread = 41_000 / Double(coordinates).squareRoot()
        return (0..<count).map { _ in
            (0..<coordinates).map { _ in Int16((random.normalDeviate() * spread).rounded()) }
        }
    }
}

/// The same updates through byzfl: a file of them in, its figures and results out.
private struct PeerRun {
    static let mixedCoordinates = 200_000

    struct Times: Decodable {
        let mean: Double
        let trimmed: Double
        let mixed: Double
        let peak: Double
    }

    let times: Times
    /// In quanta, a number a coordinate.
    let trimmed: [Float]
    let mixed: [Float]

    init(python: String, _ vectors: [[Int16]], attackers: Int, runs: Int) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("waymark-aggregation-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Self.write(vectors, to: folder.appendingPathComponent("updates"))
        let numbers = [vectors.count, attackers, runs, Self.mixedCoordinates].map(String.init)
        let output = try Self.run(python, ["-c", Self.script, folder.path] + numbers)
        times = try JSONDecoder().decode(Times.self, from: output)
        trimmed = try Self.read(folder.appendingPathComponent("trimmed"))
        mixed = try Self.read(folder.appendingPathComponent("mixed"))
    }

    /// The largest difference of a coordinate, in quanta; ours have two more fraction bits.
    func difference(_ ours: [Int32], _ theirs: [Float]) -> Double? {
        guard ours.count == theirs.count else { return nil }
        return zip(ours, theirs).map { abs(Double($0) / 4 - Double($1)) }.max()
    }

    private static func run(_ python: String, _ arguments: [String]) throws -> Data {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(oneThread) { _, new in new }
        process.standardOutput = output
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure("\(python) with byzfl did not end well") }
        return said
    }

    private static let oneThread = ["OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"]

    /// Row by row, little endian.
    private static func write(_ vectors: [[Int16]], to file: URL) throws {
        guard FileManager.default.createFile(atPath: file.path, contents: nil) else {
            throw Failure("cannot write \(file.path)")
        }
        let handle = try FileHandle(forWritingTo: file)
        for vector in vectors {
            var bytes = [UInt8](repeating: 0, count: vector.count * 2)
            for (index, value) in vector.enumerated() {
                bytes[2 * index] = UInt8(truncatingIfNeeded: value)
                bytes[2 * index + 1] = UInt8(truncatingIfNeeded: value >> 8)
            }
            try handle.write(contentsOf: bytes)
        }
        try handle.close()
    }

    private static func read(_ file: URL) throws -> [Float] {
        let bytes = [UInt8](try Data(contentsOf: file))
        return stride(from: 0, to: bytes.count - 3, by: 4).map { start in
            Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) })
        }
    }

    private static let script = """
        import json, resource, sys, time
        import byzfl, numpy
        folder, n, f, runs, part = sys.argv[1], *map(int, sys.argv[2:])
        x = numpy.fromfile(folder + "/updates", "<i2").reshape(n, -1).astype(numpy.float32)
        y = numpy.ascontiguousarray(x[:, :part])
        trimmed, mixing = byzfl.TrMean(f=f), byzfl.NNM(f=f)
        def measure(rule, vectors):
            times = []
            for _ in range(runs):
                before = time.process_time()
                result = rule(vectors)
                times.append((time.process_time() - before) * 1000)
            return min(times), result
        mean, _ = measure(byzfl.Average(), x)
        trimmed_ms, a = measure(trimmed, x)
        mixed_ms, b = measure(lambda vectors: trimmed(mixing(vectors)), y)
        a.astype("<f4").tofile(folder + "/trimmed")
        b.astype("<f4").tofile(folder + "/mixed")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"mean": mean, "trimmed": trimmed_ms, "mixed": mixed_ms, "peak": peak}))
        """
}
