/// One property of version 5 (its table 2-4).
public enum MQTTProperty: Hashable, Sendable {
    /// 1 where the payload is UTF-8.
    case payloadFormatIndicator(UInt8)
    /// Seconds for which a message is worth delivering.
    case messageExpiryInterval(UInt32)
    /// What the payload is.
    case contentType(String)
    /// Where an answer goes.
    case responseTopic(String)
    /// What an answer repeats.
    case correlationData([UInt8])
    /// The subscription that a message was delivered for: 1 to 268,435,455.
    case subscriptionIdentifier(Int)
    /// Seconds for which a session outlives its connection.
    case sessionExpiryInterval(UInt32)
    /// The identifier that the server chose.
    case assignedClientIdentifier(String)
    /// Seconds of keep-alive that the server wants.
    case serverKeepAlive(UInt16)
    /// The method of extended authentication.
    case authenticationMethod(String)
    /// The data of extended authentication.
    case authenticationData([UInt8])
    /// 0 where reasons in words are not wanted.
    case requestProblemInformation(UInt8)
    /// Seconds to wait before a will is published.
    case willDelayInterval(UInt32)
    /// 1 where response information is wanted.
    case requestResponseInformation(UInt8)
    /// What to build response topics from.
    case responseInformation(String)
    /// Another server to use.
    case serverReference(String)
    /// A reason in words.
    case reasonString(String)
    /// Unacknowledged publishes at QoS 1 that the sender takes: never 0.
    case receiveMaximum(UInt16)
    /// The highest topic alias that the sender takes.
    case topicAliasMaximum(UInt16)
    /// A number in a topic's place: never 0.
    case topicAlias(UInt16)
    /// 0 or 1, where QoS 2 is not served.
    case maximumQoS(UInt8)
    /// 0 where retained messages are not served.
    case retainAvailable(UInt8)
    /// A name and a value of the application's own.
    case user(name: String, value: String)
    /// The largest packet that the sender takes: never 0.
    case maximumPacketSize(UInt32)
    /// 0 where wildcards are not served.
    case wildcardSubscriptionAvailable(UInt8)
    /// 0 where subscription identifiers are not served.
    case subscriptionIdentifierAvailable(UInt8)
    /// 0 where shared subscriptions are not served.
    case sharedSubscriptionAvailable(UInt8)
}

/// The properties by the number in front of them.
enum MQTTPropertyKind: UInt8 {
    case payloadFormatIndicator = 0x01
    case messageExpiryInterval = 0x02
    case contentType = 0x03
    case responseTopic = 0x08
    case correlationData = 0x09
    case subscriptionIdentifier = 0x0B
    case sessionExpiryInterval = 0x11
    case assignedClientIdentifier = 0x12
    case serverKeepAlive = 0x13
    case authenticationMethod = 0x15
    case authenticationData = 0x16
    case requestProblemInformation = 0x17
    case willDelayInterval = 0x18
    case requestResponseInformation = 0x19
    case responseInformation = 0x1A
    case serverReference = 0x1C
    case reasonString = 0x1F
    case receiveMaximum = 0x21
    case topicAliasMaximum = 0x22
    case topicAlias = 0x23
    case maximumQoS = 0x24
    case retainAvailable = 0x25
    case user = 0x26
    case maximumPacketSize = 0x27
    case wildcardSubscriptionAvailable = 0x28
    case subscriptionIdentifierAvailable = 0x29
    case sharedSubscriptionAvailable = 0x2A

    /// Whether the standard lets this property stand in `place`.
    func isAllowed(in place: MQTTPropertyPlace) -> Bool {
        switch self {
        case .payloadFormatIndicator, .messageExpiryInterval, .contentType, .responseTopic, .correlationData:
            place == .will || place == .packet(.publish)
        case .subscriptionIdentifier: place == .packet(.publish) || place == .packet(.subscribe)
        case .sessionExpiryInterval: place.isOne(of: .connect, .connack, .disconnect)
        case .authenticationMethod, .authenticationData: place.isOne(of: .connect, .connack, .auth)
        case .requestProblemInformation, .requestResponseInformation: place == .packet(.connect)
        case .willDelayInterval: place == .will
        case .serverReference: place.isOne(of: .connack, .disconnect)
        case .reasonString: place.isAnswer
        case .receiveMaximum, .topicAliasMaximum, .maximumPacketSize: place.isOne(of: .connect, .connack)
        case .topicAlias: place == .packet(.publish)
        case .user: true
        case .assignedClientIdentifier, .serverKeepAlive, .responseInformation, .maximumQoS, .retainAvailable,
            .wildcardSubscriptionAvailable, .subscriptionIdentifierAvailable, .sharedSubscriptionAvailable:
            place == .packet(.connack)
        }
    }
}

/// Where properties stand: in a packet's header, or in CONNECT's will.
enum MQTTPropertyPlace: Equatable {
    case packet(MQTTPacketKind)
    case will

    func isOne(of kinds: MQTTPacketKind...) -> Bool {
        guard case .packet(let kind) = self else { return false }
        return kinds.contains(kind)
    }

    /// Packets that may carry a reason in words.
    var isAnswer: Bool {
        isOne(of: .connack, .puback, .pubrec, .pubrel, .pubcomp, .suback, .unsuback, .disconnect, .auth)
    }
}
