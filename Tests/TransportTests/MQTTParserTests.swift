import Testing
import Transport

private struct Bad: CustomTestStringConvertible {
    let name: String
    let version: MQTTVersion?
    let text: String
    let error: MQTTError

    init(_ name: String, _ version: MQTTVersion?, _ text: String, _ error: MQTTError) {
        self.name = name
        self.version = version
        self.text = text
        self.error = error
    }

    var testDescription: String { name }
}

private let bad: [Bad] = [
    Bad("a type of 0", .v5, "00 00", .malformed(field: "packet type")),
    Bad("a length of five bytes", .v5, "30 ffffffff 01", .malformed(field: "remaining length")),
    Bad("a length longer than it needs to be", .v5, "30 8000", .malformed(field: "remaining length")),
    Bad("flags on PINGREQ", .v5, "c1 00", .malformed(field: "flags of pingreq")),
    Bad("no flags on SUBSCRIBE", .v5, "80 00", .malformed(field: "flags of subscribe")),
    Bad("a body on PINGREQ", .v5, "c0 01 00", .malformed(field: "remaining length")),
    Bad("QoS 3", .v5, "36 07 0001 't' 0001 00 'x'", .malformed(field: "QoS")),
    Bad("a duplicate at QoS 0", .v5, "38 04 0001 't' 00", .malformed(field: "flags of publish")),
    Bad("packet identifier 0", .v311, "32 05 0001 't' 0000", .malformed(field: "packet identifier")),
    Bad("a wildcard in a topic name", .v311, "30 05 0003 'a/+'", .malformed(field: "topic name")),
    Bad("an empty topic name", .v311, "30 02 0000", .malformed(field: "topic name")),
    Bad("U+0000 in a topic name", .v311, "30 05 0003 610062", .malformed(field: "topic name")),
    Bad("a surrogate in a topic name", .v311, "30 05 0003 eda080", .malformed(field: "topic name")),
    Bad("an overlong character", .v311, "30 04 0002 c080", .malformed(field: "topic name")),
    Bad("a topic name longer than its packet", .v311, "30 03 0003 61", .malformed(field: "topic name")),
    Bad("a topic alias", .v5, "30 07 0001 't' 03 23 0001", .topicAlias),
    Bad("a property of no number", .v5, "30 05 0001 't' 01 7f", .malformed(field: "property identifier")),
    Bad(
        "a property of another packet", .v5, "30 07 0001 't' 03 21 0001",
        .violation("receiveMaximum may not stand in packet(Transport.MQTTPacketKind.publish)")),
    Bad(
        "a property twice", .v5, "30 08 0001 't' 04 01 00 01 00",
        .violation("payloadFormatIndicator stands twice")),
    Bad("a property cut by its length", .v5, "30 06 0001 't' 02 02 00", .malformed(field: "property")),
    Bad("properties longer than their packet", .v5, "30 05 0001 't' 05 01", .malformed(field: "property length")),
    Bad("a flag of 2", .v5, "30 06 0001 't' 02 01 02", .malformed(field: "property")),
    Bad("subscription identifier 0", .v5, "30 06 0001 't' 02 0b 00", .violation("a property that may not be 0 is")),
    Bad(
        "a wildcard to answer on", .v5, "30 08 0001 't' 04 08 0001 '#'", .violation("a response topic holds a wildcard")
    ),
    Bad("SUBSCRIBE without a filter", .v311, "82 02 0001", .malformed(field: "topic filter")),
    Bad("UNSUBSCRIBE without a filter", .v5, "a2 03 0001 00", .malformed(field: "topic filter")),
    Bad("QoS 3 in SUBSCRIBE", .v311, "82 06 0001 0001 't' 03", .malformed(field: "subscription options")),
    Bad("version 5's options in 3.1.1", .v311, "82 06 0001 0001 't' 05", .malformed(field: "subscription options")),
    Bad("retain handling 3", .v5, "82 07 0001 00 0001 't' 30", .malformed(field: "subscription options")),
    Bad("a reason that PUBACK has not", .v5, "40 03 0001 8d", .malformed(field: "reason code")),
    Bad("a reason of no number", .v5, "40 03 0001 7f", .malformed(field: "reason code")),
    Bad("PUBACK with a reason in 3.1.1", .v311, "40 03 0001 00", .malformed(field: "remaining length")),
    Bad("return code 6", .v311, "20 02 00 06", .malformed(field: "return code")),
    Bad("PUBREL", .v5, "62 02 0001", .unsupportedPacket(.pubrel)),
    Bad("AUTH", .v5, "f0 00", .unsupportedPacket(.auth)),
    Bad("CONNECT twice", .v311, "10 0c 0004 'MQTT' 04 02 0000 0000", .violation("CONNECT came twice")),
    Bad("no CONNECT first", nil, "c0 00", .violation("the first packet is not CONNECT")),
    Bad("MQTT 3.1", nil, "10 0e 0006 'MQIsdp' 03 02 0000 0000", .unsupportedVersion(level: 3)),
    Bad("protocol level 6", nil, "10 0c 0004 'MQTT' 06 02 0000 0000", .unsupportedVersion(level: 6)),
    Bad("another protocol", nil, "10 0c 0004 'HTTP' 04 02 0000 0000", .malformed(field: "protocol name")),
    Bad("the reserved flag", nil, "10 0c 0004 'MQTT' 04 03 0000 0000", .malformed(field: "connect flags")),
    Bad("a QoS for no will", nil, "10 0c 0004 'MQTT' 04 0a 0000 0000", .malformed(field: "connect flags")),
    Bad(
        "a password without a name in 3.1.1", nil, "10 0e 0004 'MQTT' 04 42 0000 0000 0000",
        .malformed(field: "connect flags")),
    Bad(
        "a will on a wildcard", nil, "10 11 0004 'MQTT' 04 06 0000 0000 0001 '#' 0000", .malformed(field: "will topic")),
    Bad(
        "bytes after CONNECT's fields", nil, "10 0d 0004 'MQTT' 04 02 0000 0000 00",
        .malformed(field: "remaining length")),
]

