/// The properties of one packet of version 5, in the order in which they stand. Version 3.1.1 has none.
///
/// They are kept as a list because most packets have none, and then the list costs nothing.
public struct MQTTProperties: Hashable, Sendable, ExpressibleByArrayLiteral {
    /// Each property at most once, but for user properties, and subscription identifiers in a PUBLISH from a server.
    public private(set) var all: [MQTTProperty]

    /// These properties, in this order.
    public init(_ all: [MQTTProperty] = []) {
        self.all = all
    }

    /// These properties, in this order.
    public init(arrayLiteral elements: MQTTProperty...) {
        all = elements
    }

    /// Appends one.
    public mutating func append(_ property: MQTTProperty) {
        all.append(property)
    }

    /// Drops those for which `condition` holds.
    public mutating func removeAll(where condition: (MQTTProperty) -> Bool) {
        all.removeAll(where: condition)
    }

    private func first<Value>(_ value: (MQTTProperty) -> Value?) -> Value? {
        for property in all {
            if let found = value(property) { return found }
        }
        return nil
    }
}

extension MQTTProperties {
    /// The reason in words.
    public var reasonString: String? { first { if case .reasonString(let text) = $0 { text } else { nil } } }

    /// Seconds for which a message is worth delivering.
    public var messageExpiryInterval: UInt32? {
        first { if case .messageExpiryInterval(let seconds) = $0 { seconds } else { nil } }
    }

    /// Unacknowledged publishes at QoS 1 that the peer takes.
    public var receiveMaximum: UInt16? { first { if case .receiveMaximum(let count) = $0 { count } else { nil } } }

    /// The largest packet that the peer takes, in bytes.
    public var maximumPacketSize: UInt32? {
        first { if case .maximumPacketSize(let bytes) = $0 { bytes } else { nil } }
    }

    /// Seconds for which the client wants its session kept.
    public var sessionExpiryInterval: UInt32? {
        first { if case .sessionExpiryInterval(let seconds) = $0 { seconds } else { nil } }
    }

    /// The identifier that the server chose.
    public var assignedClientIdentifier: String? {
        first { if case .assignedClientIdentifier(let text) = $0 { text } else { nil } }
    }

    /// Seconds of keep-alive that the server wants.
    public var serverKeepAlive: UInt16? {
        first { if case .serverKeepAlive(let seconds) = $0 { seconds } else { nil } }
    }

    /// The method of extended authentication.
    public var authenticationMethod: String? {
        first { if case .authenticationMethod(let text) = $0 { text } else { nil } }
    }

    /// Whether reasons in words are wanted: they are unless the client says otherwise.
    public var wantsProblemInformation: Bool {
        first { if case .requestProblemInformation(let flag) = $0 { flag != 0 } else { nil } } ?? true
    }

    /// The highest QoS that the server takes.
    public var maximumQoS: MQTTQoS {
        first { if case .maximumQoS(let level) = $0 { MQTTQoS(rawValue: level) } else { nil } } ?? .exactlyOnce
    }

    /// The subscription's number.
    public var subscriptionIdentifier: Int? {
        first { if case .subscriptionIdentifier(let number) = $0 { number } else { nil } }
    }

    /// The number in a topic's place.
    public var topicAlias: UInt16? { first { if case .topicAlias(let number) = $0 { number } else { nil } } }

    /// The value of the first user property of that name, such as `traceparent`.
    public func user(_ name: String) -> String? {
        first { if case .user(name, let value) = $0 { value } else { nil } }
    }
}
