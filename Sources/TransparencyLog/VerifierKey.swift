import Cryptography

/// A public key of the log as others write it down (a *vkey*): `name+key id in hex+base64(type || key)`.
///
///     waymark.example/helsinki+3fa1c2d4+AVx6…
///
/// The key id is the first four bytes of SHA-256(name || 0x0A || type || key): it finds the key of a signature, and
/// proves nothing.
public struct VerifierKey: Hashable, Sendable {
    /// What the key signs; the byte is C2SP's signature type.
    public enum Kind: UInt8, Sendable {
        /// Ed25519 over the note: the log's own line. Its key's name is the origin.
        case log = 0x01
        /// Ed25519 over the note and a time: a cosigner's line. It does not cover the name, so each cosigner has a key
        /// of its own.
        case cosigner = 0x04
    }

    /// The key's name: compared by its octets.
    public let name: String
    /// What it signs.
    public let kind: Kind
    /// The Ed25519 key.
    public let publicKey: PublicKey
    /// The first four bytes of a hash over name, type and key.
    public let keyID: UInt32

    /// The key, or nil where a key cannot be called `name` (empty, with a space or a plus).
    public init?(name: String, kind: Kind, publicKey: PublicKey) {
        guard LogText.isKeyName(name) else { return nil }
        self.name = name
        self.kind = kind
        self.publicKey = publicKey
        let hash = Digest.sha256(parts: [Array(name.utf8), [0x0A, kind.rawValue], publicKey.bytes])
        self.keyID = hash.bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Reads a vkey.
    public init(parsing text: String) throws(LogError) {
        let fields = text.utf8.split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
        guard fields.count == 3 else { throw .badKey("not name+id+key") }
        guard let name = String(fields[0]), LogText.isKeyName(name) else { throw .badKey("bad name") }
        guard let blob = Base64.decode(fields[2]), let type = blob.first else { throw .badKey("not base64") }
        guard let kind = Kind(rawValue: type) else { throw .badKey("unsupported type \(type)") }
        guard let publicKey = PublicKey(bytes: blob.dropFirst()) else { throw .badKey("not 32 bytes of key") }
        guard let key = VerifierKey(name: name, kind: kind, publicKey: publicKey) else { throw .badKey("bad name") }
        guard Array(fields[1]) == Array(key.keyIDText.utf8) else { throw .badKey("the id is not the key's") }
        self = key
    }

    /// The vkey.
    public var text: String {
        "\(name)+\(keyIDText)+\(Base64.encode([kind.rawValue] + publicKey.bytes))"
    }

    private var keyIDText: String {
        Hex.encode(BigEndian.bytes(of: keyID))
    }

    /// Whether both are one key under one name.
    public static func == (left: VerifierKey, right: VerifierKey) -> Bool {
        left.kind == right.kind && left.publicKey == right.publicKey && LogText.same(left.name, right.name)
    }

    /// Hashes what `==` compares, as far as it needs to.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(keyID)
        hasher.combine(publicKey)
    }
}
