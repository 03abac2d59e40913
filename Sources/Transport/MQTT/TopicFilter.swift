/// Why a topic filter is not accepted.
public enum TopicFilterFault: Error, Hashable, Sendable {
    /// Empty, a wildcard that does not fill its level, or `#` before the last level.
    case invalid
    /// More bytes or levels than our bounds allow.
    case tooLong
    /// A shared subscription (`$share/…`), which is not served.
    case shared

    /// The code that tells it to a subscriber of version 5.
    public var reason: MQTTReason {
        switch self {
        case .invalid: .topicFilterInvalid
        case .tooLong: .quotaExceeded
        case .shared: .sharedSubscriptionsNotSupported
        }
    }
}

/// What a session subscribes to: a topic name in which `+` stands for any one level and a last `#` for any number of
/// them, none included. A wildcard in the first level does not reach names that start with `$`.
public struct TopicFilter: Hashable, Sendable {
    let levels: [TopicLevel]

    /// The filter that `text` spells, within `limits`.
    public init(_ text: String, limits: MQTTLimits = MQTTLimits()) throws(TopicFilterFault) {
        guard !text.isEmpty, !text.utf8.contains(0) else { throw .invalid }
        guard TopicName.isWithin(limits, text) else { throw .tooLong }
        let levels = TopicName.levels(of: text)
        guard levels[0].text != "$share" else { throw .shared }
        guard levels.allSatisfy(Self.isWhole), !levels.dropLast().contains(.multi) else { throw .invalid }
        self.levels = levels
    }

    /// The filter's text.
    public var text: String { levels.map(\.text).joined(separator: "/") }

    /// Whether a message on `topic` is for this filter.
    public func matches(_ topic: String) -> Bool {
        let names = TopicName.levels(of: topic)
        if names[0].isReserved && (levels[0] == .single || levels[0] == .multi) { return false }
        for (index, level) in levels.enumerated() {
            if level == .multi { return true }
            guard index < names.count, level == .single || level == names[index] else { return false }
        }
        return levels.count == names.count
    }

    /// A wildcard is a level of its own.
    private static func isWhole(_ level: TopicLevel) -> Bool {
        level == .single || level == .multi || !level.text.utf8.contains { $0 == 0x2B || $0 == 0x23 }
    }
}
