extension MQTTProperties {
    /// Reads a length and as many bytes of properties, each allowed in `place` and there once at most.
    init(_ reader: inout MQTTReader, in place: MQTTPropertyPlace, atMost limit: Int) throws(MQTTError) {
        let count = try reader.variable("property length")
        guard count > 0 else {
            self.init()
            return
        }
        var part = try reader.part(count, "property length")
        var all: [MQTTProperty] = []
        var seen: UInt64 = 0
        while part.left > 0 {
            guard all.count < limit else { throw .aboveBound(field: "properties", limit: limit) }
            let kind = try Self.kind(&part, in: place)
            let bit = UInt64(1) << UInt64(kind.rawValue)
            guard seen & bit == 0 || Self.mayRepeat(kind, in: place) else {
                throw .violation("\(kind) stands twice")
            }
            seen |= bit
            all.append(try MQTTProperty(kind, &part))
        }
        self.init(all)
    }

    private static func kind(
        _ reader: inout MQTTReader, in place: MQTTPropertyPlace
    ) throws(MQTTError) -> MQTTPropertyKind {
        let number = try reader.variable("property identifier")
        guard let small = UInt8(exactly: number), let kind = MQTTPropertyKind(rawValue: small) else {
            throw .malformed(field: "property identifier")
        }
        guard kind.isAllowed(in: place) else { throw .violation("\(kind) may not stand in \(place)") }
        return kind
    }

    private static func mayRepeat(_ kind: MQTTPropertyKind, in place: MQTTPropertyPlace) -> Bool {
        kind == .user || (kind == .subscriptionIdentifier && place == .packet(.publish))
    }

    /// Appends their length and their bytes.
    func write(_ writer: inout MQTTWriter) {
        guard !all.isEmpty else { return writer.variable(0) }
        var body = MQTTWriter()
        for property in all { property.write(&body) }
        writer.variable(body.bytes.count)
        writer.raw(body.bytes)
    }
}

extension MQTTProperty {
    init(_ kind: MQTTPropertyKind, _ reader: inout MQTTReader) throws(MQTTError) {
        let name = "property"
        switch kind {
        case .payloadFormatIndicator: self = .payloadFormatIndicator(try reader.flag(name))
        case .messageExpiryInterval: self = .messageExpiryInterval(try reader.fourBytes(name))
        case .contentType: self = .contentType(try reader.text(name))
        case .responseTopic: self = .responseTopic(try Self.topic(&reader))
        case .correlationData: self = .correlationData(try reader.binary(name))
        case .subscriptionIdentifier: self = .subscriptionIdentifier(try Self.notZero(try reader.variable(name)))
        case .sessionExpiryInterval: self = .sessionExpiryInterval(try reader.fourBytes(name))
        case .assignedClientIdentifier: self = .assignedClientIdentifier(try reader.text(name))
        case .serverKeepAlive: self = .serverKeepAlive(try reader.twoBytes(name))
        case .authenticationMethod: self = .authenticationMethod(try reader.text(name))
        case .authenticationData: self = .authenticationData(try reader.binary(name))
        case .requestProblemInformation: self = .requestProblemInformation(try reader.flag(name))
        case .willDelayInterval: self = .willDelayInterval(try reader.fourBytes(name))
        case .requestResponseInformation: self = .requestResponseInformation(try reader.flag(name))
        case .responseInformation: self = .responseInformation(try reader.text(name))
        case .serverReference: self = .serverReference(try reader.text(name))
        case .reasonString: self = .reasonString(try reader.text(name))
        case .receiveMaximum: self = .receiveMaximum(try Self.notZero(try reader.twoBytes(name)))
        case .topicAliasMaximum: self = .topicAliasMaximum(try reader.twoBytes(name))
        case .topicAlias: self = .topicAlias(try reader.twoBytes(name))
        case .maximumQoS: self = .maximumQoS(try reader.flag(name))
        case .retainAvailable: self = .retainAvailable(try reader.flag(name))
        case .user: self = .user(name: try reader.text(name), value: try reader.text(name))
        case .maximumPacketSize: self = .maximumPacketSize(try Self.notZero(try reader.fourBytes(name)))
        case .wildcardSubscriptionAvailable: self = .wildcardSubscriptionAvailable(try reader.flag(name))
        case .subscriptionIdentifierAvailable: self = .subscriptionIdentifierAvailable(try reader.flag(name))
        case .sharedSubscriptionAvailable: self = .sharedSubscriptionAvailable(try reader.flag(name))
        }
    }

