/// Writes protobuf by hand, so that tests can say what no encoder would.
enum Protobuf {
    /// A base-128 number in as few bytes as it needs.
    static func varint(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    /// A number's field.
    static func field(_ number: UInt64, _ value: UInt64) -> [UInt8] { varint(number << 3) + varint(value) }

    /// A signed number's field, zigzag.
    static func field(_ number: UInt64, signed value: Int64) -> [UInt8] {
        field(number, UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    /// A field of bytes.
    static func field(_ number: UInt64, _ bytes: [UInt8]) -> [UInt8] {
        varint(number << 3 | 2) + varint(UInt64(bytes.count)) + bytes
    }
}
