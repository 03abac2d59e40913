import COpenSSL

/// SHA-256 that takes its input piece by piece. It lives on the stack and allocates nothing.
///
/// OpenSSL's code uses the processor's SHA instructions where it has them: 300 bytes cost 0.2 us there, 0.8 us with libsodium's.
struct SHA256Stream: ~Copyable {
    private var state = SHA256_CTX()

    init() {
        unsafe SHA256_Init(&state)
    }

    mutating func append(_ bytes: [UInt8]) {
        // Safety: OpenSSL reads `count` bytes of an array that is borrowed for the call.
        unsafe bytes.withUnsafeBytes { bytes in _ = unsafe SHA256_Update(&state, bytes.baseAddress, bytes.count) }
    }

    mutating func append(byte: UInt8) {
        // Safety: OpenSSL reads the one byte that is lent to it.
        unsafe withUnsafeBytes(of: byte) { byte in _ = unsafe SHA256_Update(&state, byte.baseAddress, 1) }
    }

    mutating func append(_ words: Words32) {
        let bytes = (words.a.bigEndian, words.b.bigEndian, words.c.bigEndian, words.d.bigEndian)
        // Safety: four words are 32 bytes without padding, lent for the call.
        unsafe withUnsafeBytes(of: bytes) { bytes in _ = unsafe SHA256_Update(&state, bytes.baseAddress, 32) }
    }

    consuming func finish() -> Words32 {
        var output: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        // Safety: OpenSSL writes 32 bytes into the 32 that are lent to it.
        unsafe withUnsafeMutableBytes(of: &output) { output in
            _ = unsafe SHA256_Final(output.baseAddress?.assumingMemoryBound(to: UInt8.self), &state)
        }
        return Words32(
            a: UInt64(bigEndian: output.0), b: UInt64(bigEndian: output.1), c: UInt64(bigEndian: output.2),
            d: UInt64(bigEndian: output.3))
    }
}
