import Testing
import Transport
import Wire

/// A session and its client on one line: what the client sends goes in as packets, what it gets comes out as packets.
private struct World {
    var session: MQTTServerSession
    let version: MQTTVersion
    var now = at(1_000_000)

    init(_ version: MQTTVersion, limits: MQTTLimits = MQTTLimits()) {
        self.version = version
        session = MQTTServerSession(assignedClientID: "waymark-1", now: at(1_000_000), limits: limits)
    }

    /// A client that is in.
    static func connected(
        _ version: MQTTVersion, limits: MQTTLimits = MQTTLimits(), will: MQTTWill? = nil,
        properties: MQTTProperties = []
    ) -> World {
        var world = World(version, limits: limits)
        _ = world.connect(MQTTConnect(version: version, clientID: "car", will: will, properties: properties))
        return world
    }

    mutating func connect(_ connect: MQTTConnect) -> [MQTTServerSession.Action] {
        session.receive(MQTTPacket.connect(connect).encoded(version), now: now)
    }

    mutating func receive(_ packets: MQTTPacket...) -> [MQTTServerSession.Action] {
        session.receive(packets.flatMap { $0.encoded(version) }, now: now)
    }

    mutating func publish(_ packetID: UInt16?, _ payload: [UInt8] = [1]) -> [MQTTServerSession.Action] {
        receive(
            .publish(
                MQTTPublish(
                    topic: "waymark/v1/reports", payload: payload, qos: packetID == nil ? .atMostOnce : .atLeastOnce,
                    packetID: packetID)))
    }

    mutating func subscribe(_ topics: MQTTSubscribe.Topic..., properties: MQTTProperties = []) -> [MQTTServerSession
        .Action]
    {
        receive(.subscribe(MQTTSubscribe(packetID: 77, topics: topics, properties: properties)))
    }

    /// The packets that the client reads from `actions`.
    func packets(_ actions: [MQTTServerSession.Action]) throws -> [MQTTPacket] {
        try parse(
            actions.flatMap { action -> [UInt8] in if case .send(let bytes) = action { bytes } else { [] } }, version)
    }
}

private func acknowledged(_ packets: [MQTTPacket]) -> [UInt16] {
    packets.compactMap { if case .puback(let puback) = $0 { puback.packetID } else { nil } }
}

private func topics(_ packets: [MQTTPacket]) -> [String] {
    packets.compactMap { if case .publish(let publish) = $0 { publish.topic } else { nil } }
}

private let both: [MQTTVersion] = [.v311, .v5]

// MARK: CONNECT

@Test func aClientOfVersion5IsToldWhereWeAreNarrower() throws {
    var world = World(.v5)
    let actions = world.connect(
        MQTTConnect(version: .v5, clientID: "", keepAliveSeconds: 0, properties: [.sessionExpiryInterval(3600)]))
    let expected = MQTTConnack(
        reason: .success,
        properties: [
            .receiveMaximum(256), .maximumQoS(1), .maximumPacketSize(69_632), .sharedSubscriptionAvailable(0),
            .sessionExpiryInterval(0), .assignedClientIdentifier("waymark-1"), .serverKeepAlive(600),
        ])
    #expect(try world.packets(actions) == [.connack(expected)])
    #expect(world.session.client?.clientID == "waymark-1")
    #expect(world.session.client?.keepAliveSeconds == 600)
}

@Test func aClientOf311GetsTwoZeroBytes() throws {
    var world = World(.v311)
    let actions = world.connect(MQTTConnect(version: .v311, clientID: "car", cleanStart: false))
    #expect(actions.first == .send([0x20, 2, 0, 0]))
    #expect(world.session.client?.clientID == "car")
    #expect(actions.count == 2)
}

@Test func aNamelessClientOf311MustStartClean() {
    var world = World(.v311)
    let actions = world.connect(MQTTConnect(version: .v311, clientID: "", cleanStart: false))
    #expect(actions == [.send([0x20, 2, 0, 2]), .close(.connectRefused(.clientIdentifierNotValid))])
    #expect(world.session.isClosed)
}