@Test(arguments: bad) private func badBytesAreRefusedByName(_ example: Bad) {
    #expect(throws: example.error) { try parse(bytes(example.text), example.version) }
}

private func parser(of version: MQTTVersion?, _ limits: MQTTLimits = MQTTLimits()) -> MQTTParser {
    version.map { MQTTParser(version: $0, limits: limits) } ?? MQTTParser(limits: limits)
}

@Test func aPasswordWithoutANameIsFineInVersion5() throws {
    let packets = try parse(bytes("10 0f 0004 'MQTT' 05 42 0000 00 0000 0000"), nil)
    #expect(packets == [.connect(MQTTConnect(version: .v5, clientID: "", keepAliveSeconds: 0, password: []))])
}

@Test func aPacketAboveTheLimitIsRefusedByItsHeader() {
    var limits = MQTTLimits()
    limits.packetBytes = 100
    #expect(throws: MQTTError.tooLarge(bytes: 101, limit: 100)) { try parse([0x30, 99], .v5, limits: limits) }
    #expect(throws: Never.self) { try parse([0x30, 98], .v5, limits: limits) }
}

@Test func beforeConnectTheLimitIsLower() {
    #expect(throws: MQTTError.tooLarge(bytes: 8_193, limit: 8_192)) { try parse([0x10, 0xFE, 0x3F], nil) }
}

@Test func afterAnErrorNothingComes() throws {
    var parser = MQTTParser(version: .v5)
    parser.append([0x00, 0x00])
    #expect(throws: MQTTError.malformed(field: "packet type")) { try parser.next() }
    parser.append([0xC0, 0x00])
    #expect(throws: MQTTError.malformed(field: "packet type")) { try parser.next() }
    #expect(parser.bufferedBytes == 0)
}

@Test func ourOwnBoundsAreToldApartFromTheStandards() {
    var limits = MQTTLimits()
    limits.topicLevels = 2
    limits.properties = 1
    limits.filtersPerPacket = 1
    limits.clientIDBytes = 2
    let tooMany: [(String, MQTTVersion?, MQTTError)] = [
        ("30 07 0005 'a/b/c'", .v311, .aboveBound(field: "topic name", limit: limits.topicBytes)),
        ("30 08 0001 't' 04 01 00 02 00", .v5, .aboveBound(field: "properties", limit: 1)),
        ("82 0a 0001 0001 't' 00 0001 'u' 00", .v311, .aboveBound(field: "filters", limit: 1)),
        ("10 0f 0004 'MQTT' 04 02 0000 0003 'car'", nil, .aboveBound(field: "client identifier", limit: 2)),
    ]
    for (text, version, error) in tooMany {
        #expect(throws: error) { try parse(bytes(text), version, limits: limits) }
    }
}

@Test(arguments: 1...40 as ClosedRange<UInt64>) func noBytesCrashTheParserNorFillIt(_ seed: UInt64) {
    var random = SplitMix64(state: seed)
    var limits = MQTTLimits()
    limits.packetBytes = 300
    for _ in 0..<50 {
        var parser = parser(of: [nil, .v311, .v5][Int.random(in: 0..<3, using: &random)], limits)
        for _ in 0..<20 {
            let chunk = (0..<Int.random(in: 1...64, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            parser.append(chunk)
            do { while try parser.next() != nil {} } catch { break }
            #expect(parser.bufferedBytes <= limits.packetBytes, "seed \(seed)")
        }
    }
}

@Test(arguments: 1...40 as ClosedRange<UInt64>) func aPacketWithAChangedByteIsRefusedOrStillAPacket(_ seed: UInt64)
    throws
{
    var random = SplitMix64(state: seed)
    let packet = MQTTPacket.subscribe(
        MQTTSubscribe(
            packetID: 9, topics: [.init(filter: "waymark/v1/hazards/1/#", qos: .atLeastOnce)],
            properties: [.subscriptionIdentifier(7), .user(name: "k", value: "v")]))
    for _ in 0..<200 {
        var changed = packet.encoded(.v5)
        changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        guard let found = try? parse(changed, .v5).first else { continue }
        // Whatever was understood has an encoding that is understood alike.
        let again = found.encoded(.v5)
        #expect(try parse(again, .v5) == [found], "seed \(seed)")
    }
}
