import DequeModule

/// A peer's publishes at QoS 1 between their arrival and their PUBACK.
///
/// They are settled in any order and answered in the order in which they came (version 5, 4.6; version 3.1.1, 4.6).
struct IncomingPublishes: Sendable {
    /// What became of a publish.
    enum Outcome: Hashable, Sendable {
        /// PUBACK, and what is sent right before it.
        case acknowledged(MQTTReason, text: String?, before: MQTTMessage?)
        /// 3.1.1: the reason as a message, then the end.
        case refused(MQTTReason, text: String, topic: String)
    }

    /// What the arrival of a packet identifier means.
    enum Arrival { case new, repeated, inUse, tooMany }

    private let limit: Int
    private var order: Deque<UInt16> = []
    private var outcomes: [UInt16: Outcome?] = [:]

    init(limit: Int) {
        self.limit = limit
    }

    /// How many wait for their PUBACK.
    var count: Int { order.count }

    /// Whether one more would be too many.
    var isFull: Bool { count >= limit }

    mutating func arrive(_ packetID: UInt16, isDuplicate: Bool) -> Arrival {
        if outcomes[packetID] != nil { return isDuplicate ? .repeated : .inUse }
        guard !isFull else { return .tooMany }
        order.append(packetID)
        outcomes[packetID] = .some(nil)
        return .new
    }

    /// Notes the outcome of a publish that waits; a second one for the same publish, or one for none, changes nothing.
    mutating func settle(_ packetID: UInt16, _ outcome: Outcome) {
        guard case .some(.none) = outcomes[packetID] else { return }
        outcomes[packetID] = outcome
    }

    /// The next publish in order, if it is settled.
    mutating func release() -> (packetID: UInt16, outcome: Outcome)? {
        guard let packetID = order.first, case .some(.some(let outcome)) = outcomes[packetID] else { return nil }
        order.removeFirst()
        outcomes[packetID] = nil
        return (packetID, outcome)
    }
}
