/// Standard base64 with padding (RFC 4648, section 4), canonical: what decodes is exactly what encodes.
enum Base64 {
    private static let symbols = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    static func encode(_ bytes: [UInt8]) -> String {
        let symbols = symbols
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var (bits, held) = (UInt32(0), UInt32(0))
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            held += 8
            while held >= 6 {
                held -= 6
                text.append(symbols[Int(bits >> held & 63)])
            }
        }
        if held > 0 { text.append(symbols[Int(bits << (6 - held) & 63)]) }
        while !text.count.isMultiple(of: 4) { text.append(padding) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes, or nil where `text` is not their one encoding: no spaces, full padding, no bits behind the last byte.
    static func decode(_ text: some BidirectionalCollection<UInt8>) -> [UInt8]? {
        decode(Array(text))
    }

    private static func decode(_ text: [UInt8]) -> [UInt8]? {
        let padded = text.reversed().prefix { $0 == padding }.count
        guard text.count.isMultiple(of: 4), padded <= 2 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var (bits, held) = (UInt32(0), UInt32(0))
        for symbol in text.dropLast(padded) {
            guard let value = value(of: symbol) else { return nil }
            bits = bits << 6 | value
            held += 6
            guard held >= 8 else { continue }
            held -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> held))
        }
        // The bits that are left over must be zero, or several texts would mean the same bytes.
        return bits & (1 << held - 1) == 0 ? bytes : nil
    }

    private static func value(of symbol: UInt8) -> UInt32? {
        switch symbol {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(symbol - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(symbol - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(symbol - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
