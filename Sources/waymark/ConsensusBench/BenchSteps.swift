import ArgumentParser
import Foundation
import Server

/// The clients of a run, as far as both kinds of benches wait for them.
protocol BenchClients: Actor {
    /// What went wrong and cannot be mended; nil while nothing has.
    var broken: String? { get }
}

extension BenchClients {
    /// Waits up to ten seconds; fails with the complaint, or with what broke.
    nonisolated func wait(_ complaint: String, until isDone: () async -> Bool) async throws {
        for _ in 0..<100 {
            if await isDone() { return }
            if let broken = await broken { throw Failure(broken) }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Failure(complaint)
    }
}

extension CommitteeFolder {
    /// Where the first `count` validators let vehicles in.
    func doors(of count: Int) throws -> [Endpoint] {
        try (0..<count).map { index in
            try Endpoint(try ServerConfiguration(path: configurationPath(index)).listen.mqtt ?? "")
        }
    }
}

extension DemoCommittee {
    /// What `measure` finds on a fresh committee of real validators. They end with it, and their folder is gone.
    static func bench(
        _ plan: CommitteeFolder.Plan, tools: [Int: [String]] = [:],
        prepare: (CommitteeFolder) throws -> Void = { _ in },
        measure: (DemoCommittee) async throws -> BenchReport
    ) async throws -> BenchReport {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("waymark-bench-\(getpid())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let committee = try DemoCommittee(folder: CommitteeFolder(path: folder), plan: plan, tools: tools)
        try prepare(committee.folder)
        do {
            try await committee.start()
            let report = try await measure(committee)
            await committee.stop()
            return report
        } catch {
            await committee.stop()
            throw error
        }
    }
}

/// Numbers that a bench is given, and between what they may be.
enum OptionBounds {
    static func check(_ bounds: [(name: String, value: Int, range: ClosedRange<Int>)]) throws {
        for bound in bounds where !bound.range.contains(bound.value) {
            throw ValidationError(
                "--\(bound.name) is \(bound.value): \(bound.range.lowerBound) to \(bound.range.upperBound) are possible"
            )
        }
    }
}
