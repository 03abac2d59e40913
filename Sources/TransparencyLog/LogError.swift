/// Why a text is not what it should be, or why a head, a proof or a log is not believed.
public enum LogError: Error, Hashable, Sendable {
    /// More bytes than a text of this kind may have.
    case tooLong(bytes: Int, limit: Int)
    /// Not UTF-8.
    case notText
    /// The last line has no newline at its end.
    case unfinishedLine
    /// A line, counted from one, is not what belongs there.
    case malformed(line: Int, expected: String)
    /// More signature lines than are read.
    case tooManySignatures(limit: Int)
    /// A verifier key that cannot be used.
    case badKey(String)
    /// A policy's line, counted from one, means nothing.
    case badPolicy(line: Int, reason: String)

    /// A known key's signature does not verify.
    case badSignature(name: String)
    /// In a strict check: a signature by a key that the policy does not name.
    case unknownSignature(name: String)
    /// In a strict check: a key's second signature.
    case repeatedSignature(name: String)
    /// No key of the log has signed.
    case unsigned(origin: String)
    /// The cosignatures do not satisfy the policy; those that verified are named.
    case quorumMissing(quorum: String, cosigned: [String])
    /// An empty log has a root that is not SHA-256 of nothing.
    case badEmptyRoot

    /// An entry's index is not below the size of the log.
    case outside(index: UInt64, size: UInt64)
    /// An inclusion proof does not lead to the root.
    case notIncluded(index: UInt64, size: UInt64)
    /// Two heads of different logs.
    case otherLog(origin: String, expected: String)
    /// A head is older than one that was seen before.
    case rollback(size: UInt64, seen: UInt64)
    /// Two roots at one size.
    case splitView(size: UInt64)
    /// A head does not continue one that was seen before.
    case rewritten(size: UInt64, seen: UInt64)

    /// A file of the log could not be had.
    case unavailable(path: String, SourceError)
    /// A file of the log is not as long as its path says.
    case badLength(path: String, bytes: Int, expected: Int)
    /// An entry bundle is not the entries that its path says.
    case badBundle(path: String)
}

extension LogError: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .tooLong(let bytes, let limit): "\(bytes) bytes, at most \(limit) are read"
        case .notText: "not UTF-8"
        case .unfinishedLine: "the last line has no newline"
        case .malformed(let line, let expected): "line \(line): expected \(expected)"
        case .tooManySignatures(let limit): "more than \(limit) signatures"
        case .badKey(let reason): "verifier key: \(reason)"
        case .badPolicy(let line, let reason): "policy line \(line): \(reason)"
        case .badSignature(let name): "the signature of \(name) does not verify"
        case .unknownSignature(let name): "signature of \(name), a key that the policy does not name"
        case .repeatedSignature(let name): "\(name) has signed more than once"
        case .unsigned(let origin): "no key of the log \(origin) has signed"
        case .quorumMissing(let quorum, let cosigned):
            "quorum \(quorum) is not met, cosigned by: \(cosigned.isEmpty ? "nobody" : cosigned.joined(separator: " "))"
        case .badEmptyRoot: "size 0 with a root that is not SHA-256 of nothing"
        case .outside(let index, let size): "index \(index) is not below the size \(size)"
        case .notIncluded(let index, let size):
            "the proof does not lead from index \(index) to the root at size \(size)"
        case .otherLog(let origin, let expected): "a head of \(origin), expected one of \(expected)"
        case .rollback(let size, let seen): "rollback: size \(size), but \(seen) was seen before"
        case .splitView(let size): "split view: two roots at size \(size)"
        case .rewritten(let size, let seen):
            "rewritten history: size \(size) does not continue the head seen at \(seen)"
        case .unavailable(let path, let reason): "\(path): \(reason)"
        case .badLength(let path, let bytes, let expected): "\(path): \(bytes) bytes, expected \(expected)"
        case .badBundle(let path): "\(path): not the entries that its path promises"
        }
    }
}
