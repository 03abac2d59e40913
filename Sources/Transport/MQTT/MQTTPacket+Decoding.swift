extension MQTTPacket {
    /// The packet whose first byte is `first` and whose body `reader` holds. `version` is nil until CONNECT has said
    /// it.
    init(
        first: UInt8, body reader: inout MQTTReader, version: MQTTVersion?, limits: MQTTLimits
    ) throws(MQTTError) {
        guard let kind = MQTTPacketKind(rawValue: first >> 4) else { throw .malformed(field: "packet type") }
        let flags = first & 0x0F
        guard kind == .publish || flags == kind.fixedFlags else { throw .malformed(field: "flags of \(kind)") }
        guard let version else {
            guard kind == .connect else { throw .violation("the first packet is not CONNECT") }
            self = .connect(try MQTTConnect(&reader, limits))
            try reader.finish()
            return
        }
        switch kind {
        case .connect: throw .violation("CONNECT came twice")
        case .connack: self = .connack(try MQTTConnack(&reader, version, limits))
        case .publish: self = .publish(try MQTTPublish(&reader, flags: flags, version, limits))
        case .puback: self = .puback(try MQTTPuback(&reader, version, limits))
        case .subscribe: self = .subscribe(try MQTTSubscribe(&reader, version, limits))
        case .suback: self = .suback(try MQTTSuback(&reader, .suback, version, limits))
        case .unsubscribe: self = .unsubscribe(try MQTTUnsubscribe(&reader, version, limits))
        case .unsuback: self = .unsuback(try MQTTSuback(&reader, .unsuback, version, limits))
        case .pingreq: self = .pingreq
        case .pingresp: self = .pingresp
        case .disconnect: self = .disconnect(try MQTTDisconnect(&reader, version, limits))
        case .pubrec, .pubrel, .pubcomp, .auth: throw .unsupportedPacket(kind)
        }
        try reader.finish()
    }
}

extension MQTTPacketKind {
    /// The low half of the first byte, where the standard fixes it.
    fileprivate var fixedFlags: UInt8 {
        switch self {
        case .pubrel, .subscribe, .unsubscribe: 0x02
        case .connect, .connack, .publish, .puback, .pubrec, .pubcomp, .suback, .unsuback, .pingreq, .pingresp,
            .disconnect, .auth:
            0x00
        }
    }
}

extension MQTTReader {
    fileprivate mutating func properties(
        _ version: MQTTVersion, in kind: MQTTPacketKind, _ limits: MQTTLimits
    ) throws(MQTTError) -> MQTTProperties {
        guard version == .v5 else { return [] }
        return try MQTTProperties(&self, in: .packet(kind), atMost: limits.properties)
    }

    fileprivate mutating func reason(_ kind: MQTTPacketKind) throws(MQTTError) -> MQTTReason {
        guard let reason = MQTTReason(rawValue: try byte("reason code")), reason.isValid(in: kind) else {
            throw .malformed(field: "reason code")
        }
        return reason
    }

    /// A reason and properties at a packet's end, either of which may be left out.
    fileprivate mutating func trailer(
        _ version: MQTTVersion, of kind: MQTTPacketKind, _ limits: MQTTLimits
    ) throws(MQTTError) -> (MQTTReason, MQTTProperties) {
        guard version == .v5, left > 0 else { return (.success, []) }
        let reason = try reason(kind)
        return (reason, left > 0 ? try properties(version, in: kind, limits) : [])
    }
}

extension MQTTConnack {
    fileprivate init(
        _ reader: inout MQTTReader, _ version: MQTTVersion, _ limits: MQTTLimits
    ) throws(MQTTError) {
        let present = try reader.flag("session present") == 1
        let reason: MQTTReason
        switch version {
        case .v5: reason = try reader.reason(.connack)
        case .v311:
            guard let known = MQTTReason(returnCode: try reader.byte("return code")) else {
                throw .malformed(field: "return code")
            }
            reason = known
        }
        self.init(
            sessionPresent: present, reason: reason, properties: try reader.properties(version, in: .connack, limits))
    }
}

