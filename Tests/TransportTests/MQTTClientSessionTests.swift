import Testing
import Transport
import Wire

/// A client and a server session, and the bytes between them.
private struct Pair {
    var client: MQTTClientSession
    var server: MQTTServerSession
    var now = at(1_000)
    /// What either side learnt, in order.
    var atClient: [MQTTClientSession.Action] = []
    var atServer: [MQTTServerSession.Action] = []

    init(_ settings: MQTTClientSettings = MQTTClientSettings(clientID: "car"), limits: MQTTLimits = MQTTLimits()) {
        client = MQTTClientSession(settings)
        server = MQTTServerSession(assignedClientID: "waymark-1", now: at(1_000), limits: limits)
        carry(client.start(now: now))
    }

    /// Carries what the client sends to the server, and its answers back.
    mutating func carry(_ actions: [MQTTClientSession.Action]) {
        for action in actions {
            guard case .send(let bytes) = action else {
                atClient.append(action)
                continue
            }
            carry(server.receive(bytes, now: now))
        }
    }

    /// Publishes at QoS 1, without carrying it.
    mutating func publish(_ payload: [UInt8]) throws -> (packetID: UInt16, actions: [MQTTClientSession.Action]) {
        let sent = client.publishAcknowledged(topic: "t", payload: payload, now: now)
        return try #require(sent)
    }

    mutating func carry(_ actions: [MQTTServerSession.Action]) {
        for action in actions {
            guard case .send(let bytes) = action else {
                atServer.append(action)
                continue
            }
            carry(client.receive(bytes, now: now))
        }
    }
}

@Test func aClientIsLetIn() {
    let pair = Pair()
    #expect(pair.client.isConnected)
    #expect(pair.server.client?.clientID == "car")
    #expect(pair.server.client?.version == .v5)
}

@Test func aPublishIsAcknowledgedWhenTheServerSaysSo() throws {
    var pair = Pair()
    let sent = try pair.publish([1])
    pair.carry(sent.actions)
    #expect(
        pair.atServer.last
            == .deliver(MQTTMessage(topic: "t", payload: [1], qos: .atLeastOnce), packetID: sent.packetID))
    pair.carry(pair.server.acknowledge(sent.packetID, reason: .quotaExceeded, text: "busy", now: pair.now))
    #expect(pair.atClient.last == .acknowledged(packetID: sent.packetID, .quotaExceeded, text: "busy"))
}

@Test func theServersReceiveMaximumIsHonoured() throws {
    var limits = MQTTLimits()
    limits.unacknowledgedIncoming = 2
    var pair = Pair(limits: limits)
    let first = try pair.publish([1])
    let second = try pair.publish([2])
    #expect(first.packetID != second.packetID)
    #expect(!pair.client.canPublish)
    #expect(pair.client.publishAcknowledged(topic: "t", payload: [3], now: pair.now) == nil)
    pair.carry(first.actions)
    pair.carry(pair.server.acknowledge(first.packetID, now: pair.now))
    #expect(pair.client.canPublish)
}

@Test func aPacketAboveTheServersLimitIsNotSent() {
    var limits = MQTTLimits()
    limits.packetBytes = 100
    var pair = Pair(limits: limits)
    let large = [UInt8](repeating: 0, count: 200)
    #expect(pair.client.publishAcknowledged(topic: "t", payload: large, now: pair.now) == nil)
    #expect(pair.client.publish(topic: "t", payload: large, now: pair.now).isEmpty)
    #expect(pair.client.canPublish)
}

@Test func aSubscriberGetsMessagesAndAcknowledgesThem() throws {
    var pair = Pair()
    let subscribing = pair.client.subscribe([.init(filter: "t/#", qos: .atLeastOnce)], now: pair.now)
    let asked = try #require(subscribing)
    pair.carry(asked.actions)
    #expect(pair.atClient.last == .subscribed(packetID: asked.packetID, [.grantedQoS1]))
    let message = MQTTMessage(topic: "t/1", payload: [7], qos: .atLeastOnce)
    pair.carry(pair.server.publish(message, now: pair.now))
    #expect(pair.atClient.last == .message(message))
    #expect(pair.server.waitingOutgoing == 0)
    let unsubscribing = pair.client.unsubscribe(["t/#"], now: pair.now)
    let ended = try #require(unsubscribing)
    pair.carry(ended.actions)
    #expect(pair.atClient.last == .unsubscribed(packetID: ended.packetID, [.success]))
}

@Test func aClientThatSendsNothingPings() {
    var pair = Pair()
    #expect(pair.client.tick(now: at(30_999)).isEmpty)
    pair.now = at(31_000)
    let ping = pair.client.tick(now: pair.now)
    #expect(ping == [.send([0xC0, 0])])
    pair.carry(ping)
    #expect(pair.client.tick(now: at(45_000)).isEmpty)
    #expect(pair.client.isConnected)
}

@Test func aServerThatDoesNotAnswerAPingIsLeft() {
    var pair = Pair()
    _ = pair.client.tick(now: at(31_000))
    #expect(pair.client.tick(now: at(40_999)).isEmpty)
    #expect(pair.client.tick(now: at(41_000)).last == .close(.keepAliveTimeout))
}

@Test func aServerThatDoesNotLetInIsLeft() {
    var client = MQTTClientSession(MQTTClientSettings(clientID: "car"))
    _ = client.start(now: at(0))
    #expect(client.publishAcknowledged(topic: "t", payload: [], now: at(0)) == nil)
    #expect(client.tick(now: at(9_999)).isEmpty)
    #expect(client.tick(now: at(10_000)) == [.close(.connectTimeout)])
}

@Test func aRefusedConnectSaysWhy() {
    var client = MQTTClientSession(MQTTClientSettings(clientID: "car"))
    _ = client.start(now: at(0))
    let answer = MQTTPacket.connack(MQTTConnack(reason: .notAuthorized)).encoded(.v5)
    #expect(client.receive(answer, now: at(0)) == [.close(.connectRefused(.notAuthorized))])
}

@Test func aServersGoodbyeEndsTheSession() {
    var pair = Pair()
    pair.carry(pair.server.disconnect(.serverShuttingDown))
    #expect(pair.atClient.last == .close(.byPeer(.serverShuttingDown, text: nil)))
    #expect(!pair.client.isConnected)
}

@Test func aClientsGoodbyeEndsTheSession() {
    var pair = Pair()
    pair.carry(pair.client.disconnect())
    #expect(pair.atClient.last == .close(.byOwner(.success)))
    #expect(pair.atServer.last == .close(.byPeer(.success, text: nil)))
}

@Test func aClientsPacketFromAServerEndsTheSession() {
    var pair = Pair()
    let actions = pair.client.receive([0xC0, 0], now: pair.now)
    #expect(actions.last == .close(.fault(.violation("a server sent pingreq"))))
    pair.carry(actions)
    #expect(pair.server.isClosed)
}
