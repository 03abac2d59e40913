import ArgumentParser
import Foundation
import Storage
import TransparencyLog

/// A log to inspect: a directory or an http address, and the policy that says whose signatures count.
struct LogArgument: ParsableArguments {
    @Argument(help: "The log: a folder that holds `checkpoint` and `tile`, or an http address.") var log: String
    @Option(help: "The policy file; left out, log.policy in the folder above the log or the one above that.")
    var policy: String?

    func source() throws -> any LogSource { try Self.source(log) }

    func readPolicy() throws -> Policy { try Self.policy(policy, besides: log) }

    static func source(_ text: String) throws -> any LogSource {
        if text.hasPrefix("http://") || text.hasPrefix("https://") { return try HTTPSource(text) }
        guard FileManager.default.fileExists(atPath: text) else { throw Failure("\(text): no such folder") }
        return DirectorySource(text)
    }

    static func policy(_ path: String?, besides log: String) throws -> Policy {
        let candidates = path.map { [$0] } ?? ["\(log)/../log.policy", "\(log)/../../log.policy"]
        guard let found = candidates.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
            throw Failure("no policy at \(candidates.joined(separator: " or ")): name one with --policy")
        }
        do {
            return try Policy(parsing: [UInt8](try Data(contentsOf: URL(fileURLWithPath: found))))
        } catch let error as LogError {
            throw Failure("\(found): \(error)")
        }
    }

    /// The log's head, its signatures checked by the policy.
    func head() throws -> Checkpoint { try signedHead().checkpoint }

    /// The log's head with its signatures, checked by the policy.
    func signedHead() throws -> SignedCheckpoint {
        let bytes: [UInt8]
        do { bytes = try source().read(.checkpoint) } catch { throw Failure("\(log)/checkpoint: \(error)") }
        do {
            let signed = try SignedCheckpoint(parsing: bytes)
            _ = try readPolicy().evaluate(signed)
            return signed
        } catch let error as LogError {
            throw Failure("\(log)/checkpoint: \(error)")
        }
    }
}
