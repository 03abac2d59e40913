/// The reason codes of version 5. Version 3.1.1 has fewer of its own for CONNACK, and says 0x80 where it refuses a
/// subscription.
public enum MQTTReason: UInt8, Hashable, Sendable, CaseIterable {
    /// Success; also a normal end, and QoS 0 granted.
    case success = 0x00
    /// A subscription granted at QoS 1.
    case grantedQoS1 = 0x01
    /// A subscription granted at QoS 2.
    case grantedQoS2 = 0x02
    /// The client leaves and wants its will published.
    case disconnectWithWill = 0x04
    /// Accepted; nobody subscribes to it.
    case noMatchingSubscribers = 0x10
    /// There was no such subscription to end.
    case noSubscriptionExisted = 0x11
    /// Extended authentication goes on.
    case continueAuthentication = 0x18
    /// Extended authentication starts anew.
    case reauthenticate = 0x19
    /// Refused, and no code says why.
    case unspecifiedError = 0x80
    /// Bytes that are no packet.
    case malformedPacket = 0x81
    /// A packet that may not stand here.
    case protocolError = 0x82
    /// Valid, but refused by this implementation.
    case implementationSpecificError = 0x83
    /// Another version than 3.1.1 and 5.
    case unsupportedProtocolVersion = 0x84
    /// A client identifier that is not accepted.
    case clientIdentifierNotValid = 0x85
    /// A name or a password that is not accepted.
    case badUserNameOrPassword = 0x86
    /// The peer may not do this.
    case notAuthorized = 0x87
    /// The server is not there for now.
    case serverUnavailable = 0x88
    /// The server is busy: try again later.
    case serverBusy = 0x89
    /// Refused by an administrator.
    case banned = 0x8A
    /// The server stops.
    case serverShuttingDown = 0x8B
    /// An authentication method that is not served.
    case badAuthenticationMethod = 0x8C
    /// Nothing came for one and a half keep-alives.
    case keepAliveTimeout = 0x8D
    /// Another connection took the client identifier.
    case sessionTakenOver = 0x8E
    /// A topic filter that is not accepted.
    case topicFilterInvalid = 0x8F
    /// A topic name that is not accepted.
    case topicNameInvalid = 0x90
    /// The packet identifier is in use.
    case packetIdentifierInUse = 0x91
    /// The packet identifier is not in use.
    case packetIdentifierNotFound = 0x92
    /// More publishes at once than Receive Maximum.
    case receiveMaximumExceeded = 0x93
    /// A topic alias that was not allowed.
    case topicAliasInvalid = 0x94
    /// A packet above the maximum packet size.
    case packetTooLarge = 0x95
    /// Too many messages in a time.
    case messageRateTooHigh = 0x96
    /// A bound of the server is reached.
    case quotaExceeded = 0x97
    /// Ended by an administrator.
    case administrativeAction = 0x98
    /// The payload is not of the format that it should be of.
    case payloadFormatInvalid = 0x99
    /// Retained messages are not served.
    case retainNotSupported = 0x9A
    /// A QoS above the server's maximum.
    case qosNotSupported = 0x9B
    /// Use another server for now.
    case useAnotherServer = 0x9C
    /// Use another server from now on.
    case serverMoved = 0x9D
    /// Shared subscriptions are not served.
    case sharedSubscriptionsNotSupported = 0x9E
    /// Connections come too fast.
    case connectionRateExceeded = 0x9F
    /// The connection has lasted as long as it may.
    case maximumConnectTime = 0xA0
    /// Subscription identifiers are not served.
    case subscriptionIdentifiersNotSupported = 0xA1
    /// Wildcards are not served.
    case wildcardSubscriptionsNotSupported = 0xA2

    /// Whether the peer did not do what was asked.
    public var isFailure: Bool { rawValue >= 0x80 }
}

extension MQTTReason {
    /// Whether the standard (version 5, tables 3-1 to 3-10) lets this code stand in a packet of that kind.
    func isValid(in kind: MQTTPacketKind) -> Bool {
        switch kind {
        case .connack: Self.ofConnack.contains(self)
        case .puback: Self.ofPuback.contains(self)
        case .suback: Self.ofSuback.contains(self)
        case .unsuback: Self.ofUnsuback.contains(self)
        case .disconnect: Self.ofDisconnect.contains(self)
        case .connect, .publish, .pubrec, .pubrel, .pubcomp, .subscribe, .unsubscribe, .pingreq, .pingresp, .auth: false
        }
    }

    private static let ofConnack: Set<MQTTReason> = [
        .success, .unspecifiedError, .malformedPacket, .protocolError, .implementationSpecificError,
        .unsupportedProtocolVersion, .clientIdentifierNotValid, .badUserNameOrPassword, .notAuthorized,
        .serverUnavailable, .serverBusy, .banned, .badAuthenticationMethod, .topicNameInvalid, .packetTooLarge,
        .quotaExceeded, .payloadFormatInvalid, .retainNotSupported, .qosNotSupported, .useAnotherServer, .serverMoved,
        .connectionRateExceeded,
    ]
    private static let ofPuback: Set<MQTTReason> = [
        .success, .noMatchingSubscribers, .unspecifiedError, .implementationSpecificError, .notAuthorized,
        .topicNameInvalid, .packetIdentifierInUse, .quotaExceeded, .payloadFormatInvalid,
    ]
    private static let ofSuback: Set<MQTTReason> = [
        .success, .grantedQoS1, .grantedQoS2, .unspecifiedError, .implementationSpecificError, .notAuthorized,
        .topicFilterInvalid, .packetIdentifierInUse, .quotaExceeded, .sharedSubscriptionsNotSupported,
        .subscriptionIdentifiersNotSupported, .wildcardSubscriptionsNotSupported,
    ]
    private static let ofUnsuback: Set<MQTTReason> = [
        .success, .noSubscriptionExisted, .unspecifiedError, .implementationSpecificError, .notAuthorized,
        .topicFilterInvalid, .packetIdentifierInUse,
    ]
    private static let ofDisconnect: Set<MQTTReason> = [
        .success, .disconnectWithWill, .unspecifiedError, .malformedPacket, .protocolError,
        .implementationSpecificError, .notAuthorized, .serverBusy, .serverShuttingDown, .keepAliveTimeout,
        .sessionTakenOver, .topicFilterInvalid, .topicNameInvalid, .receiveMaximumExceeded, .topicAliasInvalid,
        .packetTooLarge, .messageRateTooHigh, .quotaExceeded, .administrativeAction, .payloadFormatInvalid,
        .retainNotSupported, .qosNotSupported, .useAnotherServer, .serverMoved, .sharedSubscriptionsNotSupported,
        .connectionRateExceeded, .maximumConnectTime, .subscriptionIdentifiersNotSupported,
        .wildcardSubscriptionsNotSupported,
    ]
}

extension MQTTReason {
    /// The return code of a 3.1.1 CONNACK (its table 3.1) that says this, or the nearest.
    var returnCode: UInt8 {
        if self == .success { return 0 }
        return Self.returnCodes.first { $0.value == self }?.key ?? 3
    }

    /// What a 3.1.1 CONNACK's return code says; nil for the reserved ones.
    init?(returnCode: UInt8) {
        guard let reason = returnCode == 0 ? .success : Self.returnCodes[returnCode] else { return nil }
        self = reason
    }

    private static let returnCodes: [UInt8: MQTTReason] = [
        1: .unsupportedProtocolVersion, 2: .clientIdentifierNotValid, 3: .serverUnavailable, 4: .badUserNameOrPassword,
        5: .notAuthorized,
    ]
}