    private static func notZero<Number: FixedWidthInteger>(_ value: Number) throws(MQTTError) -> Number {
        guard value != 0 else { throw .violation("a property that may not be 0 is") }
        return value
    }

    private static func topic(_ reader: inout MQTTReader) throws(MQTTError) -> String {
        let topic = try reader.text("response topic")
        guard TopicName.isValid(topic) else { throw .violation("a response topic holds a wildcard") }
        return topic
    }

    private func write(_ writer: inout MQTTWriter, _ kind: MQTTPropertyKind, _ value: UInt8) {
        writer.byte(kind.rawValue)
        writer.byte(value)
    }

    private func write(_ writer: inout MQTTWriter, _ kind: MQTTPropertyKind, _ value: UInt16) {
        writer.byte(kind.rawValue)
        writer.twoBytes(value)
    }

    private func write(_ writer: inout MQTTWriter, _ kind: MQTTPropertyKind, _ value: UInt32) {
        writer.byte(kind.rawValue)
        writer.fourBytes(value)
    }

    private func write(_ writer: inout MQTTWriter, _ kind: MQTTPropertyKind, _ value: String) {
        writer.byte(kind.rawValue)
        writer.text(value)
    }

    private func write(_ writer: inout MQTTWriter, _ kind: MQTTPropertyKind, _ value: [UInt8]) {
        writer.byte(kind.rawValue)
        writer.binary(value)
    }

    func write(_ writer: inout MQTTWriter) {
        switch self {
        case .payloadFormatIndicator(let value): write(&writer, .payloadFormatIndicator, value)
        case .messageExpiryInterval(let value): write(&writer, .messageExpiryInterval, value)
        case .contentType(let value): write(&writer, .contentType, value)
        case .responseTopic(let value): write(&writer, .responseTopic, value)
        case .correlationData(let value): write(&writer, .correlationData, value)
        case .subscriptionIdentifier(let value):
            writer.byte(MQTTPropertyKind.subscriptionIdentifier.rawValue)
            writer.variable(value)
        case .sessionExpiryInterval(let value): write(&writer, .sessionExpiryInterval, value)
        case .assignedClientIdentifier(let value): write(&writer, .assignedClientIdentifier, value)
        case .serverKeepAlive(let value): write(&writer, .serverKeepAlive, value)
        case .authenticationMethod(let value): write(&writer, .authenticationMethod, value)
        case .authenticationData(let value): write(&writer, .authenticationData, value)
        case .requestProblemInformation(let value): write(&writer, .requestProblemInformation, value)
        case .willDelayInterval(let value): write(&writer, .willDelayInterval, value)
        case .requestResponseInformation(let value): write(&writer, .requestResponseInformation, value)
        case .responseInformation(let value): write(&writer, .responseInformation, value)
        case .serverReference(let value): write(&writer, .serverReference, value)
        case .reasonString(let value): write(&writer, .reasonString, value)
        case .receiveMaximum(let value): write(&writer, .receiveMaximum, value)
        case .topicAliasMaximum(let value): write(&writer, .topicAliasMaximum, value)
        case .topicAlias(let value): write(&writer, .topicAlias, value)
        case .maximumQoS(let value): write(&writer, .maximumQoS, value)
        case .retainAvailable(let value): write(&writer, .retainAvailable, value)
        case .user(let name, let value):
            write(&writer, .user, name)
            writer.text(value)
        case .maximumPacketSize(let value): write(&writer, .maximumPacketSize, value)
        case .wildcardSubscriptionAvailable(let value): write(&writer, .wildcardSubscriptionAvailable, value)
        case .subscriptionIdentifierAvailable(let value): write(&writer, .subscriptionIdentifierAvailable, value)
        case .sharedSubscriptionAvailable(let value): write(&writer, .sharedSubscriptionAvailable, value)
        }
    }
}
