/// Every bound of what MQTT peers can make a process hold or do.
public struct MQTTLimits: Hashable, Sendable {
    /// Bytes of a whole packet, header included: an update's item of 64 KiB and its topic and properties.
    public var packetBytes = 64 * 1024 + 4 * 1024
    /// Bytes of a whole CONNECT: nobody has been let in yet.
    public var connectPacketBytes = 8 * 1024
    /// UTF-8 bytes of a client identifier.
    public var clientIDBytes = 256
    /// UTF-8 bytes of a topic name or filter.
    public var topicBytes = 1024
    /// Levels of a topic name or filter: a hazard's topic has 21.
    public var topicLevels = 32
    /// Properties of one packet, user properties included.
    public var properties = 64
    /// Filters in one SUBSCRIBE or UNSUBSCRIBE.
    public var filtersPerPacket = 512
    /// Filters that one session may hold: a vehicle follows the cells around it.
    public var subscriptionsPerSession = 1024
    /// A peer's publishes at QoS 1 that wait for their PUBACK; version 5 is told so as Receive Maximum.
    public var unacknowledgedIncoming = 256
    /// Publishes at QoS 1 sent to a peer that wait for its PUBACK; its own Receive Maximum may be lower.
    public var unacknowledgedOutgoing = 64
    /// Messages that wait until the peer has acknowledged earlier ones, or has read what was sent.
    public var queuedOutgoing = 1024
    /// Retained messages of one gateway.
    public var retainedMessages = 65_536
    /// Seconds from the connection's start in which CONNECT must have come.
    public var connectSeconds: UInt64 = 10
    /// The longest keep-alive: version 5 is told it where a client asks for none or for more.
    public var keepAliveSeconds: UInt16 = 600

    /// The bounds of a gateway in service.
    public init() {}
}
