extension MQTTConnect {
    init(_ reader: inout MQTTReader, _ limits: MQTTLimits) throws(MQTTError) {
        let version = try Self.version(&reader)
        let flags = try Flags(reader.byte("connect flags"))
        let keepAlive = try reader.twoBytes("keep alive")
        let properties =
            version == .v5 ? try MQTTProperties(&reader, in: .packet(.connect), atMost: limits.properties) : []
        let clientID = try reader.text("client identifier")
        guard clientID.utf8.count <= limits.clientIDBytes else {
            throw .aboveBound(field: "client identifier", limit: limits.clientIDBytes)
        }
        let will = flags.hasWill ? try MQTTWill(&reader, flags, version, limits) : nil
        let userName = flags.hasUserName ? try reader.text("user name") : nil
        let password = flags.hasPassword ? try reader.binary("password") : nil
        guard version == .v5 || userName != nil || password == nil else { throw .malformed(field: "connect flags") }
        self.init(
            version: version, clientID: clientID, cleanStart: flags.cleanStart, keepAliveSeconds: keepAlive,
            will: will, userName: userName, password: password, properties: properties)
    }

    private static func version(_ reader: inout MQTTReader) throws(MQTTError) -> MQTTVersion {
        let name = try reader.text("protocol name")
        // MQTT 3.1 called itself MQIsdp; it is told so instead of being called malformed.
        guard name == "MQTT" || name == "MQIsdp" else { throw .malformed(field: "protocol name") }
        let level = try reader.byte("protocol level")
        guard name == "MQTT", let version = MQTTVersion(rawValue: level) else {
            throw .unsupportedVersion(level: level)
        }
        return version
    }

    /// The byte that says which fields follow.
    struct Flags {
        let cleanStart: Bool
        let hasWill: Bool
        let willQoS: MQTTQoS
        let willRetain: Bool
        let hasPassword: Bool
        let hasUserName: Bool

        init(_ byte: UInt8) throws(MQTTError) {
            cleanStart = byte & 0x02 != 0
            hasWill = byte & 0x04 != 0
            willRetain = byte & 0x20 != 0
            hasPassword = byte & 0x40 != 0
            hasUserName = byte & 0x80 != 0
            guard byte & 0x01 == 0, let qos = MQTTQoS(rawValue: byte >> 3 & 3), hasWill || byte & 0x38 == 0 else {
                throw .malformed(field: "connect flags")
            }
            willQoS = qos
        }
    }
}

extension MQTTWill {
    fileprivate init(
        _ reader: inout MQTTReader, _ flags: MQTTConnect.Flags, _ version: MQTTVersion, _ limits: MQTTLimits
    ) throws(MQTTError) {
        let properties = version == .v5 ? try MQTTProperties(&reader, in: .will, atMost: limits.properties) : []
        let topic = try reader.text("will topic")
        guard TopicName.isValid(topic) else { throw .malformed(field: "will topic") }
        guard TopicName.isWithin(limits, topic) else {
            throw .aboveBound(field: "will topic", limit: limits.topicBytes)
        }
        self.init(
            topic: topic, payload: try reader.binary("will payload"), qos: flags.willQoS, retain: flags.willRetain,
            properties: properties)
    }
}
