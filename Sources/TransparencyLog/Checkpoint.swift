import Cryptography

/// A tree head: which log, how many entries, which root. Signed, it is a `SignedCheckpoint`.
///
///     waymark.example/helsinki
///     20852163
///     CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
public struct Checkpoint: Hashable, Sendable {
    /// The log's name: the first line, and the name of its keys.
    public let origin: String
    /// How many entries there are.
    public let size: UInt64
    /// The root over them (RFC 6962).
    public let root: Digest
    /// Lines behind the root. Ours has none: what a checkpoint should say stands in entries, where it can be audited.
    public let extensions: [String]

    /// A head of the log `origin`; nil where a log cannot be called that (empty, with a space or a plus).
    public init?(origin: String, size: UInt64, root: Digest) {
        guard LogText.isKeyName(origin) else { return nil }
        self.init(checked: origin, size: size, root: root, extensions: [])
    }

    private init(checked origin: String, size: UInt64, root: Digest, extensions: [String]) {
        self.origin = origin
        self.size = size
        self.root = root
        self.extensions = extensions
    }

    /// Reads the lines of a body.
    init(lines: some Collection<String>) throws(LogError) {
        let lines = Array(lines)
        // Other people's origins may have spaces; only a log whose keys have its name is ever believed.
        guard let origin = lines.first, !origin.isEmpty else {
            throw .malformed(line: 1, expected: "an origin")
        }
        guard lines.count > 1, let size = LogText.decimal(lines[1].utf8) else {
            throw .malformed(line: 2, expected: "a size in decimal")
        }
        guard lines.count > 2, let bytes = Base64.decode(lines[2].utf8), let root = Digest(bytes: bytes) else {
            throw .malformed(line: 3, expected: "a root of 32 bytes in base64")
        }
        if let empty = lines.firstIndex(of: "") { throw .malformed(line: empty + 1, expected: "no empty line") }
        self.init(checked: origin, size: size, root: root, extensions: Array(lines.dropFirst(3)))
    }

    /// The text that is signed, its last newline included.
    public var body: String {
        ([origin, String(size), Base64.encode(root.bytes)] + extensions).map { $0 + "\n" }.joined()
    }

    /// Whether both bodies are the same octets.
    public static func == (left: Checkpoint, right: Checkpoint) -> Bool {
        left.size == right.size && left.root == right.root && LogText.same(left.body, right.body)
    }

    /// Hashes what tells heads apart.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(size)
        hasher.combine(root)
    }
}
