import ArgumentParser
import Cryptography
import Foundation
import TransparencyLog

extension InspectCommand {
    /// Remembers heads.
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check that the log continues the one that was seen the last time.",
            discussion: """
                Keeps the head in a file, of each log its own. Exit code 1, and the file stays as it is, where the log now has fewer entries (a rollback),
                another root for as many (a split view), or more that do not begin with those seen (a rewritten past): keep that file then, it is
                signed evidence.
                """)

        @OptionGroup var log: LogArgument
        @Option(help: "Where the head is kept; left out, a file named after the log in ~/.local/state/waymark.")
        var seen: String?
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let signed = try log.signedHead()
            let file = seen.map { URL(fileURLWithPath: $0) } ?? Self.file(of: signed.checkpoint.origin)
            let before = try Self.read(file)
            if let before {
                let source = try log.source()
                do { try signed.checkpoint.requireContinuing(before.checkpoint, source) } catch {
                    throw Failure("\(log.log)/checkpoint: \(error). The head seen before is in \(file.path)")
                }
            }
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(signed.text.utf8).write(to: file, options: .atomic)
            let (head, size) = (signed.checkpoint, before?.checkpoint.size)
            if json {
                return try JSONOutput.print(
                    JSON(origin: head.origin, seen: size, size: head.size, root: "\(head.root)", file: file.path))
            }
            let story =
                size.map { "continues the \(Format.count($0)) entries seen before" } ?? "is seen for the first time"
            Swift.print("check: passed. \(head.origin), \(Format.count(head.size)) entries, \(story)")
        }

        private struct JSON: Encodable {
            var origin: String
            var seen: UInt64?
            var size: UInt64
            var root: String
            var file: String
        }

        private static func file(of origin: String) -> URL {
            let environment = ProcessInfo.processInfo.environment
            let state = environment["XDG_STATE_HOME"] ?? "\(environment["HOME"] ?? NSHomeDirectory())/.local/state"
            let name = "\(Digest.sha256(Array(origin.utf8))).checkpoint"
            return URL(fileURLWithPath: "\(state)/waymark/\(name)")
        }

        /// The head that was kept; nil where none is.
        private static func read(_ file: URL) throws -> SignedCheckpoint? {
            guard FileManager.default.fileExists(atPath: file.path) else { return nil }
            do {
                return try SignedCheckpoint(parsing: [UInt8](try Data(contentsOf: file)))
            } catch let error as LogError {
                throw Failure("\(file.path): \(error)")
            }
        }
    }
}
