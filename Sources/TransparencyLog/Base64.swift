/// Standard base64 with padding (RFC 4648, section 4), canonical: what decodes is exactly what encodes.
enum Base64 {
    private static let symbols = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var rest = bytes[...]
        while !rest.isEmpty {
            let group = Array(rest.prefix(3))
            rest = rest.dropFirst(3)
            text.append(contentsOf: encode(group: group))
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes, or nil where `text` is not their one encoding: no spaces, full padding, no bits behind the last byte.
    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 4) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var rest = text[...]
        while !rest.isEmpty {
            let group = Array(rest.prefix(4))
            rest = rest.dropFirst(4)
            guard let decoded = decode(group: group), rest.isEmpty || decoded.count == 3 else { return nil }
            bytes.append(contentsOf: decoded)
        }
        return bytes
    }

    private static func encode(group: [UInt8]) -> [UInt8] {
        let bits = group.enumerated().reduce(0) { $0 | Int($1.element) << (16 - 8 * $1.offset) }
        return (0..<4).map { $0 <= group.count ? symbols[bits >> (18 - 6 * $0) & 63] : padding }
    }

    private static func decode(group: [UInt8]) -> [UInt8]? {
        let padded = group.reversed().prefix { $0 == padding }.count
        guard padded <= 2 else { return nil }
        var bits = 0
        for symbol in group.dropLast(padded) {
            guard let value = value(of: symbol) else { return nil }
            bits = bits << 6 | value
        }
        bits <<= 6 * padded
        let bytes = [bits >> 16, bits >> 8, bits].prefix(3 - padded).map { UInt8(truncatingIfNeeded: $0) }
        // The bits that the padding stands for must be zero, or several texts would mean the same bytes.
        return bits & (1 << (8 * padded) - 1) == 0 ? bytes : nil
    }

    private static func value(of symbol: UInt8) -> Int? {
        switch symbol {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(symbol - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(symbol - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(symbol - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
