import CSodium

/// The operating system's random numbers, for keys and salts. Shells only: a machine is given its seeds.
public enum SecureRandom {
    /// Whether libsodium has chosen its source of randomness, which must happen once and before two threads ask.
    private static let isReady = sodium_init() >= 0

    /// `count` bytes that nobody can guess.
    public static func bytes(_ count: Int) -> [UInt8] {
        precondition(isReady, "libsodium has a source of randomness")
        var output = [UInt8](repeating: 0, count: count)
        // Safety: libsodium fills the `count` bytes of `output`.
        unsafe randombytes_buf(&output, count)
        return output
    }

    /// A number below `bound`, each as likely as any other. `bound` is at least 1.
    public static func number(below bound: UInt64) -> UInt64 {
        var generator = Generator()
        return UInt64.random(in: 0..<bound, using: &generator)
    }

    private struct Generator: RandomNumberGenerator {
        mutating func next() -> UInt64 {
            SecureRandom.bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
        }
    }
}

extension SigningKey {
    /// A pair that has never been.
    public static func generate() -> SigningKey {
        guard let key = SigningKey(seed: SecureRandom.bytes(32)) else { preconditionFailure("a seed has 32 bytes") }
        return key
    }
}
