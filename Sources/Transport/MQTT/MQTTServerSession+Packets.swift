import Wire

/// What each packet of a client does to the session.
extension MQTTServerSession {
    mutating func handle(_ packet: MQTTPacket, now: Instant) -> [Action] {
        switch packet {
        case .connect(let connect): return open(connect, now: now)
        case .publish(let publish): return take(publish, now: now)
        case .puback(let puback):
            outgoing.acknowledge(puback.packetID)
            return flush(now: now)
        case .subscribe(let subscribe): return take(subscribe)
        case .unsubscribe(let unsubscribe): return take(unsubscribe)
        case .pingreq: return send(.pingresp)
        case .disconnect(let disconnect):
            if disconnect.reason == .success { will = nil }
            return finish(.byPeer(disconnect.reason, text: disconnect.properties.reasonString))
        case .connack, .suback, .unsuback, .pingresp: return fail(.violation("a client sent \(packet.kind)"))
        }
    }

    /// Ends the session because of what the client sent.
    mutating func fail(_ error: MQTTError) -> [Action] {
        finish(.fault(error))
    }

    /// Says why where the version can, publishes the will, and closes.
    mutating func finish(_ close: MQTTClose) -> [Action] {
        guard !isClosed else { return [] }
        var actions = farewell(close)
        if let will { actions.append(.deliver(will, packetID: nil)) }
        will = nil
        state = .closed
        actions.append(.close(close))
        return actions
    }

    private func farewell(_ close: MQTTClose) -> [Action] {
        switch (state, close) {
        case (.closed, _), (_, .byPeer), (_, .connectionLost), (_, .connectTimeout), (_, .connectRefused),
            (_, .publishRefused):
            return []
        case (.awaitingConnect, .fault(.unsupportedVersion(let level))):
            let version: MQTTVersion = level > MQTTVersion.v5.rawValue ? .v5 : .v311
            return [.send(MQTTPacket.connack(MQTTConnack(reason: .unsupportedProtocolVersion)).encoded(version))]
        case (.awaitingConnect, _): return []
        case (.open(let client), _):
            guard client.version == .v5, close.reason.isValid(in: .disconnect) else { return [] }
            return send(.disconnect(MQTTDisconnect(reason: close.reason)))
        }
    }

    /// The packet, unless it is larger than the client takes.
    func send(_ packet: MQTTPacket) -> [Action] {
        guard let client else { return [] }
        let bytes = packet.encoded(client.version)
        return bytes.count <= client.maximumPacketBytes ? [.send(bytes)] : []
    }
}

/// CONNECT.
extension MQTTServerSession {
    private mutating func open(_ connect: MQTTConnect, now: Instant) -> [Action] {
        if let reason = refusal(of: connect) {
            let answer = MQTTPacket.connack(MQTTConnack(reason: reason)).encoded(connect.version)
            return [.send(answer)] + finish(.connectRefused(reason))
        }
        let client = MQTTClient(connect, assigned: assignedClientID, limits: limits)
        state = .open(client)
        will = connect.will.map { MQTTMessage($0, now: now) }
        let window = connect.properties.receiveMaximum.map(Int.init) ?? .max
        outgoing.window = min(window, limits.unacknowledgedOutgoing)
        let properties = connect.version == .v5 ? announcement(to: connect, as: client) : []
        return send(.connack(MQTTConnack(reason: .success, properties: properties))) + [.connected(client)]
    }

    private func refusal(of connect: MQTTConnect) -> MQTTReason? {
        if connect.properties.authenticationMethod != nil { return .badAuthenticationMethod }
        if connect.will?.qos == .exactlyOnce { return .qosNotSupported }
        // 3.1.1 lets only a clean session leave its name to the server.
        if connect.version == .v311 && connect.clientID.isEmpty && !connect.cleanStart {
            return .clientIdentifierNotValid
        }
        return nil
    }

    /// What we are narrower in than version 5 would let a client assume.
    private func announcement(to connect: MQTTConnect, as client: MQTTClient) -> MQTTProperties {
        var properties: MQTTProperties = [
            .receiveMaximum(UInt16(clamping: limits.unacknowledgedIncoming)), .maximumQoS(1),
            .maximumPacketSize(UInt32(clamping: limits.packetBytes)), .sharedSubscriptionAvailable(0),
        ]
        if (connect.properties.sessionExpiryInterval ?? 0) != 0 { properties.append(.sessionExpiryInterval(0)) }
        if connect.clientID.isEmpty { properties.append(.assignedClientIdentifier(client.clientID)) }
        if connect.keepAliveSeconds != client.keepAliveSeconds {
            properties.append(.serverKeepAlive(client.keepAliveSeconds))
        }
        return properties
    }
}

