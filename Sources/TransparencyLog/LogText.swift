/// The rules that all text formats of the log share: UTF-8, lines ended by one newline, plain decimals, names without
/// spaces.
enum LogText {
    private static let newline = UInt8(ascii: "\n")

    /// A text's lines without their newlines. Throws unless the text is UTF-8 without control characters, and every
    /// line is ended.
    static func lines(of bytes: [UInt8], atMost limit: Int) throws(LogError) -> [String] {
        guard bytes.count <= limit else { throw .tooLong(bytes: bytes.count, limit: limit) }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .notText }
        guard bytes.last == newline else { throw .unfinishedLine }
        let lines = bytes.dropLast().split(separator: newline, omittingEmptySubsequences: false)
        if let bad = lines.firstIndex(where: { $0.contains { $0 < 0x20 } }) {
            throw .malformed(line: bad + 1, expected: "no control characters")
        }
        return lines.map { String(decoding: $0, as: UTF8.self) }
    }

    /// A decimal without sign or leading zero.
    static func decimal(_ text: some Collection<UInt8>) -> UInt64? {
        guard let first = text.first, text.count <= 20 else { return nil }
        guard first != UInt8(ascii: "0") || text.count == 1 else { return nil }
        guard text.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return UInt64(String(decoding: text, as: UTF8.self))
    }

    /// Whether `name` may name a key: not empty, neither spaces nor plus nor control characters.
    static func isKeyName(_ name: String) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && $0 != "+" && $0.value >= 0x20 }
    }

    /// Whether two texts are the same octets. Swift's own comparison finds a Kelvin sign equal to a K; names of keys
    /// must not.
    static func same(_ left: String, _ right: String) -> Bool {
        left.utf8.elementsEqual(right.utf8)
    }
}
