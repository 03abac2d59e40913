import Wire

/// What a client asks of its gateway: version 5, a clean start, no will.
public struct MQTTClientSettings: Hashable, Sendable {
    /// Who it is; empty where the server is to choose.
    public var clientID: String
    /// Seconds after which it shows that it lives.
    public var keepAliveSeconds: UInt16
    /// A name, where the server wants one.
    public var userName: String?
    /// A password, where the server wants one.
    public var password: [UInt8]?
    /// Milliseconds within which CONNACK and each PINGRESP must have come.
    public var patienceMilliseconds: UInt64
    /// Bounds of what the server sends and of what waits for its answers.
    public var limits: MQTTLimits

    /// The settings of a client named `clientID`.
    public init(
        clientID: String, keepAliveSeconds: UInt16 = 30, userName: String? = nil, password: [UInt8]? = nil,
        patienceMilliseconds: UInt64 = 10_000, limits: MQTTLimits = MQTTLimits()
    ) {
        self.clientID = clientID
        self.keepAliveSeconds = keepAliveSeconds
        self.userName = userName
        self.password = password
        self.patienceMilliseconds = patienceMilliseconds
        self.limits = limits
    }
}

/// One connection to a gateway as a vehicle sees it, in version 5, from CONNECT to the end.
///
/// The owner feeds bytes and time and does what the actions say; the last is `close`. Publishes that were not
/// acknowledged by then are the owner's to send again on its next connection: no session outlives its connection here.
public struct MQTTClientSession: Sendable {
    /// What the owner does next, or learns.
    public enum Action: Hashable, Sendable {
        /// Write these bytes to the connection.
        case send([UInt8])
        /// The server has let the client in: it may publish and subscribe.
        case connected(MQTTConnack)
        /// The server has answered a publish at QoS 1.
        case acknowledged(packetID: UInt16, MQTTReason, text: String?)
        /// The server has answered a SUBSCRIBE: a reason a filter.
        case subscribed(packetID: UInt16, [MQTTReason])
        /// The server has answered an UNSUBSCRIBE: a reason a filter.
        case unsubscribed(packetID: UInt16, [MQTTReason])
        /// A message came; at QoS 1 it has been acknowledged.
        case message(MQTTMessage)
        /// Close the connection.
        case close(MQTTClose)
    }

    enum State: Sendable {
        case idle
        case connecting(deadline: Instant)
        case open
        case closed
    }

    let settings: MQTTClientSettings
    var parser: MQTTParser
    var state = State.idle
    var keepAliveMilliseconds: UInt64
    var maximumPacketBytes = Int.max
    var window: Int
    var unacknowledged: Set<UInt16> = []
    var unanswered: Set<UInt16> = []
    var lastID: UInt16 = 0
    var lastSent = Instant(milliseconds: 0)
    var pingDeadline: Instant?

    /// A session that has not begun.
    public init(_ settings: MQTTClientSettings) {
        self.settings = settings
        parser = MQTTParser(version: .v5, limits: settings.limits)
        keepAliveMilliseconds = UInt64(settings.keepAliveSeconds) * 1000
        window = settings.limits.unacknowledgedOutgoing
    }

    /// Whether the server has let it in, and nothing has ended that.
    public var isConnected: Bool {
        if case .open = state { true } else { false }
    }

    /// Whether one more publish at QoS 1 may be sent: neither side's bound on unacknowledged ones is reached.
    public var canPublish: Bool { isConnected && unacknowledged.count < window }

    /// Begins: the connection is open.
    public mutating func start(now: Instant) -> [Action] {
        precondition({ if case .idle = state { true } else { false } }(), "a session begins once")
        state = .connecting(deadline: now + settings.patienceMilliseconds)
        let connect = MQTTConnect(
            version: .v5, clientID: settings.clientID, keepAliveSeconds: settings.keepAliveSeconds,
            userName: settings.userName, password: settings.password,
            properties: [
                .receiveMaximum(UInt16(clamping: settings.limits.unacknowledgedIncoming)),
                .maximumPacketSize(UInt32(clamping: settings.limits.packetBytes)),
            ])
        return [send(.connect(connect), now: now)]
    }

