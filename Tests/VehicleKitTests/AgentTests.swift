import Cryptography
import Geography
import Hazards
import Telemetry
import Testing
import Transport
import TransparencyLog
import Wire

@testable import VehicleKit

// MARK: Reports

@Test func aReportIsAcknowledgedByAReceiptThatWasChecked() throws {
    var world = try World.connected()
    world.report()
    world.pass(120)
    try world.commit(0)
    let acknowledgement = try #require(world.acknowledgements.first)
    #expect(acknowledgement.sequence == 1)
    #expect(acknowledgement.index == 0)
    #expect(acknowledgement.treeSize == 1)
    #expect(acknowledgement.sinceObservationMilliseconds == 120)
    #expect(acknowledgement.sinceSubmissionMilliseconds == 120)
    #expect(world.agent.outbox.count == 0)
    #expect(world.faults.isEmpty)
    #expect(world.agent.isConnected)
}

@Test func anAcknowledgementWithoutAReceiptIsAFaultAndTheReportGoesElsewhere() throws {
    var world = try World.connected()
    world.report()
    let (report, packetID) = try world.admitted(0)
    world.acknowledge(packetID, report.digest, nil)
    #expect(world.faults == ["acknowledged without a valid receipt"])
    #expect(world.acknowledgements.isEmpty)
    #expect(world.agent.outbox.count == 1)
    #expect(world.closedByVehicle == 1)
    world.pass(200)
    #expect(world.dialled.count == 2)
    #expect(world.dialled[0] != world.dialled[1])
    world.accept()
    #expect(try world.admitted(0).report.digest == report.digest)
    try world.commit(0)
    #expect(world.acknowledgements.count == 1)
}

@Test func aReceiptWithoutQuorumIsAFault() throws {
    var world = try World.connected()
    world.report()
    let (report, packetID) = try world.admitted(0)
    let receipt = try world.committee.commit(.report(ReportEntry(commitment: report.commitment)), cosigners: 2)
    world.acknowledge(packetID, report.digest, receipt)
    #expect(world.faults.count == 2)
    #expect(world.acknowledgements.isEmpty)
    #expect(world.agent.outbox.count == 1)
    #expect(!world.agent.isConnected)
}

@Test func aResentReportIsAnsweredWithTheFirstOnesReceipt() throws {
    var world = try World.connected()
    world.report()
    let (first, _) = try world.admitted(0)
    // Committed, but the answer is lost; half a minute later the vehicle has signed again.
    let receipt = try world.committee.commit(.report(ReportEntry(commitment: first.commitment)))
    world.cut()
    world.pass(40_000)
    world.accept()
    let (second, packetID) = try world.admitted(0)
    #expect(second.digest != first.digest)
    #expect(second.report.sequence == first.report.sequence)
    world.acknowledge(packetID, second.digest, receipt)
    #expect(world.acknowledgements.map(\.report) == [second.digest])
    #expect(world.faults.isEmpty)
}

@Test func theCertificateIsLeftOutOnceTheGatewayHasAnswered() throws {
    var world = try World.connected()
    world.report()
    world.report()
    // Both left before the first answer, so both carry it.
    let sizes = world.published.map(\.message.payload.count)
    #expect(sizes[0] == sizes[1])
    try world.commit(0)
    world.report()
    #expect(world.published[2].message.payload.count < sizes[0] - 100)
    try world.commit(1)
    try world.commit(2)
    #expect(world.acknowledgements.map(\.sequence) == [1, 2, 3])
    world.cut()
    world.pass(200)
    world.accept()
    world.report()
    #expect(world.published[0].message.payload.count == sizes[0])
}

@Test func aGatewayThatForgotTheCertificateGetsItAgain() throws {
    var world = try World.connected()
    world.report()
    try world.commit(0)
    world.report()
    try world.refuse(1, .uncertified, .notAuthorized)
    #expect(world.published.count == 3)
    #expect(world.published[2].message.payload.count > world.published[1].message.payload.count + 100)
    try world.commit(2)
    #expect(world.acknowledgements.count == 2)
}

