import Cryptography

/// A signature line of a checkpoint: `— name base64(key id || signature)`.
public struct NoteSignature: Hashable, Sendable {
    /// The key's name.
    public var name: String
    /// The key's id.
    public var keyID: UInt32
    /// What follows the key id: 64 bytes of Ed25519 for a log, 8 bytes of time and 64 for a cosigner, anything for
    /// other kinds of keys.
    public var bytes: [UInt8]

    private static let dash = Array("— ".utf8)
    private static let byteLimit = 8192

    /// A signature by the key of that name and id.
    public init(name: String, keyID: UInt32, bytes: [UInt8]) {
        self.name = name
        self.keyID = keyID
        self.bytes = bytes
    }

    /// Reads a line, given without its newline; nil where it is not a signature line.
    public init?(parsing line: String) {
        guard line.utf8.count <= Self.byteLimit * 2, line.utf8.starts(with: Self.dash) else { return nil }
        let fields = line.utf8.dropFirst(Self.dash.count).split(
            separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard fields.count == 2, let name = String(fields[0]), LogText.isKeyName(name) else { return nil }
        guard let blob = Base64.decode(fields[1]), (5...Self.byteLimit).contains(blob.count) else { return nil }
        self.init(name: name, keyID: BigEndian.integer(blob.prefix(4)), bytes: Array(blob.dropFirst(4)))
    }

    /// The line without its newline.
    public var line: String {
        "— \(name) \(Base64.encode(BigEndian.bytes(of: keyID) + bytes))"
    }

    /// The time that a cosignature names, in seconds since 1970; nil where there is none. Nobody has checked it.
    public var claimedSeconds: UInt64? {
        guard bytes.count == 72 else { return nil }
        let seconds: UInt64 = BigEndian.integer(bytes.prefix(8))
        return seconds <= UInt64(Int64.max) ? seconds : nil
    }
}

extension Checkpoint {
    /// What a log's key signs: the body as it is.
    public var logMessage: [UInt8] { Array(body.utf8) }

    /// What a cosigner's key signs: the body, and that it was the largest tree seen at `seconds` after 1970.
    public func cosignatureMessage(seconds: UInt64) -> [UInt8] {
        Array("cosignature/v1\ntime \(seconds)\n\(body)".utf8)
    }

    /// The log's own line, signed with `key` under the origin's name.
    public func logSignature(key: SigningKey) -> NoteSignature {
        guard let verifier = VerifierKey(name: origin, kind: .log, publicKey: key.publicKey) else {
            preconditionFailure("an origin is a key's name")
        }
        return verifier.signature(key.sign(logMessage))
    }

    /// A cosigner's line, signed with `key`; nil where a key cannot be called `name`, or the time is past 2^63 - 1.
    public func cosignature(name: String, key: SigningKey, seconds: UInt64) -> NoteSignature? {
        guard let verifier = VerifierKey(name: name, kind: .cosigner, publicKey: key.publicKey) else { return nil }
        return verifier.cosignature(key.sign(cosignatureMessage(seconds: seconds)), seconds: seconds)
    }
}

extension VerifierKey {
    /// The log's line that carries `signature`, made elsewhere over `Checkpoint.logMessage`.
    public func signature(_ signature: Signature) -> NoteSignature {
        precondition(kind == .log, "only a log's key signs without a time")
        return NoteSignature(name: name, keyID: keyID, bytes: signature.bytes)
    }

    /// The cosigner's line that carries `signature`, made elsewhere over `Checkpoint.cosignatureMessage`; nil past 2^63
    /// - 1 seconds.
    public func cosignature(_ signature: Signature, seconds: UInt64) -> NoteSignature? {
        precondition(kind == .cosigner, "only a cosigner's key signs a time")
        guard seconds <= UInt64(Int64.max) else { return nil }
        return NoteSignature(name: name, keyID: keyID, bytes: BigEndian.bytes(of: seconds) + signature.bytes)
    }

    /// Whether `signature` claims to be this key's.
    public func isNamed(by signature: NoteSignature) -> Bool {
        keyID == signature.keyID && LogText.same(name, signature.name)
    }

    /// Whether `signature` is this key's over `checkpoint`.
    public func verifies(_ signature: NoteSignature, over checkpoint: Checkpoint) -> Bool {
        guard isNamed(by: signature), let bare = Signature(bytes: signature.bytes.suffix(64)) else { return false }
        switch kind {
        case .log:
            return signature.bytes.count == 64 && publicKey.verifies(bare, over: checkpoint.logMessage)
        case .cosigner:
            guard let seconds = signature.claimedSeconds else { return false }
            return publicKey.verifies(bare, over: checkpoint.cosignatureMessage(seconds: seconds))
        }
    }
}
