/// One control packet of either version. Properties are empty in 3.1.1.
public enum MQTTPacket: Hashable, Sendable {
    /// A client asks for a session.
    case connect(MQTTConnect)
    /// The answer to CONNECT.
    case connack(MQTTConnack)
    /// A message.
    case publish(MQTTPublish)
    /// The answer to a PUBLISH at QoS 1.
    case puback(MQTTPuback)
    /// A client asks for topics.
    case subscribe(MQTTSubscribe)
    /// The answer to SUBSCRIBE.
    case suback(MQTTSuback)
    /// A client gives topics up.
    case unsubscribe(MQTTUnsubscribe)
    /// The answer to UNSUBSCRIBE: its reasons are empty in 3.1.1.
    case unsuback(MQTTSuback)
    /// A client shows that it lives.
    case pingreq
    /// The answer to PINGREQ.
    case pingresp
    /// The end of a session.
    case disconnect(MQTTDisconnect)

    /// The number in the first byte.
    public var kind: MQTTPacketKind {
        switch self {
        case .connect: .connect
        case .connack: .connack
        case .publish: .publish
        case .puback: .puback
        case .subscribe: .subscribe
        case .suback: .suback
        case .unsubscribe: .unsubscribe
        case .unsuback: .unsuback
        case .pingreq: .pingreq
        case .pingresp: .pingresp
        case .disconnect: .disconnect
        }
    }
}

/// CONNECT.
public struct MQTTConnect: Hashable, Sendable {
    /// The version that the client speaks.
    public var version: MQTTVersion
    /// Who it is; empty where the server is to choose.
    public var clientID: String
    /// Whether it starts anew.
    public var cleanStart: Bool
    /// Seconds between two packets at most; 0 for no such promise.
    public var keepAliveSeconds: UInt16
    /// What to publish where the connection ends without DISCONNECT.
    public var will: MQTTWill?
    /// A name, if given.
    public var userName: String?
    /// A password, if given.
    public var password: [UInt8]?
    /// Version 5's properties.
    public var properties: MQTTProperties

    /// A CONNECT of these fields.
    public init(
        version: MQTTVersion, clientID: String, cleanStart: Bool = true, keepAliveSeconds: UInt16 = 60,
        will: MQTTWill? = nil, userName: String? = nil, password: [UInt8]? = nil, properties: MQTTProperties = []
    ) {
        self.version = version
        self.clientID = clientID
        self.cleanStart = cleanStart
        self.keepAliveSeconds = keepAliveSeconds
        self.will = will
        self.userName = userName
        self.password = password
        self.properties = properties
    }
}

/// The message that CONNECT leaves behind.
public struct MQTTWill: Hashable, Sendable {
    /// Where it is published.
    public var topic: String
    /// What is said.
    public var payload: [UInt8]
    /// How surely.
    public var qos: MQTTQoS
    /// Whether it becomes the topic's retained message.
    public var retain: Bool
    /// Version 5's properties of the will.
    public var properties: MQTTProperties

    /// A will of these fields.
    public init(
        topic: String, payload: [UInt8], qos: MQTTQoS = .atMostOnce, retain: Bool = false,
        properties: MQTTProperties = []
    ) {
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.retain = retain
        self.properties = properties
    }
}

/// CONNACK.
public struct MQTTConnack: Hashable, Sendable {
    /// Whether the server kept an earlier session.
    public var sessionPresent: Bool
    /// Success, or why not.
    public var reason: MQTTReason
    /// Version 5's properties.
    public var properties: MQTTProperties

    /// A CONNACK of these fields.
    public init(sessionPresent: Bool = false, reason: MQTTReason, properties: MQTTProperties = []) {
        self.sessionPresent = sessionPresent
        self.reason = reason
        self.properties = properties
    }
}

/// PUBLISH.
public struct MQTTPublish: Hashable, Sendable {
    /// Where it is published; may be empty in version 5 where an alias stands for it.
    public var topic: String
    /// What is said.
    public var payload: [UInt8]
    /// How surely.
    public var qos: MQTTQoS
    /// The number that its answer repeats: exactly where the QoS is above 0.
    public var packetID: UInt16?
    /// Whether it was sent before.
    public var isDuplicate: Bool
    /// Whether it becomes, or is, the topic's retained message.
    public var retain: Bool
    /// Version 5's properties.
    public var properties: MQTTProperties