@Test func aWillAtQoS2AndAnAuthenticationMethodAreRefusedByName() throws {
    var first = World(.v5)
    let will = MQTTWill(topic: "t", payload: [], qos: .exactlyOnce)
    let actions = first.connect(MQTTConnect(version: .v5, clientID: "a", will: will))
    #expect(try first.packets(actions) == [.connack(MQTTConnack(reason: .qosNotSupported))])
    #expect(actions.last == .close(.connectRefused(.qosNotSupported)))
    var second = World(.v5)
    let others = second.connect(MQTTConnect(version: .v5, clientID: "a", properties: [.authenticationMethod("x")]))
    #expect(others.last == .close(.connectRefused(.badAuthenticationMethod)))
}

@Test func anOldVersionIsToldSoInItsOwnTongue() {
    var world = World(.v311)
    let actions = world.session.receive(bytes("10 0e 0006 'MQIsdp' 03 02 0000 0000"), now: world.now)
    #expect(actions == [.send([0x20, 2, 0, 1]), .close(.fault(.unsupportedVersion(level: 3)))])
}

@Test func aNewerVersionIsToldSoInVersion5() {
    var world = World(.v5)
    let actions = world.session.receive(bytes("10 0c 0004 'MQTT' 06 02 0000 0000"), now: world.now)
    #expect(actions == [.send([0x20, 3, 0, 0x84, 0]), .close(.fault(.unsupportedVersion(level: 6)))])
}

@Test func whoDoesNotConnectInTimeIsClosed() {
    var world = World(.v5)
    #expect(world.session.tick(now: at(1_009_999)).isEmpty)
    #expect(world.session.tick(now: at(1_010_000)) == [.close(.connectTimeout)])
    #expect(world.session.tick(now: at(1_020_000)).isEmpty)
}

// MARK: Keep-alive

@Test(arguments: both) func silenceForOneAndAHalfKeepAlivesEndsTheSession(_ version: MQTTVersion) throws {
    var world = World(version)
    _ = world.connect(MQTTConnect(version: version, clientID: "car", keepAliveSeconds: 10))
    #expect(world.session.tick(now: at(1_015_000)).isEmpty)
    world.now = at(1_015_000)
    #expect(try world.packets(world.receive(.pingreq)) == [.pingresp])
    #expect(world.session.tick(now: at(1_030_000)).isEmpty)
    let actions = world.session.tick(now: at(1_030_001))
    #expect(actions.last == .close(.keepAliveTimeout))
    let farewell: [MQTTPacket] = version == .v5 ? [.disconnect(MQTTDisconnect(reason: .keepAliveTimeout))] : []
    #expect(try world.packets(actions) == farewell)
}

@Test func aClientOf311WithoutKeepAliveMayBeSilent() {
    var world = World(.v311)
    _ = world.connect(MQTTConnect(version: .v311, clientID: "car", keepAliveSeconds: 0))
    #expect(world.session.tick(now: at(1_000_000_000)).isEmpty)
}

// MARK: Acknowledgements

@Test(arguments: both) func acknowledgementsLeaveInTheOrderOfThePublishes(_ version: MQTTVersion) throws {
    var world = World.connected(version)
    for packetID in [9, 4, 6] as [UInt16] { _ = world.publish(packetID) }
    #expect(world.session.acknowledge(6, now: world.now).isEmpty)
    #expect(world.session.acknowledge(4, now: world.now).isEmpty)
    let actions = world.session.acknowledge(9, now: world.now)
    #expect(acknowledged(try world.packets(actions)) == [9, 4, 6])
    #expect(world.session.unacknowledgedIncoming == 0)
}

@Test(arguments: 1...20 as ClosedRange<UInt64>)
func inWhicheverOrderTheyAreSettled(_ seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    var world = World.connected(.v5)
    let identifiers = Array(1...60 as ClosedRange<UInt16>).shuffled(using: &random)
    for packetID in identifiers { _ = world.publish(packetID) }
    var left: [UInt16] = []
    for packetID in identifiers.shuffled(using: &random) {
        left += acknowledged(try world.packets(world.session.acknowledge(packetID, now: world.now)))
    }
    #expect(left == identifiers, "seed \(seed)")
}

