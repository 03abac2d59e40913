/// Integers as the log's binary fields have them: the most significant byte first.
enum BigEndian {
    static func bytes<Integer: FixedWidthInteger>(of value: Integer) -> [UInt8] {
        stride(from: Integer.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> Integer($0)) }
    }

    static func integer<Integer: FixedWidthInteger>(_ bytes: some Collection<UInt8>) -> Integer {
        bytes.reduce(0) { $0 << 8 | Integer($1) }
    }
}
