import Wire

/// One vehicle's connection as its gateway sees it, from the first byte to the last.
///
/// The owner feeds bytes and time and does what the actions say, in their order; the last action of a session is
/// `close`.
///
///     CONNECT ──▶ connected          the owner ends an older session of the same client identifier
///     PUBLISH ──▶ deliver            the owner answers later: `acknowledge` or `refuse`
///     SUBSCRIBE ▶ subscribe …        the owner notes it in its `SubscriptionTree`, and sends what is retained
///     silence ──▶ close              by `tick`
///
/// Reading stops where as many publishes wait for their PUBACK as the session takes: `isSaturated` says so, and the
/// owner pauses the connection, until it has acknowledged and calls `resume`. (A client of version 5 knows the number,
/// and is closed where it sends more.)
public struct MQTTServerSession: Sendable {
    /// What the owner does next.
    public enum Action: Hashable, Sendable {
        /// Write these bytes to the connection.
        case send([UInt8])
        /// The client is in.
        case connected(MQTTClient)
        /// The client published. At QoS 1 the packet identifier is what `acknowledge` and `refuse` want; wills have
        /// none.
        case deliver(MQTTMessage, packetID: UInt16?)
        /// The client holds this subscription from now on, in place of one with the same filter. `sendsRetained`: it
        /// wants what is retained there (`publish(retained:to:now:)`).
        case subscribe(MQTTSubscription, sendsRetained: Bool)
        /// The client gave this filter up.
        case unsubscribe(TopicFilter)
        /// Flush, close the connection, and drop the session's filters from the tree.
        case close(MQTTClose)
    }

    enum State: Sendable {
        case awaitingConnect(deadline: Instant)
        case open(MQTTClient)
        case closed
    }

    let limits: MQTTLimits
    let assignedClientID: String
    var parser: MQTTParser
    var state: State
    var lastReceived: Instant
    var will: MQTTMessage?
    var subscriptions: [TopicFilter: MQTTSubscription] = [:]
    var incoming: IncomingPublishes
    var outgoing: OutgoingPublishes

    /// A connection that was opened at `now`. `assignedClientID` names the client where it leaves that to the server:
    /// give each connection another.
    public init(assignedClientID: String, now: Instant, limits: MQTTLimits = MQTTLimits()) {
        self.limits = limits
        self.assignedClientID = assignedClientID
        parser = MQTTParser(limits: limits)
        state = .awaitingConnect(deadline: now + limits.connectSeconds * 1000)
        lastReceived = now
        incoming = IncomingPublishes(limit: limits.unacknowledgedIncoming)
        outgoing = OutgoingPublishes(limits: limits)
    }

    /// Who is connected; nil before CONNECT and after the end.
    public var client: MQTTClient? {
        if case .open(let client) = state { client } else { nil }
    }

    /// Whether the session has ended.
    public var isClosed: Bool {
        if case .closed = state { true } else { false }
    }

    /// The filters that it holds: what to drop from the tree at its end.
    public var filters: some Collection<TopicFilter> { subscriptions.keys }

    /// Publishes of the client's that wait for `acknowledge` or `refuse`.
    public var unacknowledgedIncoming: Int { incoming.count }

    /// Whether the owner should stop reading.
    public var isSaturated: Bool { incoming.isFull }

    /// Messages to the client that were dropped because it does not read or acknowledge.
    public var droppedOutgoing: UInt64 { outgoing.dropped }

    /// Takes bytes from the connection.
    public mutating func receive(_ bytes: [UInt8], now: Instant) -> [Action] {
        guard !isClosed else { return [] }
        lastReceived = now
        parser.append(bytes)
        return resume(now: now)
    }

    /// Goes on with bytes that were left because the session was saturated.
    public mutating func resume(now: Instant) -> [Action] {
        var actions: [Action] = []
        do {
            while !isClosed, mayRead, let packet = try parser.next() { actions += handle(packet, now: now) }
        } catch {
            actions += fail(error)
        }
        return actions
    }

    /// Judges the time since the client was last heard, and goes on where the session was saturated. Once a second is
    /// often enough.
    public mutating func tick(now: Instant) -> [Action] {
        let actions = judgeSilence(now: now)
        return actions.isEmpty ? resume(now: now) : actions
    }

    private mutating func judgeSilence(now: Instant) -> [Action] {
        switch state {
        case .awaitingConnect(let deadline): return now < deadline ? [] : finish(.connectTimeout)
        case .open(let client):
            let patience = UInt64(client.keepAliveSeconds) * 1500
            guard patience > 0, lastReceived + patience < now else { return [] }
            return finish(.keepAliveTimeout)
        case .closed: return []
        }
    }

    /// Ends the session for a reason of the owner's: another connection took the client identifier, the server stops.
    public mutating func disconnect(_ reason: MQTTReason) -> [Action] {
        finish(.byOwner(reason))
    }

    /// The connection has gone.
    public mutating func connectionLost() -> [Action] {
        finish(.connectionLost)
    }

    /// A client of 3.1.1 was never told how many publishes we take, so it is made to wait.
    private var mayRead: Bool {
        switch state {
        case .awaitingConnect: true
        case .open(let client): client.version == .v5 || !isSaturated
        case .closed: false
        }
    }
}

/// Who is connected, and what it asked for.
public struct MQTTClient: Hashable, Sendable {
    /// The version that it speaks.
    public let version: MQTTVersion
    /// Its identifier, or the one that it was assigned.
    public let clientID: String
    /// The name that it gave.
    public let userName: String?
    /// The password that it gave.
    public let password: [UInt8]?
    /// Seconds between two packets at most; 0 where it made no such promise.
    public let keepAliveSeconds: UInt16
    /// Whether it wants reasons in words beside PUBACK and SUBACK.
    public let wantsReasons: Bool
    /// The largest packet that it takes.
    public let maximumPacketBytes: Int
}