@Test(arguments: both) func aReceiptLeavesRightBeforeItsAcknowledgement(_ version: MQTTVersion) throws {
    var world = World.connected(version)
    _ = world.publish(1)
    _ = world.publish(2)
    let second = MQTTMessage(topic: "waymark/v1/receipts/b", payload: [2])
    #expect(world.session.acknowledge(2, before: second, now: world.now).isEmpty)
    let first = MQTTMessage(topic: "waymark/v1/receipts/a", payload: [1])
    let packets = try world.packets(world.session.acknowledge(1, before: first, now: world.now))
    #expect(packets.map(\.kind) == [.publish, .puback, .publish, .puback])
    #expect(topics(packets) == ["waymark/v1/receipts/a", "waymark/v1/receipts/b"])
    #expect(acknowledged(packets) == [1, 2])
}

@Test func version5IsToldWhyByItsPuback() throws {
    var world = World.connected(.v5)
    _ = world.publish(3)
    let actions = world.session.refuse(3, reason: .notAuthorized, text: "revoked", topic: "unused", now: world.now)
    let expected = MQTTPuback(packetID: 3, reason: .notAuthorized, properties: [.reasonString("revoked")])
    #expect(try world.packets(actions) == [.puback(expected)])
    #expect(!world.session.isClosed)
}

@Test func whoWantsNoReasonsGetsTheCodeAlone() throws {
    var world = World.connected(.v5, properties: [.requestProblemInformation(0)])
    _ = world.publish(3)
    let actions = world.session.refuse(3, reason: .notAuthorized, text: "revoked", topic: "unused", now: world.now)
    #expect(try world.packets(actions) == [.puback(MQTTPuback(packetID: 3, reason: .notAuthorized))])
}

@Test func aReasonTooLongForTheClientIsLeftOut() throws {
    var world = World.connected(.v5, properties: [.maximumPacketSize(20)])
    _ = world.publish(3)
    let text = String(repeating: "x", count: 30)
    let actions = world.session.refuse(3, reason: .notAuthorized, text: text, topic: "unused", now: world.now)
    #expect(try world.packets(actions) == [.puback(MQTTPuback(packetID: 3, reason: .notAuthorized))])
}

@Test func aCodeThatPubackHasNotBecomesOneThatItHas() throws {
    var world = World.connected(.v5)
    _ = world.publish(3)
    let packets = try world.packets(world.session.acknowledge(3, reason: .serverBusy, now: world.now))
    #expect(packets == [.puback(MQTTPuback(packetID: 3, reason: .implementationSpecificError))])
}

@Test func version311IsToldWhyByAMessageAndClosed() throws {
    var world = World.connected(.v311)
    _ = world.publish(1)
    _ = world.publish(2)
    #expect(world.session.refuse(2, reason: .notAuthorized, text: "revoked", topic: "r/2", now: world.now).isEmpty)
    let actions = world.session.acknowledge(1, now: world.now)
    let expected: [MQTTPacket] = [
        .puback(MQTTPuback(packetID: 1)), .publish(MQTTPublish(topic: "r/2", payload: Array("revoked".utf8))),
    ]
    #expect(try world.packets(actions) == expected)
    #expect(actions.last == .close(.publishRefused(.notAuthorized, text: "revoked")))
}

@Test func aPublishIsSettledOnceAndOnlyIfItCame() throws {
    var world = World.connected(.v5)
    #expect(world.session.acknowledge(5, now: world.now).isEmpty)
    _ = world.publish(5)
    _ = world.publish(6)
    #expect(world.session.refuse(6, reason: .notAuthorized, text: "", topic: "t", now: world.now).isEmpty)
    #expect(world.session.acknowledge(6, now: world.now).isEmpty)
    let packets = try world.packets(world.session.acknowledge(5, now: world.now))
    #expect(packets.last == .puback(MQTTPuback(packetID: 6, reason: .notAuthorized, properties: [.reasonString("")])))
}

@Test func aRepeatedPublishThatWaitsIsNotDeliveredAgain() {
    var world = World.connected(.v311)
    #expect(world.publish(5).count == 1)
    let again = MQTTPublish(topic: "t", payload: [1], qos: .atLeastOnce, packetID: 5, isDuplicate: true)
    #expect(world.receive(.publish(again)).isEmpty)
    #expect(world.session.unacknowledgedIncoming == 1)
}

@Test func anIdentifierThatIsInUseEndsTheSession() {
    var world = World.connected(.v5)
    _ = world.publish(5)
    #expect(world.publish(5).last == .close(.fault(.violation("packet identifier 5 is in use"))))
}

