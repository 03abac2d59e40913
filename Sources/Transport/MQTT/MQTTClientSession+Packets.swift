import Wire

/// What each packet of a server does to the session.
extension MQTTClientSession {
    mutating func handle(_ packet: MQTTPacket, now: Instant) -> [Action] {
        switch (packet, state) {
        case (.connack(let connack), .connecting): return open(connack)
        case (_, .connecting): return finish(.fault(.violation("the first packet is not CONNACK")))
        case (.publish(let publish), _): return take(publish, now: now)
        case (.puback(let puback), _):
            guard unacknowledged.remove(puback.packetID) != nil else { return [] }
            return [.acknowledged(packetID: puback.packetID, puback.reason, text: puback.properties.reasonString)]
        case (.suback(let suback), _):
            guard unanswered.remove(suback.packetID) != nil else { return [] }
            return [.subscribed(packetID: suback.packetID, suback.reasons)]
        case (.unsuback(let unsuback), _):
            guard unanswered.remove(unsuback.packetID) != nil else { return [] }
            return [.unsubscribed(packetID: unsuback.packetID, unsuback.reasons)]
        case (.pingresp, _):
            pingDeadline = nil
            return []
        case (.disconnect(let disconnect), _):
            return finish(.byPeer(disconnect.reason, text: disconnect.properties.reasonString), isSilent: true)
        case (.connect, _), (.connack, _), (.subscribe, _), (.unsubscribe, _), (.pingreq, _):
            return finish(.fault(.violation("a server sent \(packet.kind)")))
        }
    }

    private mutating func open(_ connack: MQTTConnack) -> [Action] {
        guard connack.reason == .success else { return finish(.connectRefused(connack.reason), isSilent: true) }
        guard connack.properties.maximumQoS >= .atLeastOnce else {
            return finish(.connectRefused(.qosNotSupported))
        }
        state = .open
        let properties = connack.properties
        window = min(window, properties.receiveMaximum.map(Int.init) ?? .max)
        maximumPacketBytes = properties.maximumPacketSize.map(Int.init) ?? .max
        if let seconds = properties.serverKeepAlive { keepAliveMilliseconds = UInt64(seconds) * 1000 }
        return [.connected(connack)]
    }

    private mutating func take(_ publish: MQTTPublish, now: Instant) -> [Action] {
        let message = Action.message(MQTTMessage(publish, now: now))
        switch publish.qos {
        case .atMostOnce: return [message]
        case .atLeastOnce:
            guard let packetID = publish.packetID else { preconditionFailure("a PUBLISH at QoS 1 has an identifier") }
            return [send(.puback(MQTTPuback(packetID: packetID)), now: now), message]
        case .exactlyOnce: return finish(.fault(.violation("a server sent more than the QoS that was asked for")))
        }
    }

    /// Says why, unless the other side has ended it, and closes.
    mutating func finish(_ close: MQTTClose, isSilent: Bool = false) -> [Action] {
        guard !isClosed else { return [] }
        let speaks = isConnected && !isSilent && close.reason.isValid(in: .disconnect)
        state = .closed
        let farewell = MQTTPacket.disconnect(MQTTDisconnect(reason: close.reason))
        return (speaks ? [.send(farewell.encoded(.v5))] : []) + [.close(close)]
    }
}
