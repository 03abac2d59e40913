import Testing
import Transport

/// The standards' own examples where they have one, each field by hand from their tables elsewhere.
private let golden: [Golden] = [
    // 3.1.1, figure 3.6: user name, password, will at QoS 1, clean session, keep alive 10.
    Golden(
        .v311,
        .connect(
            MQTTConnect(
                version: .v311, clientID: "car", keepAliveSeconds: 10,
                will: MQTTWill(topic: "w", payload: [1, 2], qos: .atLeastOnce), userName: "u", password: [9])),
        "10 1c 0004 'MQTT' 04 ce 000a 0003 'car' 0001 'w' 0002 0102 0001 'u' 0001 09"),
    // 5.0, figure 3-6, whose properties are a session expiry of 10 s.
    Golden(
        .v5,
        .connect(
            MQTTConnect(
                version: .v5, clientID: "car", keepAliveSeconds: 10,
                will: MQTTWill(
                    topic: "w", payload: [1, 2], qos: .atLeastOnce, retain: true, properties: [.willDelayInterval(3)]),
                userName: "u", password: [9], properties: [.sessionExpiryInterval(10)])),
        "10 28 0004 'MQTT' 05 ee 000a 05 11 0000000a 0003 'car' 05 18 00000003 0001 'w' 0002 0102 0001 'u' 0001 09"),
    Golden(.v311, .connack(MQTTConnack(sessionPresent: true, reason: .success)), "20 02 01 00"),
    Golden(.v311, .connack(MQTTConnack(reason: .notAuthorized)), "20 02 00 05"),
    Golden(
        .v5, .connack(MQTTConnack(reason: .success, properties: [.receiveMaximum(20), .maximumQoS(1)])),
        "20 08 00 00 05 21 0014 24 01"),
    // 3.1.1, figure 3.11: "a/b", packet identifier 10.
    Golden(
        .v311, .publish(MQTTPublish(topic: "a/b", payload: [7], qos: .atLeastOnce, packetID: 10)),
        "32 08 0003 'a/b' 000a 07"),
    Golden(.v311, .publish(MQTTPublish(topic: "a/b", payload: [], retain: true)), "31 05 0003 'a/b'"),
    Golden(
        .v5,
        .publish(
            MQTTPublish(
                topic: "a/b", payload: [7], qos: .exactlyOnce, packetID: 10, isDuplicate: true,
                properties: [.user(name: "k", value: "v")])),
        "3c 10 0003 'a/b' 000a 07 26 0001 'k' 0001 'v' 07"),
    Golden(.v311, .puback(MQTTPuback(packetID: 0x1234)), "40 02 1234"),
    Golden(.v5, .puback(MQTTPuback(packetID: 0x1234)), "40 02 1234"),
    Golden(.v5, .puback(MQTTPuback(packetID: 0x1234, reason: .quotaExceeded)), "40 03 1234 97"),
    Golden(
        .v5, .puback(MQTTPuback(packetID: 0x1234, reason: .notAuthorized, properties: [.reasonString("no")])),
        "40 09 1234 87 05 1f 0002 'no'"),
    // 3.1.1, figure 3.23.
    Golden(
        .v311,
        .subscribe(
            MQTTSubscribe(
                packetID: 10,
                topics: [.init(filter: "a/b", qos: .atLeastOnce), .init(filter: "c/d", qos: .exactlyOnce)])),
        "82 0e 000a 0003 'a/b' 01 0003 'c/d' 02"),
    Golden(
        .v5,
        .subscribe(
            MQTTSubscribe(
                packetID: 10,
                topics: [
                    .init(
                        filter: "a/#", qos: .atLeastOnce, noLocal: true, retainAsPublished: true,
                        retainHandling: .doNotSend)
                ], properties: [.subscriptionIdentifier(128)])),
        "82 0c 000a 03 0b 8001 0003 'a/#' 2d"),
    // 3.1.1, figure 3.26: QoS 0, QoS 2, failure.
    Golden(
        .v311, .suback(MQTTSuback(packetID: 10, reasons: [.success, .grantedQoS2, .unspecifiedError])),
        "90 05 000a 00 02 80"),
    Golden(
        .v5, .suback(MQTTSuback(packetID: 10, reasons: [.grantedQoS1, .sharedSubscriptionsNotSupported])),
        "90 05 000a 00 01 9e"),
    // 3.1.1, figure 3.30.
    Golden(
        .v311, .unsubscribe(MQTTUnsubscribe(packetID: 10, filters: ["a/b", "c/d"])),
        "a2 0c 000a 0003 'a/b' 0003 'c/d'"),
    Golden(.v5, .unsubscribe(MQTTUnsubscribe(packetID: 10, filters: ["a/b"])), "a2 08 000a 00 0003 'a/b'"),
    Golden(.v311, .unsuback(MQTTSuback(packetID: 10, reasons: [])), "b0 02 000a"),
    Golden(.v5, .unsuback(MQTTSuback(packetID: 10, reasons: [.noSubscriptionExisted])), "b0 04 000a 00 11"),
    Golden(.v311, .pingreq, "c0 00"),
    Golden(.v5, .pingresp, "d0 00"),
    Golden(.v311, .disconnect(MQTTDisconnect()), "e0 00"),
    Golden(.v5, .disconnect(MQTTDisconnect()), "e0 00"),
    Golden(.v5, .disconnect(MQTTDisconnect(reason: .disconnectWithWill)), "e0 01 04"),
    Golden(
        .v5, .disconnect(MQTTDisconnect(reason: .serverMoved, properties: [.serverReference("b")])),
        "e0 06 9d 04 1c 0001 'b'"),
]

