import Wire

/// What the client publishes, and how the owner answers.
extension MQTTServerSession {
    mutating func take(_ publish: MQTTPublish, now: Instant) -> [Action] {
        guard publish.properties.subscriptionIdentifier == nil else {
            return fail(.violation("a client's PUBLISH holds a subscription identifier"))
        }
        guard publish.qos != .exactlyOnce else { return finish(.byOwner(.qosNotSupported)) }
        let deliver = Action.deliver(MQTTMessage(publish, now: now), packetID: publish.packetID)
        guard let packetID = publish.packetID else { return [deliver] }
        switch incoming.arrive(packetID, isDuplicate: publish.isDuplicate) {
        case .new: return [deliver]
        // Its PUBACK is on its way.
        case .repeated: return []
        case .inUse: return fail(.violation("packet identifier \(packetID) is in use"))
        case .tooMany: return finish(.receiveMaximumExceeded)
        }
    }

    /// Answers a publish at QoS 1 with success, or refuses it to a client of version 5. The answer leaves once those of
    /// all earlier publishes have; `before`, such as a receipt, leaves right in front of it. A code that PUBACK cannot
    /// carry becomes `implementationSpecificError`.
    public mutating func acknowledge(
        _ packetID: UInt16, reason: MQTTReason = .success, text: String? = nil, before: MQTTMessage? = nil,
        now: Instant
    ) -> [Action] {
        let code = reason.isValid(in: .puback) ? reason : .implementationSpecificError
        incoming.settle(packetID, .acknowledged(code, text: text, before: before))
        return release(now: now)
    }

    /// Refuses a publish at QoS 1 in whichever way the client's version has: by PUBACK with reason and text, or, in
    /// 3.1.1, by publishing the text on `topic` and closing.
    public mutating func refuse(
        _ packetID: UInt16, reason: MQTTReason, text: String, topic: String, now: Instant
    ) -> [Action] {
        guard client?.version == .v311 else { return acknowledge(packetID, reason: reason, text: text, now: now) }
        incoming.settle(packetID, .refused(reason, text: text, topic: topic))
        return release(now: now)
    }

    private mutating func release(now: Instant) -> [Action] {
        var actions: [Action] = []
        while !isClosed, let (packetID, outcome) = incoming.release() {
            switch outcome {
            case .acknowledged(let reason, let text, let before):
                if let before { actions += sendAtOnce(before, now: now) }
                actions += puback(packetID, reason, text)
            case .refused(let reason, let text, let topic):
                actions += sendAtOnce(MQTTMessage(topic: topic, payload: Array(text.utf8)), now: now)
                actions += finish(.publishRefused(reason, text: text))
            }
        }
        return actions
    }

    private func puback(_ packetID: UInt16, _ reason: MQTTReason, _ text: String?) -> [Action] {
        var puback = MQTTPuback(packetID: packetID, reason: reason)
        if let client, client.version == .v5, client.wantsReasons, let text {
            puback.properties = [.reasonString(text)]
            let actions = send(.puback(puback))
            if !actions.isEmpty { return actions }
            // A reason that makes the packet too large for the client is left out.
            puback.properties = []
        }
        return send(.puback(puback))
    }
}

/// What the client gets.
extension MQTTServerSession {
    /// Messages that wait for the client to read or acknowledge.
    public var waitingOutgoing: Int { outgoing.waitingCount }

    /// Sends a message that the tree matched to this session.
    public mutating func publish(_ message: MQTTMessage, to delivery: MQTTDelivery, now: Instant) -> [Action] {
        publish(
            OutgoingPublishes.Item(
                message: message, qos: min(message.qos, delivery.qos),
                retain: delivery.retainAsPublished && message.isRetained, identifiers: delivery.identifiers), now: now)
    }

    /// Sends a retained message to a new subscriber.
    public mutating func publish(
        retained message: MQTTMessage, to subscription: MQTTSubscription, now: Instant
    ) -> [Action] {
        publish(
            OutgoingPublishes.Item(
                message: message, qos: min(message.qos, subscription.qos), retain: true,
                identifiers: subscription.identifier.map { [$0] } ?? []), now: now)
    }

    /// Sends a message that the client needs no subscription for, at its own QoS.
    public mutating func publish(_ message: MQTTMessage, now: Instant) -> [Action] {
        publish(
            OutgoingPublishes.Item(message: message, qos: message.qos, retain: false, identifiers: []), now: now)
    }

    /// Tells the session whether the connection holds more unsent bytes than it should; messages wait here meanwhile.
    public mutating func setCongested(_ isCongested: Bool, now: Instant) -> [Action] {
        outgoing.isCongested = isCongested
        return flush(now: now)
    }

    private mutating func publish(_ item: OutgoingPublishes.Item, now: Instant) -> [Action] {
        guard client != nil else { return [] }
        outgoing.add(item)
        return flush(now: now)
    }

    mutating func flush(now: Instant) -> [Action] {
        var actions: [Action] = []
        while client != nil, let (item, packetID) = outgoing.next() {
            guard !item.message.hasExpired(now: now) else {
                outgoing.drop(packetID)
                continue
            }
            let sent = send(.publish(MQTTPublish(item, packetID, now: now)))
            if sent.isEmpty { outgoing.drop(packetID) }
            actions += sent
        }
        return actions
    }

    /// What belongs to an answer waits for nothing but that answer's turn.
    private func sendAtOnce(_ message: MQTTMessage, now: Instant) -> [Action] {
        let item = OutgoingPublishes.Item(message: message, qos: .atMostOnce, retain: false, identifiers: [])
        return send(.publish(MQTTPublish(item, nil, now: now)))
    }
}

extension MQTTPublish {
    fileprivate init(_ item: OutgoingPublishes.Item, _ packetID: UInt16?, now: Instant) {
        var properties = item.message.properties
        if let expires = item.message.expires {
            let milliseconds = expires.milliseconds - min(expires.milliseconds, now.milliseconds)
            properties.append(.messageExpiryInterval(UInt32(clamping: (milliseconds + 999) / 1000)))
        }
        for identifier in item.identifiers { properties.append(.subscriptionIdentifier(identifier)) }
        self.init(
            topic: item.message.topic, payload: item.message.payload, qos: item.qos, packetID: packetID,
            retain: item.retain, properties: properties)
    }
}