@Test func anIdentifierMayBeUsedAgainAfterItsAcknowledgement() {
    var world = World.connected(.v5)
    for _ in 0..<3 {
        #expect(world.publish(5).count == 1)
        #expect(world.session.acknowledge(5, now: world.now).count == 1)
    }
}

@Test func moreThanReceiveMaximumEndsASessionOfVersion5() throws {
    var limits = MQTTLimits()
    limits.unacknowledgedIncoming = 2
    var world = World.connected(.v5, limits: limits)
    _ = world.publish(1)
    _ = world.publish(2)
    let actions = world.publish(3)
    #expect(try world.packets(actions) == [.disconnect(MQTTDisconnect(reason: .receiveMaximumExceeded))])
    #expect(actions.last == .close(.receiveMaximumExceeded))
}

@Test func aClientOf311IsMadeToWaitInstead() {
    var limits = MQTTLimits()
    limits.unacknowledgedIncoming = 2
    var world = World.connected(.v311, limits: limits)
    let publishes = (1...4 as ClosedRange<UInt16>).map {
        MQTTPacket.publish(MQTTPublish(topic: "t", payload: [], qos: .atLeastOnce, packetID: $0))
    }
    let actions = world.session.receive(publishes.flatMap { $0.encoded(.v311) }, now: world.now)
    #expect(actions.count == 2)
    #expect(world.session.isSaturated)
    #expect(world.session.resume(now: world.now).isEmpty)
    _ = world.session.acknowledge(1, now: world.now)
    #expect(!world.session.isSaturated)
    #expect(world.session.resume(now: world.now).count == 1)
}

@Test func qos2IsRefusedByName() throws {
    var world = World.connected(.v5)
    let actions = world.receive(.publish(MQTTPublish(topic: "t", payload: [], qos: .exactlyOnce, packetID: 1)))
    #expect(try world.packets(actions) == [.disconnect(MQTTDisconnect(reason: .qosNotSupported))])
    #expect(actions.last == .close(.byOwner(.qosNotSupported)))
}

// MARK: Subscriptions

@Test(arguments: both) func eachFilterIsAnsweredForItself(_ version: MQTTVersion) throws {
    var limits = MQTTLimits()
    limits.subscriptionsPerSession = 2
    var world = World.connected(version, limits: limits)
    let actions = world.subscribe(
        .init(filter: "a/#", qos: .exactlyOnce), .init(filter: "$share/g/a", qos: .atMostOnce),
        .init(filter: "a/#/b", qos: .atMostOnce), .init(filter: "b", qos: .atMostOnce),
        .init(filter: "c", qos: .atMostOnce))
    let reasons: [MQTTReason] =
        switch version {
        case .v5:
            [.grantedQoS1, .sharedSubscriptionsNotSupported, .topicFilterInvalid, .success, .quotaExceeded]
        case .v311: [.grantedQoS1, .unspecifiedError, .unspecifiedError, .success, .unspecifiedError]
        }
    #expect(try world.packets(actions) == [.suback(MQTTSuback(packetID: 77, reasons: reasons))])
    let granted = actions.compactMap { if case .subscribe(let subscription, true) = $0 { subscription } else { nil } }
    #expect(granted.map(\.filter.text) == ["a/#", "b"])
    #expect(granted.map(\.qos) == [.atLeastOnce, .atMostOnce])
    #expect(Set(world.session.filters.map(\.text)) == ["a/#", "b"])
}

@Test func whatIsRetainedIsSentAsTheSubscriberWantsIt() {
    var world = World.connected(.v5)
    func sendsRetained(_ handling: MQTTRetainHandling) -> Bool? {
        let actions = world.subscribe(.init(filter: "a", qos: .atMostOnce, retainHandling: handling))
        for case .subscribe(_, let sendsRetained) in actions { return sendsRetained }
        return nil
    }
    #expect(sendsRetained(.doNotSend) == false)
    #expect(sendsRetained(.sendIfNew) == false)
    #expect(sendsRetained(.send) == true)
    _ = world.receive(.unsubscribe(MQTTUnsubscribe(packetID: 1, filters: ["a"])))
    #expect(sendsRetained(.sendIfNew) == true)
}

