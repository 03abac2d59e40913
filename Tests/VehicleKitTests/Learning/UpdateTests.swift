import Cryptography
import Telemetry
import Testing
import Transport
import Wire

@testable import VehicleKit

extension World {
    fileprivate var acknowledged: [VehicleEvent] {
        events.filter { if case .updateAcknowledged = $0 { true } else { false } }
    }

    fileprivate var refused: [VehicleEvent] {
        events.filter { if case .updateRefused = $0 { true } else { false } }
    }
}

@Test func anUpdateIsSignedForItsRound() throws {
    var world = try World.learning()
    world.submit()
    let update = try world.admittedUpdate(0).update.update
    #expect(update.model == .perception)
    #expect(update.round == 1)
    #expect(update.baseVersion == firstVersion())
    #expect(update.payload == someUpdate)
    #expect(update.time == world.now.timestamp)
}

@Test func anUpdateIsAcknowledgedByAValidAnnouncementOnly() throws {
    var world = try World.learning()
    world.submit()
    let (update, packetID) = try world.admittedUpdate(0)
    var other = UpdateAcceptedEntry(
        model: .perception, round: 1, nullifier: Digest.sha256([1]), commitment: Digest.sha256([2]))
    let topic = "waymark/v1/receipts/\(update.digest)"
    let otherCommitment = try world.announcement(.updateAccepted(other))
    other.commitment = update.commitment
    other.round = 2
    let otherRound = try world.announcement(.updateAccepted(other))
    let bare = try world.committee.commit(.report(ReportEntry(commitment: update.commitment)))
    for payload in [otherCommitment, otherRound, bare, []] {
        world.atGateway { $0.publish(MQTTMessage(topic: topic, payload: payload), now: $1) }
    }
    #expect(world.faults.count == 4)
    #expect(world.agent.updates.count == 1)
    world.acknowledge(packetID, update.digest, try world.count(update))
    #expect(world.acknowledged == [.updateAcknowledged(.perception, round: 1, index: 3)])
    #expect(world.agent.updates.count == 0)
    #expect(world.agent.counters.updatesAcknowledged == 1)
    #expect(world.agent.isConnected)
}

@Test func aGatewayThatAcknowledgesAnUpdateWithoutAReceiptIsLeft() throws {
    var world = try World.learning()
    world.submit()
    let (update, packetID) = try world.admittedUpdate(0)
    world.acknowledge(packetID, update.digest, nil)
    #expect(world.faults == ["acknowledged without a valid receipt"])
    #expect(!world.agent.isConnected)
    #expect(world.agent.updates.count == 1)
}

@Test func anUnansweredUpdateIsSentAgainAsTheSameBytes() throws {
    var world = try World.learning()
    world.submit()
    let first = try world.admittedUpdate(0).update
    world.reconnect()
    let (second, packetID) = try world.admittedUpdate(0)
    #expect(second.signed.bytes == first.signed.bytes)
    world.acknowledge(packetID, second.digest, try world.count(second))
    #expect(world.acknowledged.count == 1)
}

@Test func anOldUpdateIsSignedAgainAndAnsweredForAnySigning() throws {
    var world = try World.learning()
    world.submit()
    let first = try world.admittedUpdate(0).update
    let announcement = try world.count(first)
    world.cut()
    world.pass(30_000)
    world.accept()
    let (second, packetID) = try world.admittedUpdate(0)
    #expect(second.digest != first.digest)
    #expect(second.update.payload == first.update.payload)
    #expect(second.update.salt == first.update.salt)
    #expect(second.update.time == world.now.timestamp)
    world.acknowledge(packetID, second.digest, announcement)
    #expect(world.acknowledged.count == 1)
    #expect(world.faults.isEmpty)
}

@Test func aStaleUpdateIsSignedAgainAtOnce() throws {
    var world = try World.learning()
    world.submit()
    world.milliseconds += 26_000
    try world.refuse(0, .stale, .payloadFormatInvalid)
    #expect(world.published.count == 2)
    #expect(try world.admittedUpdate(1).update.update.time == world.now.timestamp)
    #expect(world.agent.counters.signedAgain == 1)
}

@Test(arguments: [Refusal.roundNotOpen, .wrongBase, .normExceeded, .secondUpdate, .revoked])
func anUpdateThatWillNeverCountLeaves(_ refusal: Refusal) throws {
    var world = try World.learning()
    world.submit()
    try world.refuse(0, refusal, .payloadFormatInvalid)
    #expect(world.refused == [.updateRefused(.perception, round: 1, refusal, text: refusal.reason)])
    #expect(world.agent.updates.count == 0)
    #expect(world.agent.counters.updatesRefused == 1)
}

@Test func aBusyGatewayIsAskedForTheUpdateAgainLater() throws {
    var world = try World.learning()
    world.submit()
    try world.refuse(0, .busy, .quotaExceeded)
    #expect(world.published.count == 1)
    world.pass(1_000)
    #expect(world.published.count == 2)
    #expect(world.refused.isEmpty)
}

@Test func anUpdateLeavesAMinuteAfterItsDeadline() throws {
    var world = try World.learning()
    world.submit()
    world.cut()
    world.pass(90_000)
    #expect(world.agent.updates.count == 1)
    world.pass(1)
    #expect(world.agent.updates.count == 0)
    #expect(world.refused.count == 1)
}

@Test func aLaterRoundsUpdateTakesTheEarlierOnesPlace() throws {
    var world = try World.learning()
    world.submit(for: someRound(1))
    world.submit(for: someRound(1, of: .travelTimes))
    world.submit(for: someRound(2))
    #expect(world.agent.updates.items.map(\.draft.round.model) == [.travelTimes, .perception])
    #expect(world.agent.updates.items.map(\.draft.round.round) == [1, 2])
    world.submit(for: someRound(1))
    #expect(world.agent.updates.items.map(\.draft.round.round) == [1, 2])
    #expect(world.refused.count == 2)
    #expect(world.agent.counters.updatesSubmitted == 4)
}

@Test func bytesOfUpdatesAreCountedWithoutTheCertificate() throws {
    var world = try World.learning()
    world.submit()
    let update = try world.admittedUpdate(0).update
    let bytes = world.published[0].message.payload.count
    let counted = Int(world.agent.counters.updateBytes)
    #expect(counted == update.signed.envelope().count)
    #expect(counted < bytes - 100)
    #expect((2826 + 64..<3_200).contains(counted))
}

@Test func updatesAndReportsAreAnsweredEachByTheirOwn() throws {
    var world = try World.learning()
    world.submit()
    world.report()
    let (update, packetID) = try world.admittedUpdate(0)
    world.acknowledge(packetID, update.digest, try world.count(update))
    try world.commit(1)
    #expect(world.acknowledged.count == 1)
    #expect(world.acknowledgements.count == 1)
    #expect(world.faults.isEmpty)
}
