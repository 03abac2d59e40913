import Testing
import Transport
import Wire

/// The standards' own examples (4.7), and the corners between them.
private let table: [(filter: String, topic: String, matches: Bool)] = [
    ("sport/tennis/player1/#", "sport/tennis/player1", true),
    ("sport/tennis/player1/#", "sport/tennis/player1/ranking", true),
    ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true),
    ("sport/#", "sport", true),
    ("#", "sport", true),
    ("#", "/", true),
    ("sport/tennis/+", "sport/tennis/player1", true),
    ("sport/tennis/+", "sport/tennis/player1/ranking", false),
    ("sport/+", "sport", false),
    ("sport/+", "sport/", true),
    ("+", "/finance", false),
    ("+/+", "/finance", true),
    ("/+", "/finance", true),
    ("+/tennis/#", "sport/tennis", true),
    ("sport/+/player1", "sport/tennis/player1", true),
    ("#", "$SYS/uptime", false),
    ("+/monitor/Clients", "$SYS/monitor/Clients", false),
    ("$SYS/#", "$SYS/monitor/Clients", true),
    ("$SYS/monitor/+", "$SYS/monitor/Clients", true),
    ("a/$x", "a/$x", true),
    ("a/+", "a/$x", true),
    ("accounts", "Accounts", false),
    ("a/b", "a/b", true),
    ("a/b", "a/b/", false),
    ("a//b", "a//b", true),
    ("a/+/b", "a//b", true),
    // One character spelled in two ways makes two topics.
    ("caf\u{E9}", "cafe\u{301}", false),
]

@Test func wildcardsMatchAsTheStandardSays() throws {
    for (filter, topic, matches) in table {
        #expect(try TopicFilter(filter).matches(topic) == matches, "\(filter) on \(topic)")
    }
}

@Test func theTreeAgreesWithTheFilter() throws {
    for (filter, topic, matches) in table {
        var tree = SubscriptionTree()
        tree.subscribe(1, MQTTSubscription(filter: try TopicFilter(filter), qos: .atMostOnce))
        #expect(tree.match(topic).count == (matches ? 1 : 0), "\(filter) on \(topic)")
    }
}

@Test func whatIsRetainedAgreesWithTheFilter() throws {
    for (filter, topic, matches) in table {
        var retained = RetainedMessages()
        retained.retain(MQTTMessage(topic: topic, payload: [1]))
        let found = retained.messages(matching: try TopicFilter(filter), now: at(0))
        #expect(found.count == (matches ? 1 : 0), "\(filter) on \(topic)")
    }
}

@Test(arguments: ["", "a#", "a/#/b", "#/", "a+", "+a/b", "a/b+/c", "a\u{0}b"])
func aFilterThatIsNoneIsInvalid(_ text: String) {
    #expect(throws: TopicFilterFault.invalid) { try TopicFilter(text) }
}

@Test func sharedSubscriptionsAreRefusedByTheirOwnReason() {
    #expect(throws: TopicFilterFault.shared) { try TopicFilter("$share/gateway/waymark/#") }
    #expect(throws: Never.self) { try TopicFilter("$shared/x") }
}

@Test func aFilterAboveOurBoundsIsTooLong() {
    let deep = Array(repeating: "a", count: 33).joined(separator: "/")
    #expect(throws: TopicFilterFault.tooLong) { try TopicFilter(deep) }
    #expect(throws: TopicFilterFault.tooLong) { try TopicFilter(String(repeating: "a", count: 1025)) }
}

@Test func aHazardsTopicIsWithinTheBounds() throws {
    let digits = Array(repeating: "3", count: 17).joined(separator: "/")
    let topic = "waymark/v1/hazards/\(digits)/" + String(repeating: "f", count: 32)
    #expect(try TopicFilter("waymark/v1/hazards/3/3/#").matches(topic))
    #expect(try TopicFilter(topic).matches(topic))
}

@Test func aSessionGetsAMessageOnceAtItsBestQoS() throws {
    let session: UInt64 = 7
    var tree = SubscriptionTree()
    tree.subscribe(session, MQTTSubscription(filter: try TopicFilter("a/#"), qos: .atMostOnce, identifier: 9))
    tree.subscribe(session, MQTTSubscription(filter: try TopicFilter("a/+"), qos: .atLeastOnce, identifier: 4))
    tree.subscribe(session, MQTTSubscription(filter: try TopicFilter("b"), qos: .atLeastOnce))
    let deliveries = tree.match("a/b")
    #expect(
        deliveries == [
            MQTTDelivery(session: session, qos: .atLeastOnce, retainAsPublished: false, identifiers: [4, 9])
        ])
}