@Test(arguments: both) func unsubscribingSaysWhatWasThere(_ version: MQTTVersion) throws {
    var world = World.connected(version)
    _ = world.subscribe(.init(filter: "a", qos: .atMostOnce))
    let actions = world.receive(.unsubscribe(MQTTUnsubscribe(packetID: 3, filters: ["a", "b", "#/#"])))
    #expect(actions.first == .unsubscribe(try TopicFilter("a")))
    let reasons: [MQTTReason] = version == .v5 ? [.success, .noSubscriptionExisted, .topicFilterInvalid] : []
    #expect(try world.packets(actions) == [.unsuback(MQTTSuback(packetID: 3, reasons: reasons))])
    #expect(world.session.filters.isEmpty)
}

// MARK: What the client gets

private let session: UInt64 = 1

private func message(_ topic: String, _ byte: UInt8 = 1, expires: Instant? = nil) -> MQTTMessage {
    MQTTMessage(topic: topic, payload: [byte], qos: .atLeastOnce, isRetained: true, expires: expires)
}

@Test func aDeliveryHasTheLowerQoSAndTheSubscribersNumbers() throws {
    var world = World.connected(.v5)
    let actions = world.session.publish(
        message("t"), to: MQTTDelivery(session: session, qos: .atMostOnce, identifiers: [4, 9]), now: world.now)
    let expected = MQTTPublish(
        topic: "t", payload: [1], properties: [.subscriptionIdentifier(4), .subscriptionIdentifier(9)])
    #expect(try world.packets(actions) == [.publish(expected)])
}

@Test func theRetainFlagSaysThatAMessageWasThereBefore() throws {
    var world = World.connected(.v5)
    let live = world.session.publish(message("t"), to: MQTTDelivery(session: session, qos: .atMostOnce), now: world.now)
    #expect(try world.packets(live) == [.publish(MQTTPublish(topic: "t", payload: [1]))])
    let asPublished = MQTTDelivery(session: session, qos: .atMostOnce, retainAsPublished: true)
    let kept = world.session.publish(message("t"), to: asPublished, now: world.now)
    #expect(try world.packets(kept) == [.publish(MQTTPublish(topic: "t", payload: [1], retain: true))])
    let subscription = MQTTSubscription(filter: try TopicFilter("t"), qos: .atMostOnce)
    let retained = world.session.publish(retained: message("t"), to: subscription, now: world.now)
    #expect(try world.packets(retained) == [.publish(MQTTPublish(topic: "t", payload: [1], retain: true))])
}

@Test func theClientsReceiveMaximumIsHonoured() throws {
    var world = World.connected(.v5, properties: [.receiveMaximum(2)])
    var sent: [MQTTPacket] = []
    for byte in 1...5 as ClosedRange<UInt8> {
        sent += try world.packets(world.session.publish(message("t", byte), now: world.now))
    }
    #expect(sent.count == 2)
    #expect(world.session.waitingOutgoing == 3)
    guard case .publish(let first) = sent[0], let packetID = first.packetID else {
        Issue.record("a publish was sent")
        return
    }
    let next = try world.packets(world.receive(.puback(MQTTPuback(packetID: packetID))))
    #expect(next.count == 1)
    // An acknowledgement of nothing frees nothing.
    #expect(world.receive(.puback(MQTTPuback(packetID: packetID))).isEmpty)
}

@Test func whereTooMuchWaitsTheOldestOfTheTopicGivesWay() throws {
    var limits = MQTTLimits()
    limits.queuedOutgoing = 2
    var world = World.connected(.v311, limits: limits)
    #expect(world.session.setCongested(true, now: world.now).isEmpty)
    for (topic, byte) in [("a", 1), ("b", 2), ("a", 3), ("c", 4)] as [(String, UInt8)] {
        #expect(world.session.publish(message(topic, byte), now: world.now).isEmpty)
    }
    #expect(world.session.droppedOutgoing == 2)
    let packets = try world.packets(world.session.setCongested(false, now: world.now))
    let payloads = packets.map { packet -> [UInt8] in
        if case .publish(let publish) = packet { publish.payload } else { [] }
    }
    #expect(payloads == [[2], [3]])
}

