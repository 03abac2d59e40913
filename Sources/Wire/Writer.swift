/// Appends fixed-layout fields, big-endian, to a growing buffer.
///
/// Consensus messages, journal records and snapshots are written with it. A layout has no optional fields and no padding, so that one
/// value has one encoding. Variable-length fields carry a `UInt32` count of bytes in front.
public struct Writer: Sendable {
    /// What has been written so far.
    public var bytes: [UInt8] { written }

    @usableFromInline var written: [UInt8] = []

    /// An empty writer with room for `capacity` bytes.
    public init(capacity: Int = 0) {
        written.reserveCapacity(capacity)
    }

    /// Appends `value` in `Integer.bitWidth / 8` bytes, the most significant first.
    @inlinable
    public mutating func write<Integer: FixedWidthInteger>(_ value: Integer) {
        var shift = Integer.bitWidth
        while shift > 0 {
            shift -= 8
            append(UInt8(truncatingIfNeeded: value >> Integer(shift)))
        }
    }

    /// Appends one byte: 1 for true, 0 for false.
    public mutating func write(_ value: Bool) {
        append(value ? 1 : 0)
    }

    /// Appends the bytes as they are, without their count: for fields whose length the layout fixes.
    public mutating func write(fixed field: [UInt8]) {
        written.append(contentsOf: field)
    }

    /// Appends a `UInt32` count and the bytes.
    public mutating func write(counted field: [UInt8]) {
        precondition(field.count <= UInt32.max, "a counted field's length fits 32 bits")
        write(UInt32(field.count))
        written.append(contentsOf: field)
    }

    /// Appends a `UInt32` count and then each element by `body`.
    public mutating func write<Elements: Collection>(
        each elements: Elements, _ body: (inout Writer, Elements.Element) -> Void
    ) {
        write(UInt32(elements.count))
        for element in elements { body(&self, element) }
    }

    /// Appends what may be absent, as a list of at most one.
    public mutating func write<Value>(optional value: Value?, _ body: (inout Writer, Value) -> Void) {
        write(UInt32(value == nil ? 0 : 1))
        if let value { body(&self, value) }
    }

    @inlinable
    mutating func append(_ byte: UInt8) {
        written.append(byte)
    }
}
