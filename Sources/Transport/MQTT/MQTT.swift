/// MQTT as vehicles and their tools speak it: 3.1.1 and 5.0, QoS 0 and 1, wildcards, retained messages.
///
/// Everything here is a value. Bytes go in, actions come out; a shell owns the connection, the clock and the
/// subscribers of all sessions, and does what the actions say. `MQTTParser` cuts bytes into packets,
/// `MQTTServerSession` is one vehicle as its gateway sees it, `MQTTClientSession` is the gateway as a vehicle sees it,
/// `SubscriptionTree` and `RetainedMessages` say who gets what.
///
/// Where we are narrower than the standards allow, and why that is safe:
/// - **Acknowledged means committed.** The PUBACK of a publish is the owner's to give (`acknowledge`), any time later.
///   The session releases PUBACKs in the order in which the publishes came, as both standards demand.
/// - **No state outlives a connection.** Version 5 is told so (session expiry 0 in CONNACK). A client of 3.1.1 that
///   asks for a lasting session reads "no session present" at each connect, and subscribes again as it must then; what
///   it has not seen acknowledged it sends again.
/// - **QoS 2 is refused**: version 5 is told "maximum QoS 1". A subscription at QoS 2 is granted at 1.
/// - **No topic aliases, no shared subscriptions, no extended authentication**: each is announced as absent, and
///   refused by its own reason where a client uses it all the same.
/// - **A will is published when its connection ends without DISCONNECT**, at once: the session ends with the
///   connection, so a will delay has nothing to wait for.
public enum MQTTVersion: UInt8, Hashable, Sendable {
    /// MQTT 3.1.1, protocol level 4.
    case v311 = 4
    /// MQTT 5.0, protocol level 5.
    case v5 = 5
}

/// How surely a message is delivered.
public enum MQTTQoS: UInt8, Hashable, Comparable, Sendable {
    /// At most once: no answer.
    case atMostOnce = 0
    /// At least once: answered by PUBACK.
    case atLeastOnce = 1
    /// Exactly once: known, never served.
    case exactlyOnce = 2

    /// The weaker promise first.
    public static func < (left: MQTTQoS, right: MQTTQoS) -> Bool { left.rawValue < right.rawValue }
}

/// The control packets by the number in their first byte.
public enum MQTTPacketKind: UInt8, Hashable, Sendable {
    /// A client asks for a session.
    case connect = 1
    /// The answer to CONNECT.
    case connack = 2
    /// A message.
    case publish = 3
    /// The answer to a PUBLISH at QoS 1.
    case puback = 4
    /// First of QoS 2's three answers: never served.
    case pubrec = 5
    /// Second of QoS 2's three answers: never served.
    case pubrel = 6
    /// Third of QoS 2's three answers: never served.
    case pubcomp = 7
    /// A client asks for topics.
    case subscribe = 8
    /// The answer to SUBSCRIBE.
    case suback = 9
    /// A client gives topics up.
    case unsubscribe = 10
    /// The answer to UNSUBSCRIBE.
    case unsuback = 11
    /// A client shows that it lives.
    case pingreq = 12
    /// The answer to PINGREQ.
    case pingresp = 13
    /// The end of a session.
    case disconnect = 14
    /// Extended authentication: never served.
    case auth = 15
}
