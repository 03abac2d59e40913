/// How the members of a committee sign. Outside simulations there is one way.
public struct SignatureScheme: Hashable, Sendable {
    private let isSimulated: Bool

    /// Ed25519.
    public static let ed25519 = SignatureScheme(isSimulated: false)

    /// Signatures that cost a hundredth and protect from nothing: anyone could make them, but a simulator's liars do not. They depend on key
    /// and message, so a signature that was swapped or altered still fails.
    @_spi(Simulation) public static let simulated = SignatureScheme(isSimulated: true)

    /// Signs `message`, which begins with its domain.
    public func sign(_ message: [UInt8], with key: SigningKey) -> Signature {
        isSimulated ? Self.mark(message, key.publicKey) : key.sign(message)
    }

    /// Whether `signature` is the key's over `message`.
    public func verifies(_ signature: Signature, over message: [UInt8], by key: PublicKey) -> Bool {
        isSimulated ? signature == Self.mark(message, key) : key.verifies(signature, over: message)
    }

    /// FNV-1a over the message, mixed with the key.
    private static func mark(_ message: [UInt8], _ key: PublicKey) -> Signature {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in message { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        hash = (hash ^ key.words.a) &* 0x9E37_79B9_7F4A_7C15
        var bytes = [UInt8](repeating: 0, count: 64)
        for index in 0..<8 { bytes[index] = UInt8(truncatingIfNeeded: hash >> UInt64(8 * index)) }
        guard let signature = Signature(bytes: bytes) else { preconditionFailure("64 bytes are a signature") }
        return signature
    }
}