@Test func deliveriesComeInTheOrderOfSessions() throws {
    var tree = SubscriptionTree()
    for number in [5, 3, 9, 1] as [UInt64] {
        tree.subscribe(number, MQTTSubscription(filter: try TopicFilter("t"), qos: .atMostOnce))
    }
    #expect(tree.match("t").map(\.session) == [1, 3, 5, 9])
}

@Test func whoWantsNoEchoGetsNone() throws {
    let session: UInt64 = 1
    var tree = SubscriptionTree()
    tree.subscribe(session, MQTTSubscription(filter: try TopicFilter("t"), qos: .atMostOnce, noLocal: true))
    #expect(tree.match("t", from: session).isEmpty)
    #expect(tree.match("t", from: 2).count == 1)
}

@Test func aTreeThatEveryoneLeftIsEmpty() throws {
    var tree = SubscriptionTree()
    let session: UInt64 = 1
    let filters = try ["a/b/c", "a/#", "+/b", "#"].map { try TopicFilter($0) }
    for filter in filters { tree.subscribe(session, MQTTSubscription(filter: filter, qos: .atMostOnce)) }
    #expect(tree.filterCount == 4)
    let wasThere = tree.unsubscribe(2, filters[0])
    #expect(!wasThere)
    tree.remove(session, filters: filters)
    #expect(tree.filterCount == 0)
    #expect(tree.match("a/b/c").isEmpty)
}

@Test(arguments: 1...20 as ClosedRange<UInt64>)
func theTreeFindsWhatTryingEachFilterFinds(_ seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    func path(_ alphabet: [String]) -> String {
        let count = Int.random(in: 1...4, using: &random)
        return (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] }
            .joined(separator: "/")
    }
    var tree = SubscriptionTree()
    var held: [(UInt64, TopicFilter)] = []
    for number in 0..<200 as Range<UInt64> {
        guard let filter = try? TopicFilter(path(["a", "b", "", "$c", "+", "#"])) else { continue }
        let session = number % 20
        tree.subscribe(session, MQTTSubscription(filter: filter, qos: .atMostOnce))
        held.append((session, filter))
        if number % 3 == 0, let (session, filter) = held.randomElement(using: &random) {
            tree.unsubscribe(session, filter)
            held.removeAll { $0.0 == session && $0.1 == filter }
        }
    }
    for _ in 0..<200 {
        let topic = path(["a", "b", "", "$c"])
        guard TopicName.isValid(topic) else { continue }
        let expected = Set(held.filter { $0.1.matches(topic) }.map(\.0)).sorted()
        #expect(tree.match(topic).map(\.session) == expected, "seed \(seed), topic \(topic)")
    }
}

@Test func anEmptyPayloadForgetsTheTopic() throws {
    var retained = RetainedMessages()
    retained.retain(MQTTMessage(topic: "a", payload: [1]))
    retained.retain(MQTTMessage(topic: "a", payload: [2]))
    #expect(retained.messages(matching: try TopicFilter("a"), now: at(0)).map(\.payload) == [[2]])
    retained.retain(MQTTMessage(topic: "a", payload: []))
    #expect(retained.count == 0)
}

@Test func retainedMessagesAreBounded() {
    var limits = MQTTLimits()
    limits.retainedMessages = 2
    var retained = RetainedMessages(limits: limits)
    let kept = ["a", "b", "c", "a"].map { retained.retain(MQTTMessage(topic: $0, payload: [1])) }
    #expect(kept == [true, true, false, true])
    #expect(retained.count == 2)
    #expect(retained.dropped == 1)
}

@Test func retainedMessagesComeOrderedByTopic() throws {
    var retained = RetainedMessages()
    for topic in ["b/x", "a/y", "a", "$s/z", "b"] { retained.retain(MQTTMessage(topic: topic, payload: [1])) }
    let found = retained.messages(matching: try TopicFilter("#"), now: at(0))
    #expect(found.map(\.topic) == ["a", "a/y", "b", "b/x"])
}

@Test func whatHasExpiredIsNotFoundAndCanBeDropped() throws {
    var retained = RetainedMessages()
    retained.retain(MQTTMessage(topic: "a", payload: [1], expires: at(100)))
    retained.retain(MQTTMessage(topic: "$s/a", payload: [1], expires: at(100)))
    retained.retain(MQTTMessage(topic: "b", payload: [1]))
    #expect(retained.messages(matching: try TopicFilter("#"), now: at(100)).map(\.topic) == ["b"])
    #expect(retained.count == 3)
    retained.expire(now: at(100))
    #expect(retained.count == 1)
}
