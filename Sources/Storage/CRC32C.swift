/// CRC-32C (Castagnoli, reflected, RFC 3720): finds what a disk or a torn write damages. It keeps out nobody who means
/// harm.
struct CRC32C: Sendable {
    private static let polynomial: UInt32 = 0x82F6_3B78

    // table[256 k + b] is the checksum of byte b followed by k zero bytes: eight bytes are taken at once ("slicing by
    // eight").
    private static let table: [UInt32] = {
        var table = [UInt32](repeating: 0, count: 2048)
        for byte in 0..<256 {
            table[byte] = (0..<8).reduce(UInt32(byte)) { crc, _ in crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ polynomial }
        }
        for index in 256..<2048 {
            let shorter = table[index - 256]
            table[index] = shorter >> 8 ^ table[Int(shorter & 255)]
        }
        return table
    }()

    private var state: UInt32

    /// Starts a checksum; `salt` makes it another one than that of the same bytes elsewhere.
    init(salt: UInt32 = 0) {
        state = ~salt
    }

    /// The checksum of what was added.
    var value: UInt32 { ~state }

    /// Adds bytes.
    mutating func add(_ bytes: [UInt8]) {
        add(bytes[...])
    }

    /// Adds bytes.
    mutating func add(_ slice: ArraySlice<UInt8>) {
        let table = Self.table
        var crc = state
        var index = slice.startIndex
        while slice.endIndex - index >= 8 {
            let low = crc ^ Self.word(slice, index)
            let high = Self.word(slice, index + 4)
            crc = table[1792 + Int(low & 255)] ^ table[1536 + Int(low >> 8 & 255)]
            crc ^= table[1280 + Int(low >> 16 & 255)] ^ table[1024 + Int(low >> 24)]
            crc ^= table[768 + Int(high & 255)] ^ table[512 + Int(high >> 8 & 255)]
            crc ^= table[256 + Int(high >> 16 & 255)] ^ table[Int(high >> 24)]
            index += 8
        }
        while index < slice.endIndex {
            crc = crc >> 8 ^ table[Int((crc ^ UInt32(slice[index])) & 255)]
            index += 1
        }
        state = crc
    }

    @inline(__always)
    private static func word(_ bytes: ArraySlice<UInt8>, _ index: Int) -> UInt32 {
        UInt32(bytes[index]) | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2]) << 16
            | UInt32(bytes[index + 3]) << 24
    }
}