@Test func aMessageThatWaitedTooLongIsDroppedAndOneThatDidNotSaysHowLongItIsGood() throws {
    var world = World.connected(.v5)
    _ = world.session.setCongested(true, now: world.now)
    _ = world.session.publish(message("a", expires: world.now + 5_000), now: world.now)
    _ = world.session.publish(message("b", expires: world.now + 1_000), now: world.now)
    let packets = try world.packets(world.session.setCongested(false, now: world.now + 1_500))
    guard case .publish(let publish) = packets.first else {
        Issue.record("a message was sent")
        return
    }
    #expect(packets.count == 1)
    #expect(publish.properties.messageExpiryInterval == 4)
    #expect(world.session.droppedOutgoing == 1)
}

@Test func aPacketLargerThanTheClientTakesIsDropped() {
    var world = World.connected(.v5, properties: [.maximumPacketSize(20)])
    let large = MQTTMessage(topic: "t", payload: [UInt8](repeating: 0, count: 30), qos: .atLeastOnce)
    #expect(world.session.publish(large, now: world.now).isEmpty)
    #expect(world.session.droppedOutgoing == 1)
    #expect(world.session.publish(message("t"), now: world.now).count == 1)
}

// MARK: The end

private let will = MQTTWill(
    topic: "gone", payload: [9], qos: .atLeastOnce, properties: [.willDelayInterval(60), .contentType("x")])

@Test func aWillIsPublishedWhereTheConnectionIsLost() {
    var world = World.connected(.v5, will: will)
    let published = MQTTMessage(topic: "gone", payload: [9], qos: .atLeastOnce, properties: [.contentType("x")])
    #expect(world.session.connectionLost() == [.deliver(published, packetID: nil), .close(.connectionLost)])
    #expect(world.session.connectionLost().isEmpty)
}

@Test(arguments: both) func aGoodbyeTakesTheWillBack(_ version: MQTTVersion) {
    var world = World.connected(version, will: MQTTWill(topic: "gone", payload: [9]))
    #expect(world.receive(.disconnect(MQTTDisconnect())) == [.close(.byPeer(.success, text: nil))])
}

@Test func aGoodbyeMayAskForTheWill() {
    var world = World.connected(.v5, will: will)
    #expect(world.receive(.disconnect(MQTTDisconnect(reason: .disconnectWithWill))).count == 2)
}

@Test func whoIsTakenOverIsToldSo() throws {
    var world = World.connected(.v5)
    let actions = world.session.disconnect(.sessionTakenOver)
    #expect(try world.packets(actions) == [.disconnect(MQTTDisconnect(reason: .sessionTakenOver))])
    #expect(actions.last == .close(.byOwner(.sessionTakenOver)))
}

@Test func afterTheEndNothingHappens() {
    var world = World.connected(.v5)
    _ = world.publish(1)
    _ = world.session.disconnect(.serverShuttingDown)
    #expect(world.publish(2).isEmpty)
    #expect(world.session.acknowledge(1, now: world.now).isEmpty)
    #expect(world.session.publish(message("t"), now: world.now).isEmpty)
    #expect(world.session.tick(now: at(9_000_000)).isEmpty)
}

@Test func aServersPacketFromAClientEndsTheSession() {
    var world = World.connected(.v5)
    #expect(world.receive(.pingresp).last == .close(.fault(.violation("a client sent pingresp"))))
}

@Test(arguments: 1...40 as ClosedRange<UInt64>) func noBytesCrashASession(_ seed: UInt64) {
    var random = SplitMix64(state: seed)
    for _ in 0..<40 {
        var world = World.connected([.v311, .v5][Int.random(in: 0...1, using: &random)])
        var closes = 0
        for _ in 0..<30 {
            let kind = UInt8.random(in: 1...15, using: &random)
            let flags: UInt8 = [0, 2, kind == 3 ? UInt8.random(in: 0...15, using: &random) : 0][
                Int.random(in: 0...2, using: &random)]
            let body = (0..<Int.random(in: 0...20, using: &random)).map { _ in UInt8.random(in: 0...4, using: &random) }
            let actions = world.session.receive([kind << 4 | flags, UInt8(body.count)] + body, now: world.now)
            closes += actions.count { if case .close = $0 { true } else { false } }
        }
        #expect(closes <= 1, "seed \(seed)")
        #expect(world.session.isClosed == (closes == 1), "seed \(seed)")
    }
}
