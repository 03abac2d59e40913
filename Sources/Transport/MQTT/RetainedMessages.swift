import Wire

/// The last message of each topic that a new subscriber is to find there: for us, the hazards that are active.
public struct RetainedMessages: Sendable {
    private var trie = TopicTrie<MQTTMessage>()
    private let limit: Int
    /// How many messages were not retained because the bound was reached.
    public private(set) var dropped: UInt64 = 0

    /// Nothing is retained, and never more than `limits` allow.
    public init(limits: MQTTLimits = MQTTLimits()) {
        limit = limits.retainedMessages
    }

    /// How many topics have a message.
    public var count: Int { trie.count }

    /// Keeps `message` as its topic's last, or forgets the topic where the payload is empty. False where the bound
    /// forbids it.
    @discardableResult
    public mutating func retain(_ message: MQTTMessage) -> Bool {
        let path = TopicName.levels(of: message.topic)
        let isNew = trie.value(at: path) == nil
        guard message.payload.isEmpty || !isNew || count < limit else {
            dropped += 1
            return false
        }
        trie.update(path) { $0 = message.payload.isEmpty ? nil : message }
        return true
    }

    /// Drops what has expired.
    public mutating func expire(now: Instant) {
        for node in nodes(matching: [.multi]) + nodes(under: dollar) {
            guard let message = trie[node].value, message.hasExpired(now: now) else { continue }
            trie.update(trie.path(of: node)) { $0 = nil }
        }
    }

    /// What a new subscriber of `filter` finds, ordered by topic; expired messages are not among it.
    public func messages(matching filter: TopicFilter, now: Instant) -> [MQTTMessage] {
        let found = nodes(matching: filter.levels).compactMap { trie[$0].value }
        return found.filter { !$0.hasExpired(now: now) }.sorted { left, right in
            left.topic.utf8.lexicographicallyPrecedes(right.topic.utf8)
        }
    }

    /// The first levels that a leading wildcard does not reach.
    private var dollar: [Int] {
        trie[TopicTrie<MQTTMessage>.root].children.filter { $0.key.isReserved }.map(\.value)
    }

    private func nodes(matching levels: [TopicLevel]) -> [Int] {
        var front = [TopicTrie<MQTTMessage>.root]
        for (index, level) in levels.enumerated() {
            switch level {
            case .multi: return nodes(under: index == 0 ? children(of: front, index) : front)
            case .single: front = children(of: front, index)
            default: front = front.compactMap { trie[$0].children[level] }
            }
        }
        return front
    }

    private func children(of front: [Int], _ index: Int) -> [Int] {
        front.flatMap { node in
            trie[node].children.filter { index > 0 || !$0.key.isReserved }.map(\.value)
        }
    }

    /// `tops` and all below them.
    private func nodes(under tops: [Int]) -> [Int] {
        var found: [Int] = []
        var open = tops
        while let node = open.popLast() {
            found.append(node)
            open.append(contentsOf: trie[node].children.values)
        }
        return found
    }
}
