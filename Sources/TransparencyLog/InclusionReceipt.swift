import Cryptography

/// What whoever reported an observation keeps: that an entry stands in the log, under a head that a quorum has
/// cosigned. It is checked offline, with nothing but a policy. The text is C2SP's `tlog-proof`, and the extension of
/// its file `.tlog-proof`.
///
///     c2sp.org/tlog-proof@v1
///     index 73894
///     gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
///     …
///
///     waymark.example/helsinki
///     …
public struct InclusionReceipt: Hashable, Sendable {
    /// Where the entry stands, from zero.
    public var index: UInt64
    /// The hashes from the leaf's sibling up to the root's child.
    public var proof: [Digest]
    /// The head that the proof leads to.
    public var signed: SignedCheckpoint
    /// What the maker wants to say besides; nothing vouches for it.
    public var extra: [UInt8]?

    /// More bytes than this cannot be said besides.
    public static let extraLimit = 4096

    private static let header = "c2sp.org/tlog-proof@v1"
    private static let extraPrefix = "extra "
    private static let indexPrefix = "index "

    /// A receipt for the entry at `index`.
    public init(index: UInt64, proof: [Digest], signed: SignedCheckpoint, extra: [UInt8]? = nil) {
        self.index = index
        self.proof = proof
        self.signed = signed
        self.extra = extra
    }

    /// Reads a receipt. Its printing is byte for byte what was read.
    public init(parsing bytes: [UInt8]) throws(LogError) {
        let lines = try LogText.lines(of: bytes, atMost: SignedCheckpoint.byteLimit + 16_384)
        guard LogText.same(lines[0], Self.header) else { throw .malformed(line: 1, expected: Self.header) }
        var next = 1
        extra = try Self.readExtra(lines, &next)
        index = try Self.readIndex(lines, &next)
        proof = try Self.readProof(lines, &next)
        signed = try SignedCheckpoint(lines: Array(lines[next...]))
    }

    /// The file.
    public var text: String {
        var lines = [Self.header]
        if let extra { lines.append(Self.extraPrefix + Base64.encode(extra)) }
        lines.append(Self.indexPrefix + String(index))
        lines += proof.map { Base64.encode($0.bytes) }
        return lines.map { $0 + "\n" }.joined() + "\n" + signed.text
    }

    /// The file's bytes.
    public var bytes: [UInt8] { Array(text.utf8) }

    /// Throws unless `policy` accepts the head and `entry` stands under it at the receipt's index.
    @discardableResult
    public func verify(entry: [UInt8], policy: Policy) throws(LogError) -> Endorsement {
        try verify(leaf: Merkle.leaf(entry), policy: policy)
    }

    /// Throws unless `policy` accepts the head and the entry with the leaf hash `leaf` stands under it at the receipt's
    /// index.
    @discardableResult
    public func verify(leaf: Digest, policy: Policy) throws(LogError) -> Endorsement {
        let endorsement = try policy.evaluate(signed)
        let head = signed.checkpoint
        guard index < head.size else { throw .outside(index: index, size: head.size) }
        guard MerkleProof.verifyInclusion(of: leaf, at: index, in: head.size, root: head.root, proof: proof) else {
            throw .notIncluded(index: index, size: head.size)
        }
        return endorsement
    }

    private static func readExtra(_ lines: [String], _ next: inout Int) throws(LogError) -> [UInt8]? {
        guard next < lines.count, lines[next].utf8.starts(with: extraPrefix.utf8) else { return nil }
        defer { next += 1 }
        let text = lines[next].utf8.dropFirst(extraPrefix.utf8.count)
        guard let extra = Base64.decode(text), extra.count <= extraLimit else {
            throw .malformed(line: next + 1, expected: "at most \(extraLimit) bytes of extra data in base64")
        }
        return extra
    }

    private static func readIndex(_ lines: [String], _ next: inout Int) throws(LogError) -> UInt64 {
        guard next < lines.count, lines[next].utf8.starts(with: indexPrefix.utf8),
            let index = LogText.decimal(lines[next].utf8.dropFirst(indexPrefix.utf8.count))
        else { throw .malformed(line: next + 1, expected: "index and a decimal") }
        next += 1
        return index
    }

    private static func readProof(_ lines: [String], _ next: inout Int) throws(LogError) -> [Digest] {
        var proof: [Digest] = []
        while next < lines.count, !lines[next].isEmpty {
            guard proof.count < MerkleProof.limit, let bytes = Base64.decode(lines[next].utf8),
                let hash = Digest(bytes: bytes)
            else { throw .malformed(line: next + 1, expected: "a hash in base64, at most \(MerkleProof.limit)") }
            proof.append(hash)
            next += 1
        }
        next += 1
        guard next < lines.count else { throw .malformed(line: next, expected: "an empty line and a checkpoint") }
        return proof
    }
}
