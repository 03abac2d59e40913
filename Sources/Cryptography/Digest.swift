/// Thirty-two bytes kept as four words, so that a dictionary hashes and compares them without touching memory elsewhere.
@usableFromInline
struct Words32: Hashable, Sendable {
    var a: UInt64, b: UInt64, c: UInt64, d: UInt64

    init(a: UInt64, b: UInt64, c: UInt64, d: UInt64) {
        (self.a, self.b, self.c, self.d) = (a, b, c, d)
    }

    init(_ bytes: [UInt8]) {
        precondition(bytes.count == 32, "a 32-byte value is made of 32 bytes")
        func word(_ first: Int) -> UInt64 {
            var word: UInt64 = 0
            for offset in first..<first + 8 { word = word << 8 | UInt64(bytes[offset]) }
            return word
        }
        (a, b, c, d) = (word(0), word(8), word(16), word(24))
    }

    var bytes: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32)
        for offset in 0..<8 {
            let shift = UInt64(56 - offset * 8)
            bytes[offset] = UInt8(truncatingIfNeeded: a >> shift)
            bytes[offset + 8] = UInt8(truncatingIfNeeded: b >> shift)
            bytes[offset + 16] = UInt8(truncatingIfNeeded: c >> shift)
            bytes[offset + 24] = UInt8(truncatingIfNeeded: d >> shift)
        }
        return bytes
    }

    func precedes(_ other: Words32) -> Bool {
        (a, b, c, d) < (other.a, other.b, other.c, other.d)
    }
}

/// A SHA-256 digest.
public struct Digest: Hashable, Comparable, Sendable {
    private let words: Words32

    /// The digest whose 32 bytes are given, or nil where there are not 32.
    @inlinable
    public init?(bytes: some Collection<UInt8>) {
        // The copy of a slice costs less than reading it through its generic interface.
        self.init(array: Array(bytes))
    }

    @usableFromInline
    init?(array: [UInt8]) {
        guard array.count == 32 else { return nil }
        words = Words32(array)
    }

    init(words: Words32) {
        self.words = words
    }

    /// All zero bits: what stands where there is no predecessor.
    public static let zero = Digest(words: Words32([UInt8](repeating: 0, count: 32)))

    /// SHA-256 of `input`.
    public static func sha256(_ input: [UInt8]) -> Digest {
        var stream = SHA256Stream()
        stream.append(input)
        return Digest(words: stream.finish())
    }

    /// SHA-256 of all `parts`, one after the other, without copying them together.
    public static func sha256(parts: [[UInt8]]) -> Digest {
        var stream = SHA256Stream()
        for part in parts { stream.append(part) }
        return Digest(words: stream.finish())
    }

    /// SHA-256 of the digests' bytes, one after the other, without making arrays of them.
    public static func sha256(of digests: [Digest]) -> Digest {
        var stream = SHA256Stream()
        for digest in digests { stream.append(digest.words) }
        return Digest(words: stream.finish())
    }

    /// SHA-256 of a byte and `input`.
    static func sha256(_ first: UInt8, _ input: [UInt8]) -> Digest {
        var stream = SHA256Stream()
        stream.append(byte: first)
        stream.append(input)
        return Digest(words: stream.finish())
    }

    /// SHA-256 of a byte and two digests.
    static func sha256(_ first: UInt8, _ left: Digest, _ right: Digest) -> Digest {
        var stream = SHA256Stream()
        stream.append(byte: first)
        stream.append(left.words)
        stream.append(right.words)
        return Digest(words: stream.finish())
    }

    /// The 32 bytes.
    public var bytes: [UInt8] { words.bytes }

    /// In the order of the bytes.
    public static func < (left: Digest, right: Digest) -> Bool { left.words.precedes(right.words) }
}

extension Digest: CustomStringConvertible {
    /// Sixty-four hexadecimal digits.
    public var description: String { Hex.encode(bytes) }
}

extension Digest {
    /// The first eight bytes as a number: enough to tell digests of honest origin apart.
    public var prefix: UInt64 { words.a }
}