extension MQTTPublish {
    fileprivate init(
        _ reader: inout MQTTReader, flags: UInt8, _ version: MQTTVersion, _ limits: MQTTLimits
    ) throws(MQTTError) {
        guard let qos = MQTTQoS(rawValue: flags >> 1 & 3) else { throw .malformed(field: "QoS") }
        let isDuplicate = flags & 0x08 != 0
        guard qos != .atMostOnce || !isDuplicate else { throw .malformed(field: "flags of publish") }
        let topic = try reader.text("topic name")
        let packetID = qos == .atMostOnce ? nil : try reader.packetID()
        let properties = try reader.properties(version, in: .publish, limits)
        // No side allows aliases, so that no topic may be empty either.
        if properties.topicAlias != nil { throw .topicAlias }
        guard TopicName.isValid(topic) else { throw .malformed(field: "topic name") }
        guard TopicName.isWithin(limits, topic) else {
            throw .aboveBound(field: "topic name", limit: limits.topicBytes)
        }
        self.init(
            topic: topic, payload: reader.rest(), qos: qos, packetID: packetID, isDuplicate: isDuplicate,
            retain: flags & 1 == 1, properties: properties)
    }
}

extension MQTTPuback {
    fileprivate init(
        _ reader: inout MQTTReader, _ version: MQTTVersion, _ limits: MQTTLimits
    ) throws(MQTTError) {
        let packetID = try reader.packetID()
        let (reason, properties) = try reader.trailer(version, of: .puback, limits)
        self.init(packetID: packetID, reason: reason, properties: properties)
    }
}

extension MQTTSubscribe {
    fileprivate init(
        _ reader: inout MQTTReader, _ version: MQTTVersion, _ limits: MQTTLimits
    ) throws(MQTTError) {
        let packetID = try reader.packetID()
        let properties = try reader.properties(version, in: .subscribe, limits)
        var topics: [Topic] = []
        repeat {
            guard topics.count < limits.filtersPerPacket else {
                throw .aboveBound(field: "filters", limit: limits.filtersPerPacket)
            }
            topics.append(try Topic(&reader, version))
        } while reader.left > 0
        self.init(packetID: packetID, topics: topics, properties: properties)
    }
}

extension MQTTSubscribe.Topic {
    fileprivate init(_ reader: inout MQTTReader, _ version: MQTTVersion) throws(MQTTError) {
        let filter = try reader.text("topic filter")
        let options = try reader.byte("subscription options")
        let reserved: UInt8 = version == .v5 ? 0xC0 : 0xFC
        guard options & reserved == 0, let qos = MQTTQoS(rawValue: options & 3),
            let handling = MQTTRetainHandling(rawValue: options >> 4 & 3)
        else { throw .malformed(field: "subscription options") }
        self.init(
            filter: filter, qos: qos, noLocal: options & 0x04 != 0, retainAsPublished: options & 0x08 != 0,
            retainHandling: handling)
    }
}

extension MQTTSuback {
    fileprivate init(
        _ reader: inout MQTTReader, _ kind: MQTTPacketKind, _ version: MQTTVersion, _ limits: MQTTLimits
    ) throws(MQTTError) {
        let packetID = try reader.packetID()
        let properties = try reader.properties(version, in: kind, limits)
        var reasons: [MQTTReason] = []
        while reader.left > 0, version == .v5 || kind == .suback {
            guard reasons.count < limits.filtersPerPacket else {
                throw .aboveBound(field: "reasons", limit: limits.filtersPerPacket)
            }
            reasons.append(try reader.reason(kind))
        }
        self.init(packetID: packetID, reasons: reasons, properties: properties)
    }
}

extension MQTTUnsubscribe {
    fileprivate init(
        _ reader: inout MQTTReader, _ version: MQTTVersion, _ limits: MQTTLimits
    ) throws(MQTTError) {
        let packetID = try reader.packetID()
        let properties = try reader.properties(version, in: .unsubscribe, limits)
        var filters: [String] = []
        repeat {
            guard filters.count < limits.filtersPerPacket else {
                throw .aboveBound(field: "filters", limit: limits.filtersPerPacket)
            }
            filters.append(try reader.text("topic filter"))
        } while reader.left > 0
        self.init(packetID: packetID, filters: filters, properties: properties)
    }
}

extension MQTTDisconnect {
    fileprivate init(
        _ reader: inout MQTTReader, _ version: MQTTVersion, _ limits: MQTTLimits
    ) throws(MQTTError) {
        let (reason, properties) = try reader.trailer(version, of: .disconnect, limits)
        self.init(reason: reason, properties: properties)
    }
}