    /// Takes bytes from the connection.
    public mutating func receive(_ bytes: [UInt8], now: Instant) -> [Action] {
        guard !isClosed else { return [] }
        parser.append(bytes)
        var actions: [Action] = []
        do {
            while !isClosed, let packet = try parser.next() { actions += handle(packet, now: now) }
        } catch {
            actions += finish(.fault(error))
        }
        return actions
    }

    /// Judges the time: pings where nothing was sent for a keep-alive, ends where an answer is overdue. Once a second
    /// is often enough.
    public mutating func tick(now: Instant) -> [Action] {
        switch state {
        case .connecting(let deadline): return now < deadline ? [] : finish(.connectTimeout)
        case .open:
            if let pingDeadline { return now < pingDeadline ? [] : finish(.keepAliveTimeout) }
            guard keepAliveMilliseconds > 0, lastSent + keepAliveMilliseconds <= now else { return [] }
            pingDeadline = now + settings.patienceMilliseconds
            return [send(.pingreq, now: now)]
        case .idle, .closed: return []
        }
    }

    /// Says goodbye.
    public mutating func disconnect() -> [Action] {
        let goodbye = isConnected ? [Action.send(MQTTPacket.disconnect(MQTTDisconnect()).encoded(.v5))] : []
        return goodbye + finish(.byOwner(.success), isSilent: true)
    }

    /// The connection has gone.
    public mutating func connectionLost() -> [Action] {
        finish(.connectionLost, isSilent: true)
    }

    var isClosed: Bool {
        if case .closed = state { true } else { false }
    }
}

/// What the client asks of the server.
extension MQTTClientSession {
    /// Publishes at QoS 0, or nothing where the session is not open or the server does not take a packet of that size.
    public mutating func publish(
        topic: String, payload: [UInt8], properties: MQTTProperties = [], now: Instant
    ) -> [Action] {
        guard isConnected else { return [] }
        let publish = MQTTPublish(topic: topic, payload: payload, properties: properties)
        return sendIfItFits(.publish(publish), now: now)
    }

    /// Publishes at QoS 1; nil where `canPublish` is false or the server does not take a packet of that size.
    public mutating func publishAcknowledged(
        topic: String, payload: [UInt8], properties: MQTTProperties = [], now: Instant
    ) -> (packetID: UInt16, actions: [Action])? {
        guard canPublish else { return nil }
        let packetID = takeID()
        let publish = MQTTPublish(
            topic: topic, payload: payload, qos: .atLeastOnce, packetID: packetID, properties: properties)
        let actions = sendIfItFits(.publish(publish), now: now)
        guard !actions.isEmpty else { return nil }
        unacknowledged.insert(packetID)
        return (packetID, actions)
    }

    /// Whether one more SUBSCRIBE or UNSUBSCRIBE may be sent.
    public var canAsk: Bool { isConnected && unanswered.count < settings.limits.unacknowledgedOutgoing }

    /// Asks for topics; nil where `canAsk` is false.
    public mutating func subscribe(
        _ topics: [MQTTSubscribe.Topic], now: Instant
    ) -> (packetID: UInt16, actions: [Action])? {
        guard canAsk, !topics.isEmpty else { return nil }
        let packetID = takeID()
        unanswered.insert(packetID)
        return (packetID, [send(.subscribe(MQTTSubscribe(packetID: packetID, topics: topics)), now: now)])
    }

    /// Gives topics up; nil where `canAsk` is false.
    public mutating func unsubscribe(
        _ filters: [String], now: Instant
    ) -> (packetID: UInt16, actions: [Action])? {
        guard canAsk, !filters.isEmpty else { return nil }
        let packetID = takeID()
        unanswered.insert(packetID)
        return (packetID, [send(.unsubscribe(MQTTUnsubscribe(packetID: packetID, filters: filters)), now: now)])
    }

    mutating func send(_ packet: MQTTPacket, now: Instant) -> Action {
        lastSent = now
        return .send(packet.encoded(.v5))
    }

    private mutating func sendIfItFits(_ packet: MQTTPacket, now: Instant) -> [Action] {
        let bytes = packet.encoded(.v5)
        guard bytes.count <= maximumPacketBytes else { return [] }
        lastSent = now
        return [.send(bytes)]
    }

    /// Windows are far below 65,535, so that a free number is found.
    private mutating func takeID() -> UInt16 {
        repeat {
            lastID = lastID == .max ? 1 : lastID + 1
        } while unacknowledged.contains(lastID) || unanswered.contains(lastID)
        return lastID
    }
}