@Test func aReportThatNobodyWillTakeLeavesTheOutbox() throws {
    var world = try World.connected()
    world.report()
    let digest = try world.admitted(0).report.digest
    try world.refuse(0, .revoked, .notAuthorized)
    #expect(world.events.last == .refused(digest, .revoked, text: Refusal.revoked.reason))
    #expect(world.agent.outbox.count == 0)
    #expect(world.agent.counters.reportsRefused == 1)
}

@Test func aBusyGatewayIsAskedAgainLater() throws {
    var world = try World.connected()
    world.report()
    try world.refuse(0, .busy, .quotaExceeded)
    #expect(world.published.count == 1)
    world.pass(1_000)
    #expect(world.published.count == 2)
    #expect(world.published[0].message.payload == world.published[1].message.payload)
    try world.commit(1)
    #expect(world.acknowledgements.count == 1)
}

@Test func aStaleReportIsSignedAgainAtOnce() throws {
    var world = try World.connected()
    world.report()
    world.milliseconds += 15_000
    try world.refuse(0, .stale, .payloadFormatInvalid)
    #expect(world.published.count == 2)
    let second = try world.admitted(1).report
    #expect(second.report.time == world.now.timestamp)
    // Called stale again, it waits: the clock is wrong.
    try world.refuse(1, .stale, .payloadFormatInvalid)
    #expect(world.published.count == 2)
}

@Test func aGatewayThatDoesNotAnswerIsLeft() throws {
    var world = try World.connected()
    world.report()
    world.pass(19_999)
    #expect(world.agent.isConnected)
    world.pass(1)
    #expect(!world.agent.isConnected)
    world.pass(200)
    world.accept()
    try world.commit(0)
    #expect(world.acknowledgements.count == 1)
}

@Test func reportsWaitForAConnectionAndKeepTheirOrder() throws {
    var world = try World()
    for _ in 0..<3 { world.report() }
    world.perform(world.agent.start(now: world.now))
    world.accept()
    #expect(try (0..<3).map { try world.admitted($0).report.report.sequence } == [1, 2, 3])
}

@Test func noMoreReportsAreSentThanTheGatewayTakes() throws {
    var world = try World.connected()
    for _ in 0..<(VehicleLimits.unacknowledged + 10) { world.report() }
    #expect(world.published.count == VehicleLimits.unacknowledged)
    for index in 0..<10 { try world.commit(index) }
    #expect(world.published.count == VehicleLimits.unacknowledged + 10)
}

@Test func manyObservationsMakeSeveralReports() throws {
    var world = try World.connected()
    let many = (0..<130).map { _ in observation() }
    let (sequences, actions) = world.agent.report(many, mapDigest: nil, salt: salt, now: world.now)
    world.perform(actions)
    #expect(sequences == [1, 2, 3])
    #expect(try (0..<3).map { try world.admitted($0).report.report.observations.count } == [64, 64, 2])
}

@Test func aFullOutboxSaysWhatItGaveUp() throws {
    var world = try World { $0.outboxReports = 2 }
    for _ in 0..<3 { world.report() }
    #expect(world.events == [.abandoned(sequence: 1, .outboxFull)])
    #expect(world.agent.counters.reportsAbandoned == 1)
}

@Test func aWordBesideAnAcknowledgementIsPassedOn() throws {
    var world = try World.connected()
    world.report()
    let (report, packetID) = try world.admitted(0)
    let receipt = try world.committee.commit(.report(ReportEntry(commitment: report.commitment)))
    world.acknowledge(packetID, report.digest, receipt, text: "unknownMap")
    #expect(world.events.last == .remark("unknownMap"))
    #expect(world.acknowledgements.count == 1)
}

// MARK: Gateways

@Test func everyGatewayIsTriedQuicklyBeforeAnyIsWaitedFor() throws {
    var world = try World()
    world.perform(world.agent.start(now: world.now))
    for _ in 0..<3 {
        world.cut()
        world.pass(VehicleAgent.failOverMilliseconds)
    }
    #expect(Set(world.dialled).count == 4)
    world.cut()
    world.pass(VehicleAgent.failOverMilliseconds)
    #expect(world.dialled.count == 4)
    world.pass(300)
    #expect(world.dialled.count == 5)
}

