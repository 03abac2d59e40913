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
