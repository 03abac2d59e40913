import Cryptography

/// What an audit found. No findings: every file is what the signed head commits to.
public struct Audit: Sendable {
    /// The head, where it could be read.
    public internal(set) var signed: SignedCheckpoint?
    /// Who stands behind the head, where the policy accepts it.
    public internal(set) var endorsement: Endorsement?
    /// Files that were read.
    public internal(set) var files = 0
    /// Entries whose leaf hashes were derived.
    public internal(set) var entries: UInt64 = 0
    /// What is wrong, in the order in which it was met: the first thousand things.
    public private(set) var findings: [Finding] = []

    private static let findingLimit = 1000

    /// Whether nothing is wrong.
    public var passed: Bool { findings.isEmpty }

    /// Entries beyond the head, of which only their own hashes were checked: a log that is being written has some
    /// between two heads.
    public var entriesBeyondHead: UInt64 {
        entries - min(entries, signed?.checkpoint.size ?? 0)
    }

    mutating func report(_ path: String, _ reason: Finding.Reason) {
        let finding = Finding(path, reason)
        guard findings.count < Self.findingLimit, !findings.contains(finding) else { return }
        findings.append(finding)
    }
}

/// Something wrong with a log, and where.
public struct Finding: Hashable, Sendable {
    /// What is wrong.
    public enum Reason: Hashable, Sendable {
        /// The head is not believed, or is not consistent with another.
        case head(LogError)
        /// The head has lines behind its root, which nobody can audit.
        case extensionLines(Int)
        /// Not a name that a log's file can have.
        case unknownFile
        /// The head needs this file.
        case missing
        /// It could not be read.
        case unreadable(SourceError)
        /// Not as long as its path says.
        case badLength(bytes: Int, expected: Int)
        /// Not the entries that its path promises.
        case badBundle
        /// The entries give other bytes, from this hash or entry of the file on.
        case differs(position: Int)
        /// No entries are there that this file's content could be compared with.
        case notCovered
        /// The entries up to the head's size give another root.
        case rootDiffers(size: UInt64, derived: Digest)
    }

    /// The file, relative to the log's prefix; in a comparison, the name of a log.
    public var path: String
    /// What is wrong.
    public var reason: Reason

    init(_ path: String, _ reason: Reason) {
        self.path = path
        self.reason = reason
    }
}

extension Finding: CustomStringConvertible {
    /// The path and the reason in words.
    public var description: String { "\(path): \(reason)" }
}

extension Finding.Reason: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .head(let error): error.description
        case .extensionLines(let count): "\(count) extension lines, which nobody can audit"
        case .unknownFile: "not a file of a log"
        case .missing: "missing"
        case .unreadable(let error): error.description
        case .badLength(let bytes, let expected): "\(bytes) bytes, expected \(expected)"
        case .badBundle: "not the entries that its path promises"
        case .differs(let position): "differs from the log's entries at position \(position)"
        case .notCovered: "beyond the entries that are there"
        case .rootDiffers(let size, let derived): "the entries up to \(size) give the root \(derived)"
        }
    }
}