@Test func waitsGrowToTheirCap() throws {
    var world = try World()
    world.perform(world.agent.start(now: world.now))
    for _ in 0..<80 {
        world.cut()
        world.pass(VehicleAgent.redial.capMilliseconds)
    }
    #expect(world.dialled.count == 81)
    world.cut()
    world.pass(VehicleAgent.redial.capMilliseconds / 2 - 1)
    #expect(world.dialled.count == 81)
}

@Test func vehiclesBeginAtDifferentGateways() throws {
    let identity = TestCommittee().identity()
    let first = (0..<100 as Range<UInt64>).map { seed in
        var settings = VehicleSettings()
        settings.seed = seed
        return VehicleAgent(
            identity: identity, gateways: World.gateways, settings: settings, now: moment(0).timestamp
        ).gatewayIndex
    }
    for index in 0..<4 { #expect(first.count { $0 == index } > 10) }
}

@Test func aStoppedVehicleSaysGoodbyeAndStaysAway() throws {
    var world = try World.connected()
    world.report()
    world.perform(world.agent.stop(now: world.now))
    #expect(world.closedByVehicle == 1)
    world.pass(100_000)
    #expect(world.dialled.count == 1)
    #expect(world.agent.outbox.count == 1)
    #expect(world.agent.nextTick(after: world.now.instant) == nil)
    world.perform(world.agent.start(now: world.now))
    world.accept()
    #expect(world.published.count == 1)
}

@Test func aGatewayThatSaysGoodbyeIsFollowedByTheNext() throws {
    var world = try World.connected()
    world.atGateway { session, _ in session.disconnect(.serverShuttingDown) }
    world.pass(200)
    #expect(world.dialled.count == 2)
    #expect(world.agent.failures == 1)
}

// MARK: Telemetry

private func reading(speed: UInt32 = 1_000, heading: UInt32 = 9_000) -> TelemetryReading {
    TelemetryReading(
        coordinate: helsinki, speedCentimetresPerSecond: speed, headingCentidegrees: heading,
        showsPosition: true)
}

@Test func telemetryIsSignedAndNumbered() throws {
    var world = try World.connected()
    for _ in 0..<2 { world.perform(world.agent.send(reading(), isCongested: false, now: world.now)) }
    let samples = try world.published.map {
        try world.admission.admitTelemetry(envelope: $0.message.payload).get().sample
    }
    #expect(samples.map(\.sequence) == [1, 2])
    #expect(samples[0].time == world.now.timestamp)
    #expect(world.published.map(\.packetID) == [nil, nil])
    #expect(world.agent.counters.telemetrySent == 2)
}

@Test func readingsOutOfBoundsAreBroughtInside() throws {
    var world = try World.connected()
    let wild = reading(speed: 99_999, heading: 36_001)
    world.perform(world.agent.send(wild, isCongested: false, now: world.now))
    let sample = try world.admission.admitTelemetry(envelope: world.published[0].message.payload).get().sample
    #expect(sample.speedCentimetresPerSecond == 10_000)
    #expect(sample.headingCentidegrees == 1)
}

@Test func telemetryIsLeftOutWhereItWouldBeLate() throws {
    var world = try World()
    world.perform(world.agent.send(reading(), isCongested: false, now: world.now))
    world.perform(world.agent.start(now: world.now))
    world.accept()
    world.perform(world.agent.send(reading(), isCongested: true, now: world.now))
    #expect(world.published.isEmpty)
    #expect(world.agent.counters.telemetryDropped == 2)
}

@Test func acknowledgedTelemetryLeavesRoomForReports() throws {
    var world = try World.connected { $0.telemetryQoS = .atLeastOnce }
    for _ in 0..<50 { world.perform(world.agent.send(reading(), isCongested: false, now: world.now)) }
    #expect(world.published.count == VehicleLimits.unacknowledged / 2)
    world.report()
    #expect(world.published.count == VehicleLimits.unacknowledged / 2 + 1)
    let packetID = try #require(world.published[0].packetID)
    world.atGateway { $0.acknowledge(packetID, now: $1) }
    #expect(world.agent.counters.telemetryAcknowledged == 1)
    world.perform(world.agent.send(reading(), isCongested: false, now: world.now))
    #expect(world.agent.counters.telemetrySent == 33)
}

// MARK: Hazards

private let cell = Cell(containing: helsinki)

private func hazard(_ name: UInt8 = 1, _ state: HazardState = .confirmed, height: UInt64 = 5) throws -> Hazard {
    Hazard(
        id: try #require(HazardID(bytes: [UInt8](repeating: name, count: 16))), kind: .adhesion, state: state,
        cell: cell, firstSeen: moment(0).timestamp, lastSeen: moment(0).timestamp,
        expires: moment(3_600_000).timestamp, vehicles: 3, height: height)
}

@Test func aVehicleHearsOfTheHazardsThatItFollows() throws {
    var world = try World.connected()
    world.perform(world.agent.follow([cell.ancestor(at: 12)], now: world.now))
    #expect(world.subscribed == [HazardTopic.filter(for: cell.ancestor(at: 12))])
    world.publish(try hazard())
    #expect(world.hazards == [try hazard()])
    // Repeated, it is no news; changed, it is.
    world.publish(try hazard())
    world.publish(try hazard(1, .cleared, height: 6))
    #expect(world.hazards.map(\.state) == [.confirmed, .cleared])
    #expect(world.agent.hazards.active.isEmpty)
}

@Test func whatIsFollowedBeforeAConnectionIsAskedForOnEach() throws {
    var world = try World()
    world.perform(world.agent.follow([cell], now: world.now))
    world.perform(world.agent.start(now: world.now))
    world.accept()
    #expect(world.subscribed.count == 1)
    world.cut()
    world.pass(200)
    world.accept()
    #expect(world.subscribed.count == 1)
}

@Test func anAreaThatIsLeftIsGivenUp() throws {
    var world = try World.connected()
    let east = try #require(Cell(level: 12, x: cell.ancestor(at: 12).x + 1, y: cell.ancestor(at: 12).y))
    world.perform(world.agent.follow([cell.ancestor(at: 12)], now: world.now))
    world.publish(try hazard())
    world.perform(world.agent.follow([east], now: world.now))
    #expect(world.unsubscribed == [HazardTopic.filter(for: cell.ancestor(at: 12))])
    #expect(world.subscribed.last == HazardTopic.filter(for: east))
    #expect(world.agent.hazards.active.isEmpty)
    world.publish(try hazard(1, .confirmed, height: 9))
    #expect(world.agent.hazards.active.isEmpty)
}

@Test func manyAreasAreAskedForInSeveralPackets() throws {
    var world = try World.connected()
    let cells = (0..<200 as Range<UInt32>).compactMap { Cell(level: 17, x: $0, y: 0) }
    world.perform(world.agent.follow(cells, now: world.now))
    #expect(Set(world.subscribed).count == 200)
}

@Test func whatTheNextGatewayDoesNotRepeatIsForgotten() throws {
    var world = try World.connected()
    world.perform(world.agent.follow([cell], now: world.now))
    world.publish(try hazard(1))
    world.publish(try hazard(2))
    world.cut()
    world.pass(200)
    world.accept()
    world.publish(try hazard(2))
    #expect(world.agent.hazards.active.count == 2)
    world.pass(5_000)
    #expect(world.agent.hazards.active == [try hazard(2)])
    #expect(world.hazards.last == (try hazard(1, .cleared)))
}

@Test func aHazardEndsWithItsValidity() throws {
    var world = try World.connected()
    world.perform(world.agent.follow([cell], now: world.now))
    world.publish(try hazard())
    world.pass(3_600_000)
    #expect(world.agent.hazards.active.isEmpty)
    #expect(world.hazards.last?.state == .cleared)
}

@Test func whatIsNoHazardIsAFault() throws {
    var world = try World.connected()
    world.perform(world.agent.follow([cell], now: world.now))
    world.publish(try hazard(1), on: HazardTopic.topic(of: try hazard(2)))
    let nonsense = MQTTMessage(topic: HazardTopic.topic(of: try hazard()), payload: [1, 2, 3])
    world.atGateway { $0.publish(nonsense, now: $1) }
    #expect(world.faults.count == 2)
    #expect(world.hazards.isEmpty)
    #expect(world.agent.isConnected)
}
