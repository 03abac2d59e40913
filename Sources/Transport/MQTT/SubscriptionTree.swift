/// How one session holds one filter.
public struct MQTTSubscription: Hashable, Sendable {
    /// What was asked for.
    public let filter: TopicFilter
    /// The QoS that was granted: 0 or 1.
    public let qos: MQTTQoS
    /// Whether the session's own messages stay out.
    public let noLocal: Bool
    /// Whether a message keeps the retain flag with which it was published.
    public let retainAsPublished: Bool
    /// The subscriber's number for it.
    public let identifier: Int?

    /// A subscription to `filter` at `qos`.
    public init(
        filter: TopicFilter, qos: MQTTQoS, noLocal: Bool = false, retainAsPublished: Bool = false,
        identifier: Int? = nil
    ) {
        self.filter = filter
        self.qos = qos
        self.noLocal = noLocal
        self.retainAsPublished = retainAsPublished
        self.identifier = identifier
    }
}

/// How one message is for one session: once, however many of its filters match.
public struct MQTTDelivery: Hashable, Sendable {
    /// Whom it is for.
    public let session: UInt64
    /// The highest QoS among the filters that match.
    public var qos: MQTTQoS
    /// Whether one of them wants the retain flag as it was published.
    public var retainAsPublished: Bool
    /// The numbers of those that have one, ascending.
    public var identifiers: [Int]

    /// A delivery to `session`.
    public init(session: UInt64, qos: MQTTQoS, retainAsPublished: Bool = false, identifiers: [Int] = []) {
        self.session = session
        self.qos = qos
        self.retainAsPublished = retainAsPublished
        self.identifiers = identifiers
    }
}

/// Who subscribes to what. A session is whatever number its owner gave it. Matching a topic costs its levels times the
/// wildcards that lie on its way, not the number of filters.
public struct SubscriptionTree: Sendable {
    private var trie = TopicTrie<[UInt64: MQTTSubscription]>()

    /// Nobody subscribes to anything.
    public init() {}

    /// How many distinct filters are held.
    public var filterCount: Int { trie.count }

    /// Adds a subscription, in place of the same session's to the same filter.
    public mutating func subscribe(_ session: UInt64, _ subscription: MQTTSubscription) {
        trie.update(subscription.filter.levels) { holders in
            if holders == nil { holders = [:] }
            holders?[session] = subscription
        }
    }

    /// Ends a subscription; says whether there was one.
    @discardableResult
    public mutating func unsubscribe(_ session: UInt64, _ filter: TopicFilter) -> Bool {
        var was = false
        trie.update(filter.levels) { holders in
            was = holders?.removeValue(forKey: session) != nil
            if holders?.isEmpty == true { holders = nil }
        }
        return was
    }

    /// Ends all subscriptions of a session whose connection has gone.
    public mutating func remove(_ session: UInt64, filters: some Sequence<TopicFilter>) {
        for filter in filters { unsubscribe(session, filter) }
    }

    /// Whom a message on `topic` is for, the oldest session first. `publisher` is the session that it came from, if
    /// one.
    public func match(_ topic: String, from publisher: UInt64? = nil) -> [MQTTDelivery] {
        var found: [UInt64: MQTTDelivery] = [:]
        for node in nodes(matching: TopicName.levels(of: topic)) {
            for (session, subscription) in trie[node].value ?? [:] {
                if subscription.noLocal && session == publisher { continue }
                Self.add(subscription, to: &found[session], of: session)
            }
        }
        return found.values.sorted { $0.session < $1.session }
    }

    private func nodes(matching names: [TopicLevel]) -> [Int] {
        var found: [Int] = []
        var front = [TopicTrie<[UInt64: MQTTSubscription]>.root]
        for (index, name) in names.enumerated() {
            let mayBeWild = index > 0 || !name.isReserved
            var next: [Int] = []
            for node in front {
                let children = trie[node].children
                if let child = children[name] { next.append(child) }
                guard mayBeWild else { continue }
                if let child = children[.single] { next.append(child) }
                if let child = children[.multi] { found.append(child) }
            }
            front = next
            if front.isEmpty { return found }
        }
        // `a/#` is for `a` too.
        for node in front {
            found.append(node)
            if let child = trie[node].children[.multi] { found.append(child) }
        }
        return found
    }

    private static func add(
        _ subscription: MQTTSubscription, to delivery: inout MQTTDelivery?, of session: UInt64
    ) {
        var sum = delivery ?? MQTTDelivery(session: session, qos: subscription.qos)
        sum.qos = max(sum.qos, subscription.qos)
        sum.retainAsPublished = sum.retainAsPublished || subscription.retainAsPublished
        if let identifier = subscription.identifier {
            let place = sum.identifiers.firstIndex { $0 >= identifier } ?? sum.identifiers.count
            sum.identifiers.insert(identifier, at: place)
        }
        delivery = sum
    }
}
