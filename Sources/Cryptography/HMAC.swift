/// HMAC-SHA256 (RFC 2104): a digest that only who holds the key can make.
public enum HMACSHA256 {
    private static let blockBytes = 64

    /// The tag under `key` of all `parts`, one after the other. A key of any length will do; 32 random bytes are best.
    public static func authenticate(key: [UInt8], parts: [[UInt8]]) -> Digest {
        var block = key.count > blockBytes ? Digest.sha256(key).bytes : key
        block += [UInt8](repeating: 0, count: blockBytes - block.count)
        var inner = SHA256Stream()
        inner.append(block.map { $0 ^ 0x36 })
        for part in parts { inner.append(part) }
        var outer = SHA256Stream()
        outer.append(block.map { $0 ^ 0x5C })
        outer.append(inner.finish())
        return Digest(words: outer.finish())
    }

    /// The tag under `key` of all `parts`, one after the other.
    public static func authenticate(key: [UInt8], _ parts: [UInt8]...) -> Digest {
        authenticate(key: key, parts: parts)
    }
}
