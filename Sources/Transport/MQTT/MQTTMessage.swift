import Wire

/// A message as the owner of sessions handles it, apart from any packet.
public struct MQTTMessage: Hashable, Sendable {
    /// Where it is published: a valid topic name.
    public let topic: String
    /// What is said.
    public let payload: [UInt8]
    /// How surely it was published: a subscription may lower it.
    public let qos: MQTTQoS
    /// Whether it is, or came as, its topic's retained message.
    public let isRetained: Bool
    /// What version 5 subscribers are told besides; passed on as they are.
    public let properties: MQTTProperties
    /// When it is no longer worth delivering.
    public let expires: Instant?

    /// A message of our own on `topic`.
    public init(
        topic: String, payload: [UInt8], qos: MQTTQoS = .atMostOnce, isRetained: Bool = false,
        properties: MQTTProperties = [], expires: Instant? = nil
    ) {
        precondition(TopicName.isValid(topic), "whoever makes a message gives it a topic name")
        precondition(qos != .exactlyOnce, "QoS 2 is not served")
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.isRetained = isRetained
        self.properties = properties
        self.expires = expires
    }

    /// Whether it is too late to deliver it.
    public func hasExpired(now: Instant) -> Bool {
        expires.map { $0 <= now } ?? false
    }
}
