import DequeModule

/// What one peer is still to get: publishes at QoS 1 that wait for its PUBACK, and messages that wait for their turn.
///
/// A message waits where as many publishes as the peer takes are unacknowledged, or where it does not read what is
/// sent. Where too many wait, the oldest of the same topic gives way, since a hazard's last state is what counts; else
/// the new one is dropped.
struct OutgoingPublishes: Sendable {
    /// A message as this peer gets it.
    struct Item: Hashable, Sendable {
        let message: MQTTMessage
        let qos: MQTTQoS
        let retain: Bool
        let identifiers: [Int]
    }

    private let queueLimit: Int
    /// The peer's Receive Maximum, or our own bound where that is lower.
    var window: Int
    /// Whether the peer does not read what is sent.
    var isCongested = false
    private var unacknowledged: Set<UInt16> = []
    private var lastID: UInt16 = 0
    private var waiting: Deque<Item> = []
    /// How many messages gave way or were dropped.
    private(set) var dropped: UInt64 = 0

    init(limits: MQTTLimits) {
        queueLimit = limits.queuedOutgoing
        window = limits.unacknowledgedOutgoing
    }

    /// How many messages wait for their turn.
    var waitingCount: Int { waiting.count }

    /// How many publishes wait for their PUBACK.
    var unacknowledgedCount: Int { unacknowledged.count }

    mutating func add(_ item: Item) {
        if waiting.count >= queueLimit {
            dropped += 1
            guard let oldest = waiting.firstIndex(where: { $0.message.isSameTopic(as: item.message) }) else { return }
            waiting.remove(at: oldest)
        }
        waiting.append(item)
    }

    /// The next message that may be sent now, with the packet identifier that it needs at QoS 1.
    mutating func next() -> (item: Item, packetID: UInt16?)? {
        guard !isCongested, let item = waiting.first else { return nil }
        guard item.qos != .atMostOnce else { return (waiting.removeFirst(), nil) }
        guard unacknowledged.count < window else { return nil }
        return (waiting.removeFirst(), takeID())
    }

    /// The peer has acknowledged; false where it had nothing to.
    @discardableResult
    mutating func acknowledge(_ packetID: UInt16) -> Bool {
        unacknowledged.remove(packetID) != nil
    }

    /// A message that could not be sent after all.
    mutating func drop(_ packetID: UInt16?) {
        dropped += 1
        if let packetID { unacknowledged.remove(packetID) }
    }

    private mutating func takeID() -> UInt16 {
        // The window is below 65,535, so that a free number is found.
        repeat { lastID = lastID == .max ? 1 : lastID + 1 } while unacknowledged.contains(lastID)
        unacknowledged.insert(lastID)
        return lastID
    }
}

extension MQTTMessage {
    func isSameTopic(as other: MQTTMessage) -> Bool {
        topic.utf8.elementsEqual(other.topic.utf8)
    }
}