extension MQTTClient {
    fileprivate init(_ connect: MQTTConnect, assigned: String, limits: MQTTLimits) {
        version = connect.version
        clientID = connect.clientID.isEmpty ? assigned : connect.clientID
        userName = connect.userName
        password = connect.password
        let asked = connect.keepAliveSeconds
        // Only version 5 can be told another keep-alive than it asked for.
        let isKept = connect.version == .v311 || (1...limits.keepAliveSeconds).contains(asked)
        keepAliveSeconds = isKept ? asked : limits.keepAliveSeconds
        wantsReasons = connect.properties.wantsProblemInformation
        maximumPacketBytes = connect.properties.maximumPacketSize.map(Int.init) ?? .max
    }
}

extension MQTTMessage {
    fileprivate init(_ will: MQTTWill, now: Instant) {
        var properties = will.properties
        properties.removeAll { if case .willDelayInterval = $0 { true } else { false } }
        self.init(
            MQTTPublish(
                topic: will.topic, payload: will.payload, qos: will.qos, packetID: will.qos == .atMostOnce ? nil : 1,
                retain: will.retain, properties: properties), now: now)
    }

    init(_ publish: MQTTPublish, now: Instant) {
        var properties = publish.properties
        let expiry = properties.messageExpiryInterval
        properties.removeAll { if case .messageExpiryInterval = $0 { true } else { false } }
        self.init(
            topic: publish.topic, payload: publish.payload, qos: publish.qos, isRetained: publish.retain,
            properties: properties, expires: expiry.map { now + UInt64($0) * 1000 })
    }
}

/// SUBSCRIBE and UNSUBSCRIBE.
extension MQTTServerSession {
    private mutating func take(_ subscribe: MQTTSubscribe) -> [Action] {
        let identifier = subscribe.properties.subscriptionIdentifier
        var reasons: [MQTTReason] = []
        var actions: [Action] = []
        for topic in subscribe.topics {
            do throws(TopicFilterFault) {
                let filter = try TopicFilter(topic.filter, limits: limits)
                let (reason, action) = grant(filter, topic, identifier)
                reasons.append(reason)
                if let action { actions.append(action) }
            } catch {
                reasons.append(error.reason)
            }
        }
        // The answer goes first, what is retained follows it.
        return send(.suback(MQTTSuback(packetID: subscribe.packetID, reasons: reasons))) + actions
    }

    private mutating func grant(
        _ filter: TopicFilter, _ topic: MQTTSubscribe.Topic, _ identifier: Int?
    ) -> (MQTTReason, Action?) {
        let isNew = subscriptions[filter] == nil
        guard !isNew || subscriptions.count < limits.subscriptionsPerSession else { return (.quotaExceeded, nil) }
        let subscription = MQTTSubscription(
            filter: filter, qos: min(topic.qos, .atLeastOnce), noLocal: topic.noLocal,
            retainAsPublished: topic.retainAsPublished, identifier: identifier)
        subscriptions[filter] = subscription
        let sendsRetained =
            switch topic.retainHandling {
            case .send: true
            case .sendIfNew: isNew
            case .doNotSend: false
            }
        let reason: MQTTReason = subscription.qos == .atMostOnce ? .success : .grantedQoS1
        return (reason, .subscribe(subscription, sendsRetained: sendsRetained))
    }

    private mutating func take(_ unsubscribe: MQTTUnsubscribe) -> [Action] {
        var reasons: [MQTTReason] = []
        var actions: [Action] = []
        for text in unsubscribe.filters {
            do throws(TopicFilterFault) {
                let filter = try TopicFilter(text, limits: limits)
                let was = subscriptions.removeValue(forKey: filter) != nil
                reasons.append(was ? .success : .noSubscriptionExisted)
                if was { actions.append(.unsubscribe(filter)) }
            } catch {
                // A filter that cannot be held is not held.
                reasons.append(error == .invalid ? .topicFilterInvalid : .noSubscriptionExisted)
            }
        }
        return actions + send(.unsuback(MQTTSuback(packetID: unsubscribe.packetID, reasons: reasons)))
    }
}
