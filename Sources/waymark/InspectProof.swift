import ArgumentParser
import Cryptography
import Foundation
import Storage
import Telemetry
import TransparencyLog

extension InspectCommand {
    /// Makes a receipt.
    struct Prove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the proof that an entry is in the log, for `verify` or any client of C2SP's tlog-proof.",
            discussion: """
                The proof names the head that it leads to, with the validators' signatures, and carries the entry itself as its `extra` line, unless
                that has more than \(InclusionReceipt.extraLimit) bytes: the file needs nothing but the policy to be checked, offline and years later.
                """)

        @OptionGroup var log: LogArgument
        @Argument(help: "The entry's index, from 0.") var index: UInt64
        @Option(name: .shortAndLong, help: "Write it to this file, whose name by custom ends in .tlog-proof.")
        var output: String?

        func run() throws {
            let signed = try log.signedHead()
            let size = signed.checkpoint.size
            guard index < size else { throw Failure("entry \(index) is not below the head's size, \(size)") }
            let reader = EntryReader(try log.source(), head: signed.checkpoint)
            let receipt = try reader.receipt(of: index, under: signed)
            guard let output else { return Swift.print(receipt.text, terminator: "") }
            try Data(receipt.bytes).write(to: URL(fileURLWithPath: output), options: .atomic)
        }
    }

    /// Checks a receipt.
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a proof offline: a .tlog-proof of `prove`, or the receipt that a vehicle was given.",
            discussion: """
                Needs the policy and nothing else of the log. A proof says where an entry stands and not what it says, so the entry's bytes come from the
                proof's own `extra` line or from --entry. Exit code 1 where the proof does not hold.
                """)

        @Argument(help: "The proof.") var file: String
        @Option(help: "The policy file: whose signatures count.") var policy: String
        @Option(help: "A file with the entry's bytes, where the proof does not carry them.") var entry: String?
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let receipt = try named(file) { try InclusionReceipt(parsing: $0) }
            let rules = try named(policy) { try Policy(parsing: $0) }
            guard let bytes = try entry.map({ try named($0) { $0 } }) ?? receipt.extra else {
                throw Failure("\(file) does not carry the entry that it is about: name a file with --entry")
            }
            let endorsement: Endorsement
            do { endorsement = try receipt.verify(entry: bytes, policy: rules) } catch {
                throw Failure("\(file): \(error)")
            }
            let cosigners = endorsement.cosigners.map { String(decoding: $0.name, as: UTF8.self) }
            let text = EntryText(index: receipt.index, try named(file) { _ in try Entry(decoding: bytes) })
            if json {
                let head = receipt.signed.checkpoint
                return try JSONOutput.print(
                    JSON(
                        index: receipt.index, origin: head.origin, size: head.size, root: "\(head.root)",
                        cosigners: cosigners, entry: text.json))
            }
            try text.print(json: false)
            let head = receipt.signed.checkpoint
            Swift.print(
                "verify: passed. Entry \(receipt.index) of \(head.origin) at \(Format.count(head.size)) entries,")
            Swift.print("        cosigned by \(cosigners.joined(separator: ", "))")
        }

        private struct JSON: Encodable {
            var index: UInt64
            var origin: String
            var size: UInt64
            var root: String
            var cosigners: [String]
            var entry: EntryText.JSON
        }

        /// What a file holds; an error says which file.
        private func named<Value>(_ path: String, _ read: ([UInt8]) throws -> Value) throws -> Value {
            do {
                return try read([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
            } catch let error as LogError {
                throw Failure("\(path): \(error)")
            } catch let error as Refusal {
                throw Failure("\(path): no entry of this version: \(error)")
            } catch {
                throw Failure("\(path): \(error.localizedDescription)")
            }
        }
    }
}
