import CSodium

/// An Ed25519 public key.
public struct PublicKey: Hashable, Sendable {
    let words: Words32

    /// The key whose 32 bytes are given, or nil where there are not 32. Whether they are a point of the curve shows when it verifies.
    @inlinable
    public init?(bytes: some Collection<UInt8>) {
        self.init(array: Array(bytes))
    }

    @usableFromInline
    init?(array: [UInt8]) {
        guard array.count == 32 else { return nil }
        words = Words32(array)
    }

    /// The 32 bytes.
    public var bytes: [UInt8] { words.bytes }

    /// Whether `signature` is this key's over `message`, by libsodium's rule: the one verifier of the whole system, so that all
    /// validators judge a malformed signature alike.
    public func verifies(_ signature: Signature, over message: [UInt8]) -> Bool {
        // Safety: libsodium reads 64, `message.count` and 32 bytes of arrays that have as many.
        unsafe crypto_sign_ed25519_verify_detached(signature.bytes, message, UInt64(message.count), bytes) == 0
    }
}

/// An Ed25519 signature: 64 bytes, not yet known to be anyone's.
public struct Signature: Hashable, Sendable {
    /// The 64 bytes.
    public let bytes: [UInt8]

    /// The signature whose 64 bytes are given, or nil where there are not 64.
    @inlinable
    public init?(bytes: some Collection<UInt8>) {
        self.init(array: Array(bytes))
    }

    @usableFromInline
    init?(array: [UInt8]) {
        guard array.count == 64 else { return nil }
        bytes = array
    }
}

/// An Ed25519 key pair. Whoever holds the value can sign: it is made from 32 secret bytes and never leaves its shell.
public struct SigningKey: Sendable {
    /// The 32 secret bytes from which the pair is derived (RFC 8032).
    public let seed: [UInt8]
    /// What others verify with.
    public let publicKey: PublicKey
    private let secret: [UInt8]

    /// The pair of `seed`, or nil where it is not 32 bytes.
    public init?(seed: [UInt8]) {
        guard seed.count == 32 else { return nil }
        var publicBytes = [UInt8](repeating: 0, count: 32)
        var secretBytes = [UInt8](repeating: 0, count: 64)
        // Safety: libsodium reads the 32 bytes of `seed` and writes 32 and 64 bytes.
        unsafe crypto_sign_ed25519_seed_keypair(&publicBytes, &secretBytes, seed)
        guard let publicKey = PublicKey(bytes: publicBytes) else { return nil }
        self.seed = seed
        self.publicKey = publicKey
        self.secret = secretBytes
    }

    /// Signs `message` as it is; the caller has put the domain in front (`SigningDomain`).
    public func sign(_ message: [UInt8]) -> Signature {
        var output = [UInt8](repeating: 0, count: 64)
        // Safety: libsodium reads `message.count` and 64 bytes, and writes 64.
        unsafe crypto_sign_ed25519_detached(&output, nil, message, UInt64(message.count), secret)
        guard let signature = Signature(bytes: output) else { preconditionFailure("a signature has 64 bytes") }
        return signature
    }
}