    /// A PUBLISH of these fields.
    public init(
        topic: String, payload: [UInt8], qos: MQTTQoS = .atMostOnce, packetID: UInt16? = nil,
        isDuplicate: Bool = false, retain: Bool = false, properties: MQTTProperties = []
    ) {
        precondition((qos == .atMostOnce) == (packetID == nil), "QoS 0 has no packet identifier, the others have one")
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.packetID = packetID
        self.isDuplicate = isDuplicate
        self.retain = retain
        self.properties = properties
    }
}

/// PUBACK.
public struct MQTTPuback: Hashable, Sendable {
    /// The PUBLISH that it answers.
    public var packetID: UInt16
    /// Success, or why not; always success in 3.1.1.
    public var reason: MQTTReason
    /// Version 5's properties.
    public var properties: MQTTProperties

    /// A PUBACK of these fields.
    public init(packetID: UInt16, reason: MQTTReason = .success, properties: MQTTProperties = []) {
        self.packetID = packetID
        self.reason = reason
        self.properties = properties
    }
}

/// SUBSCRIBE.
public struct MQTTSubscribe: Hashable, Sendable {
    /// What one filter is asked for with.
    public struct Topic: Hashable, Sendable {
        /// The filter's text, not yet judged.
        public var filter: String
        /// The highest QoS wanted.
        public var qos: MQTTQoS
        /// Whether the session's own messages stay out.
        public var noLocal: Bool
        /// Whether messages keep their retain flag.
        public var retainAsPublished: Bool
        /// Which retained messages are wanted.
        public var retainHandling: MQTTRetainHandling

        /// A filter and its options.
        public init(
            filter: String, qos: MQTTQoS, noLocal: Bool = false, retainAsPublished: Bool = false,
            retainHandling: MQTTRetainHandling = .send
        ) {
            self.filter = filter
            self.qos = qos
            self.noLocal = noLocal
            self.retainAsPublished = retainAsPublished
            self.retainHandling = retainHandling
        }
    }

    /// The number that its answer repeats.
    public var packetID: UInt16
    /// The filters: one at least.
    public var topics: [Topic]
    /// Version 5's properties.
    public var properties: MQTTProperties

    /// A SUBSCRIBE of these fields.
    public init(packetID: UInt16, topics: [Topic], properties: MQTTProperties = []) {
        self.packetID = packetID
        self.topics = topics
        self.properties = properties
    }
}

/// Which retained messages a subscriber wants.
public enum MQTTRetainHandling: UInt8, Hashable, Sendable {
    /// Those that there are.
    case send = 0
    /// Those that there are, unless it had the subscription already.
    case sendIfNew = 1
    /// None.
    case doNotSend = 2
}

/// SUBACK, and UNSUBACK, which has the same fields.
public struct MQTTSuback: Hashable, Sendable {
    /// The packet that it answers.
    public var packetID: UInt16
    /// One a filter, in order.
    public var reasons: [MQTTReason]
    /// Version 5's properties.
    public var properties: MQTTProperties

    /// An answer of these fields.
    public init(packetID: UInt16, reasons: [MQTTReason], properties: MQTTProperties = []) {
        self.packetID = packetID
        self.reasons = reasons
        self.properties = properties
    }
}

/// UNSUBSCRIBE.
public struct MQTTUnsubscribe: Hashable, Sendable {
    /// The number that its answer repeats.
    public var packetID: UInt16
    /// The filters' texts: one at least.
    public var filters: [String]
    /// Version 5's properties.
    public var properties: MQTTProperties

    /// An UNSUBSCRIBE of these fields.
    public init(packetID: UInt16, filters: [String], properties: MQTTProperties = []) {
        self.packetID = packetID
        self.filters = filters
        self.properties = properties
    }
}

/// DISCONNECT.
public struct MQTTDisconnect: Hashable, Sendable {
    /// Why; always success in 3.1.1.
    public var reason: MQTTReason
    /// Version 5's properties.
    public var properties: MQTTProperties

    /// A DISCONNECT of these fields.
    public init(reason: MQTTReason = .success, properties: MQTTProperties = []) {
        self.reason = reason
        self.properties = properties
    }
}
