import CSodium

/// HMAC-SHA256 (RFC 2104): a digest that only who holds the key can make.
public enum HMACSHA256 {
    /// The tag under `key` of all `parts`, one after the other. A key of any length will do; 32 random bytes are best.
    public static func authenticate(key: [UInt8], parts: [[UInt8]]) -> Digest {
        var state = crypto_auth_hmacsha256_state()
        // Safety: libsodium reads `key.count` bytes of a key that is borrowed for the call.
        unsafe crypto_auth_hmacsha256_init(&state, key, key.count)
        // Safety: each part is borrowed for its call, with its own count.
        for part in parts { unsafe crypto_auth_hmacsha256_update(&state, part, UInt64(part.count)) }
        var output = [UInt8](repeating: 0, count: 32)
        // Safety: a tag is 32 bytes, as many as `output` has.
        unsafe crypto_auth_hmacsha256_final(&state, &output)
        guard let digest = Digest(bytes: output) else { preconditionFailure("a tag has 32 bytes") }
        return digest
    }

    /// The tag under `key` of all `parts`, one after the other.
    public static func authenticate(key: [UInt8], _ parts: [UInt8]...) -> Digest {
        authenticate(key: key, parts: parts)
    }
}
