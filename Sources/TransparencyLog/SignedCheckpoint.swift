import Cryptography

/// A checkpoint with its signature lines, as it is served: a C2SP signed note. Nobody has checked the signatures: a
/// `Policy` does.
public struct SignedCheckpoint: Hashable, Sendable {
    /// The head.
    public var checkpoint: Checkpoint
    /// The lines under it, in order.
    public var signatures: [NoteSignature]

    /// More signatures are not read.
    public static let signatureLimit = 100
    /// A longer text is not read.
    public static let byteLimit = 1 << 20

    /// A head with the lines that were made for it.
    public init(_ checkpoint: Checkpoint, signatures: [NoteSignature]) {
        self.checkpoint = checkpoint
        self.signatures = signatures
    }

    /// Reads a signed note. Its printing is byte for byte what was read.
    public init(parsing bytes: [UInt8]) throws(LogError) {
        try self.init(lines: LogText.lines(of: bytes, atMost: Self.byteLimit))
    }

    init(lines: [String]) throws(LogError) {
        guard let blank = lines.lastIndex(of: "") else {
            throw .malformed(line: lines.count, expected: "an empty line and signatures")
        }
        let checkpoint = try Checkpoint(lines: lines[..<blank])
        let rest = lines[(blank + 1)...]
        guard rest.count <= Self.signatureLimit else { throw .tooManySignatures(limit: Self.signatureLimit) }
        guard !rest.isEmpty else { throw .malformed(line: blank + 2, expected: "a signature") }
        var signatures: [NoteSignature] = []
        for (index, line) in zip(rest.indices, rest) {
            guard let signature = NoteSignature(parsing: line) else {
                throw .malformed(line: index + 1, expected: "a signature")
            }
            signatures.append(signature)
        }
        self.init(checkpoint, signatures: signatures)
    }

    /// The signed note.
    public var text: String {
        checkpoint.body + "\n" + signatures.map { $0.line + "\n" }.joined()
    }

    /// The signed note's bytes: the file `checkpoint`.
    public var bytes: [UInt8] { Array(text.utf8) }
}
