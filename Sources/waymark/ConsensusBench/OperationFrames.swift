/// What clients of a bare committee and its validators say to each other.
///
///     client → validator   length 4, operation; a length of 0 asks for the tally
///     validator → client   count 4: so many more of this connection's operations are final, in their order;
///                          a count of 0xFFFFFFFF is followed by the tally: final operations 8, digest 32
enum OperationFrames {
    static let tallyMark = UInt32.max
    static let lengthBytes = 4

    static func number(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[offset + $1]) }
    }

    static func bytes(of number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}

/// Cuts a stream of bytes into operations.
struct OperationReader {
    private var bytes: [UInt8] = []
    private var offset = 0

    mutating func append(_ more: [UInt8]) {
        if offset == bytes.count {
            bytes = more
        } else {
            bytes.removeFirst(offset)
            bytes.append(contentsOf: more)
        }
        offset = 0
    }

    /// The next whole operation with `prefix` before it; an empty one asks for the tally.
    mutating func next(after prefix: [UInt8]) -> [UInt8]? {
        guard bytes.count - offset >= OperationFrames.lengthBytes else { return nil }
        let length = Int(OperationFrames.number(bytes, at: offset))
        let start = offset + OperationFrames.lengthBytes
        guard bytes.count - start >= length else { return nil }
        offset = start + length
        guard length > 0 else { return [] }
        var operation: [UInt8] = []
        operation.reserveCapacity(prefix.count + length)
        operation.append(contentsOf: prefix)
        operation.append(contentsOf: bytes[start..<start + length])
        return operation
    }
}