private func version(_ example: Golden) -> MQTTVersion? {
    example.packet.kind == .connect ? nil : example.version
}

@Test(arguments: golden) func aPacketHasTheStandardsBytes(_ example: Golden) {
    #expect(example.packet.encoded(example.version) == example.bytes)
}

@Test(arguments: golden) func thoseBytesAreThatPacket(_ example: Golden) throws {
    #expect(try parse(example.bytes, version(example)) == [example.packet])
}

@Test(arguments: golden) func aPacketCutAnywhereNeedsMore(_ example: Golden) throws {
    for count in 0..<example.bytes.count {
        #expect(try parse(Array(example.bytes.prefix(count)), version(example)).isEmpty)
    }
}

@Test(arguments: golden) func aPacketThatComesByteByByteIsTheSame(_ example: Golden) throws {
    var parser = version(example).map { MQTTParser(version: $0) } ?? MQTTParser()
    for byte in example.bytes.dropLast() {
        parser.append([byte])
        #expect(try parser.next() == nil)
    }
    parser.append([example.bytes[example.bytes.count - 1]])
    #expect(try parser.next() == example.packet)
    #expect(parser.bufferedBytes == 0)
}

/// Every property of the standard, where it may stand.
private let everyProperty: [(MQTTProperties, MQTTPacket)] = {
    let ofConnect: MQTTProperties = [
        .sessionExpiryInterval(1), .authenticationMethod("m"), .authenticationData([1]), .requestProblemInformation(0),
        .requestResponseInformation(1), .receiveMaximum(2), .topicAliasMaximum(3), .maximumPacketSize(4),
        .user(name: "a", value: "b"), .user(name: "a", value: "b"),
    ]
    let ofConnack: MQTTProperties = [
        .assignedClientIdentifier("c"), .serverKeepAlive(5), .responseInformation("r"), .serverReference("s"),
        .reasonString("t"), .maximumQoS(1), .retainAvailable(0), .wildcardSubscriptionAvailable(1),
        .subscriptionIdentifierAvailable(0), .sharedSubscriptionAvailable(0),
    ]
    let ofPublish: MQTTProperties = [
        .payloadFormatIndicator(1), .messageExpiryInterval(6), .contentType("p"), .responseTopic("q"),
        .correlationData([2, 3]), .subscriptionIdentifier(268_435_455), .subscriptionIdentifier(1),
    ]
    return [
        (ofConnect, .connect(MQTTConnect(version: .v5, clientID: "", properties: ofConnect))),
        (ofConnack, .connack(MQTTConnack(reason: .success, properties: ofConnack))),
        (ofPublish, .publish(MQTTPublish(topic: "t", payload: [], properties: ofPublish))),
    ]
}()

@Test(arguments: 0..<3) func everyPropertyComesBackAsItWasSent(_ index: Int) throws {
    let (_, packet) = everyProperty[index]
    #expect(try parse(packet.encoded(.v5), packet.kind == .connect ? nil : .v5) == [packet])
}

@Test func aStringIsTheStandardsExample() {
    // 3.1.1, figure 1.2: "A" and U+2A6D4.
    let publish = MQTTPacket.publish(MQTTPublish(topic: "A\u{2A6D4}", payload: []))
    #expect(publish.encoded(.v311) == bytes("30 07 0005 41 f0aa9b94"))
}

@Test(arguments: [
    (0, "00"), (127, "7f"), (128, "8001"), (16_383, "ff7f"), (16_384, "808001"), (2_097_151, "ffff7f"),
    (2_097_152, "80808001"),
]) func theRemainingLengthTakesAsFewBytesAsItCan(_ length: Int, _ encoded: String) throws {
    guard length >= 3 else { return }
    let packet = MQTTPacket.publish(MQTTPublish(topic: "t", payload: [UInt8](repeating: 0, count: length - 3)))
    let whole = packet.encoded(.v311)
    #expect(Array(whole.prefix(1 + bytes(encoded).count)) == [0x30] + bytes(encoded))
    var limits = MQTTLimits()
    limits.packetBytes = 4_000_000
    #expect(try parse(whole, .v311, limits: limits) == [packet])
}
