extension MQTTPacket {
    /// The whole packet's bytes in `version`. What 3.1.1 has no place for (reasons, properties) is left out.
    public func encoded(_ version: MQTTVersion) -> [UInt8] {
        switch self {
        case .connect(let connect): connect.encoded()
        case .connack(let connack): connack.encoded(version)
        case .publish(let publish): publish.encoded(version)
        case .puback(let puback): puback.encoded(version)
        case .subscribe(let subscribe): subscribe.encoded(version)
        case .suback(let suback): suback.encoded(version, .suback)
        case .unsubscribe(let unsubscribe): unsubscribe.encoded(version)
        case .unsuback(let unsuback): unsuback.encoded(version, .unsuback)
        case .pingreq: MQTTWriter(capacity: 0).packet(.pingreq)
        case .pingresp: MQTTWriter(capacity: 0).packet(.pingresp)
        case .disconnect(let disconnect): disconnect.encoded(version)
        }
    }
}

extension MQTTProperties {
    fileprivate func write(_ writer: inout MQTTWriter, if version: MQTTVersion) {
        if version == .v5 { write(&writer) }
    }
}

extension MQTTConnect {
    fileprivate func encoded() -> [UInt8] {
        var writer = MQTTWriter(capacity: 64 + clientID.utf8.count)
        writer.text("MQTT")
        writer.byte(version.rawValue)
        writer.byte(flags)
        writer.twoBytes(keepAliveSeconds)
        properties.write(&writer, if: version)
        writer.text(clientID)
        if let will {
            will.properties.write(&writer, if: version)
            writer.text(will.topic)
            writer.binary(will.payload)
        }
        if let userName { writer.text(userName) }
        if let password { writer.binary(password) }
        return writer.packet(.connect)
    }

    private var flags: UInt8 {
        var flags: UInt8 = cleanStart ? 0x02 : 0
        if let will { flags |= 0x04 | will.qos.rawValue << 3 | (will.retain ? 0x20 : 0) }
        if password != nil { flags |= 0x40 }
        if userName != nil { flags |= 0x80 }
        return flags
    }
}

extension MQTTConnack {
    fileprivate func encoded(_ version: MQTTVersion) -> [UInt8] {
        var writer = MQTTWriter()
        writer.byte(sessionPresent ? 1 : 0)
        writer.byte(version == .v5 ? reason.rawValue : reason.returnCode)
        properties.write(&writer, if: version)
        return writer.packet(.connack)
    }
}

extension MQTTPublish {
    fileprivate func encoded(_ version: MQTTVersion) -> [UInt8] {
        var writer = MQTTWriter(capacity: topic.utf8.count + payload.count + 16)
        writer.text(topic)
        if let packetID { writer.twoBytes(packetID) }
        properties.write(&writer, if: version)
        writer.raw(payload)
        let flags = (isDuplicate ? 0x08 : 0) | qos.rawValue << 1 | (retain ? 0x01 : 0)
        return writer.packet(.publish, flags: flags)
    }
}

extension MQTTPuback {
    fileprivate func encoded(_ version: MQTTVersion) -> [UInt8] {
        var writer = MQTTWriter()
        writer.twoBytes(packetID)
        if version == .v5 { writer.write(reason, properties) }
        return writer.packet(.puback)
    }
}

extension MQTTWriter {
    /// A reason and properties, each left out where what follows it says nothing.
    fileprivate mutating func write(_ reason: MQTTReason, _ properties: MQTTProperties) {
        if reason == .success && properties.all.isEmpty { return }
        byte(reason.rawValue)
        if !properties.all.isEmpty { properties.write(&self) }
    }
}

extension MQTTSubscribe {
    fileprivate func encoded(_ version: MQTTVersion) -> [UInt8] {
        var writer = MQTTWriter()
        writer.twoBytes(packetID)
        properties.write(&writer, if: version)
        for topic in topics {
            writer.text(topic.filter)
            writer.byte(version == .v5 ? topic.options : topic.qos.rawValue)
        }
        return writer.packet(.subscribe, flags: 0x02)
    }
}

extension MQTTSubscribe.Topic {
    fileprivate var options: UInt8 {
        qos.rawValue | (noLocal ? 0x04 : 0) | (retainAsPublished ? 0x08 : 0) | retainHandling.rawValue << 4
    }
}

extension MQTTSuback {
    fileprivate func encoded(_ version: MQTTVersion, _ kind: MQTTPacketKind) -> [UInt8] {
        var writer = MQTTWriter()
        writer.twoBytes(packetID)
        properties.write(&writer, if: version)
        switch (version, kind) {
        case (.v5, _): for reason in reasons { writer.byte(reason.rawValue) }
        case (.v311, .suback): for reason in reasons { writer.byte(reason.isFailure ? 0x80 : reason.rawValue) }
        case (.v311, _): break
        }
        return writer.packet(kind)
    }
}

extension MQTTUnsubscribe {
    fileprivate func encoded(_ version: MQTTVersion) -> [UInt8] {
        var writer = MQTTWriter()
        writer.twoBytes(packetID)
        properties.write(&writer, if: version)
        for filter in filters { writer.text(filter) }
        return writer.packet(.unsubscribe, flags: 0x02)
    }
}

extension MQTTDisconnect {
    fileprivate func encoded(_ version: MQTTVersion) -> [UInt8] {
        var writer = MQTTWriter()
        if version == .v5 { writer.write(reason, properties) }
        return writer.packet(.disconnect)
    }
}
