import Cryptography
import Foundation
import Testing
import TransparencyLog

@testable import Storage

/// A directory of a test's own, removed with its value.
final class Scratch {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/waymark-storage-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            Issue.record("\(path) stays behind: \(error)")
        }
    }

    func path(_ name: String) -> String { path + "/" + name }

    func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path(name)) }

    /// All files below a directory, by relative path.
    func files(_ name: String) throws -> [String] {
        try DirectorySource(path(name)).list() ?? []
    }
}

/// Pseudo-random numbers from a seed (SplitMix64): the same in every run.
struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

func entry(_ index: Int) -> [UInt8] { Array("entry \(index)".utf8) }

func entries(_ range: Range<Int>) -> [[UInt8]] { range.map(entry) }

func digest(_ number: Int) -> Digest { Digest.sha256(Array("\(number)".utf8)) }

/// A log that one validator signs and cosigns.
struct Signer {
    let origin = "waymark.example/test"
    let logKey: SigningKey
    let cosigningKey: SigningKey
    let policy: Policy

    init() throws {
        logKey = try #require(SigningKey(seed: [UInt8](repeating: 1, count: 32)))
        cosigningKey = try #require(SigningKey(seed: [UInt8](repeating: 2, count: 32)))
        let member = Policy.Member(
            name: "validator-0",
            logKey: try #require(VerifierKey(name: origin, kind: .log, publicKey: logKey.publicKey)),
            cosigningKey: try #require(
                VerifierKey(name: origin + "/0", kind: .cosigner, publicKey: cosigningKey.publicKey)))
        policy = try Policy(committee: [member], quorum: 1)
    }

    func sign(size: UInt64, root: Digest, seconds: UInt64 = 1_700_000_000) throws -> SignedCheckpoint {
        let head = try #require(Checkpoint(origin: origin, size: size, root: root))
        let line = try #require(head.cosignature(name: origin + "/0", key: cosigningKey, seconds: seconds))
        return SignedCheckpoint(head, signatures: [head.logSignature(key: logKey), line])
    }

    /// The head of the log of the first `size` test entries.
    func head(_ size: Int) throws -> SignedCheckpoint {
        try sign(size: UInt64(size), root: Merkle.root(of: entries(0..<size)))
    }
}
