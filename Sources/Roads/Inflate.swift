import CZlib

/// Unpacks a zlib stream of known size.
enum Inflate {
    /// The `count` bytes that `packed` unpacks to, or nil where it does not unpack to just as many. `count` has been bounded by the caller.
    static func inflate(_ packed: [UInt8], count: Int) -> [UInt8]? {
        var output = [UInt8](repeating: 0, count: count)
        var length = uLongf(count)
        // Safety: zlib reads `packed.count` bytes of `packed` and writes `length` bytes of `output` at most; both live for the call.
        let status = unsafe uncompress(&output, &length, packed, uLong(packed.count))
        guard status == Z_OK, Int(length) == count else { return nil }
        return output
    }
}
