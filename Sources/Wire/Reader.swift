/// Reads fixed-layout fields, big-endian, and never past the end.
///
/// Every count that comes from outside is bounded by the caller (`atMost`) before anything is allocated for it.
public struct Reader: Sendable {
    private let bytes: [UInt8]
    private var position = 0

    /// A reader at the first of `bytes`.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// How many bytes have not been read.
    public var left: Int { bytes.count - position }

    /// Reads `Integer.bitWidth / 8` bytes as an integer.
    public mutating func read<Integer: FixedWidthInteger>(_ type: Integer.Type) throws(WireError) -> Integer {
        let width = Integer.bitWidth / 8
        try need(width)
        var value: Integer = 0
        for offset in 0..<width {
            value = (Integer.bitWidth == 8 ? 0 : value << 8) | Integer(truncatingIfNeeded: bytes[position + offset])
        }
        position += width
        return value
    }

    /// Reads one byte that must be 0 or 1.
    public mutating func readBool() throws(WireError) -> Bool {
        switch try read(UInt8.self) {
        case 0: return false
        case 1: return true
        case let other: throw .invalid(field: "bool", value: UInt64(other))
        }
    }

    /// Reads exactly `count` bytes.
    public mutating func readFixed(_ count: Int) throws(WireError) -> [UInt8] {
        try need(count)
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    /// Reads a `UInt32` count, at most `limit`, and as many bytes.
    public mutating func readCounted(atMost limit: Int) throws(WireError) -> [UInt8] {
        let count = Int(try read(UInt32.self))
        guard count <= limit else { throw .tooLong(count: count, limit: limit) }
        return try readFixed(count)
    }

    /// Reads a `UInt32` count, at most `limit`, and as many elements by `body`.
    public mutating func readEach<Element>(
        atMost limit: Int, _ body: (inout Reader) throws(WireError) -> Element
    ) throws(WireError) -> [Element] {
        let count = Int(try read(UInt32.self))
        guard count <= limit else { throw .tooLong(count: count, limit: limit) }
        var elements: [Element] = []
        // An element takes a byte at least, so a lying count cannot reserve more than was received.
        elements.reserveCapacity(min(count, left))
        for _ in 0..<count { elements.append(try body(&self)) }
        return elements
    }

    /// Reads what may be absent: a list of at most one.
    public mutating func readOptional<Value>(
        _ body: (inout Reader) throws(WireError) -> Value
    ) throws(WireError) -> Value? {
        try readEach(atMost: 1, body).first
    }

    /// Throws unless every byte has been read.
    public func finish() throws(WireError) {
        guard left == 0 else { throw .trailing(count: left) }
    }

    private func need(_ count: Int) throws(WireError) {
        guard count <= left else { throw .truncated(needed: count, left: left) }
    }
}
