/// What a message is published on: `waymark/v1/reports`. Levels are divided by `/`; empty ones count.
public enum TopicName {
    /// Whether `text` may be published on: not empty, no wildcard, no U+0000, at most 65,535 bytes.
    public static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8
        guard (1...0xFFFF).contains(bytes.count) else { return false }
        return !bytes.contains { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "#") || $0 == 0 }
    }

    /// The levels of a name or a filter, from the left.
    static func levels(of text: String) -> [TopicLevel] {
        text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map {
            TopicLevel(String(Substring($0)))
        }
    }

    /// Whether a name or a filter is within our bounds.
    static func isWithin(_ limits: MQTTLimits, _ text: String) -> Bool {
        guard text.utf8.count <= limits.topicBytes else { return false }
        var levels = 1
        for byte in text.utf8 where byte == UInt8(ascii: "/") { levels += 1 }
        return levels <= limits.topicLevels
    }
}

/// One level of a topic. Topics are compared byte by byte: two spellings of one character are two topics, which
/// `String` denies.
struct TopicLevel: Hashable, Sendable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    static let single = TopicLevel("+")
    static let multi = TopicLevel("#")

    /// Names that start with `$` are not for wildcards in the first level.
    var isReserved: Bool { text.utf8.first == UInt8(ascii: "$") }

    static func == (left: TopicLevel, right: TopicLevel) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        // Equal bytes are equal strings, so that the string's own hash will do.
        hasher.combine(text)
    }
}
