import Cryptography
import Telemetry
import Testing
import Transport
import Wire

@testable import VehicleKit

@Test func aRoundOnTheRunningVersionIsTold() throws {
    var world = try World.learning()
    #expect(Set(world.subscribed) == ["waymark/v1/learning/perception/+", "waymark/v1/learning/travel-times/+"])
    try world.open(someRound())
    try world.open(someRound(of: .travelTimes))
    #expect(world.rounds == [someRound(), someRound(of: .travelTimes)])
    #expect(world.faults.isEmpty)
}

@Test func aVehicleHearsOfTheModelsThatItRunsOnly() throws {
    var world = try World.learning { $0.models = [.travelTimes] }
    #expect(world.subscribed == ["waymark/v1/learning/travel-times/+"])
    #expect(try World.connected().subscribed.isEmpty)
    // Whatever a gateway sends unasked.
    let announcement = try world.announcement(.roundOpened(someRound()))
    world.atGateway { $0.publish(MQTTMessage(topic: topic(.perception, "round"), payload: announcement), now: $1) }
    #expect(world.rounds.isEmpty)
}

@Test func aRoundIsToldOnceHoweverManyGatewaysRepeatIt() throws {
    var world = try World.learning()
    let announcement = try world.open(someRound())
    world.reconnect()
    try world.send(announcement, on: topic(.perception, "round"))
    try world.send(announcement, on: topic(.perception, "round"))
    #expect(world.rounds.count == 1)
}

@Test func aRoundWaitsForTheVersionThatItBuildsOn() throws {
    var world = try World.learning()
    let file = someFile(1)
    let round = someRound(2, base: Digest.sha256(file))
    try world.open(round)
    #expect(world.rounds.isEmpty)
    try world.install(file)
    #expect(world.rounds == [round])
    #expect(world.events.suffix(2) == [.version(.perception, Digest.sha256(file)), .round(round)])
}

@Test func aRoundWhoseDeadlineHasPassedIsNotTold() throws {
    var world = try World.learning()
    world.pass(30_001)
    try world.open(someRound())
    #expect(world.rounds.isEmpty)
    let file = someFile(1)
    try world.open(someRound(2, base: Digest.sha256(file), deadline: 40_000))
    world.pass(10_000)
    try world.install(file)
    #expect(world.versions.count == 1)
    #expect(world.rounds.isEmpty)
}

@Test func aRoundThatWasClosedWhileItWaitedIsNotTold() throws {
    var world = try World.learning()
    let file = someFile(1)
    try world.open(someRound(2, base: Digest.sha256(file)))
    try world.send([], on: topic(.perception, "round"))
    try world.install(file)
    #expect(world.versions.count == 1)
    #expect(world.rounds.isEmpty)
}

@Test func aRoundThatIsDecidedIsNotToldByAGatewayThatLags() throws {
    var world = try World.learning()
    let opened = try world.announcement(.roundOpened(someRound(1)))
    try world.install(someFile(1), round: 1)
    try world.send(opened, on: topic(.perception, "round"))
    #expect(world.rounds.isEmpty)
    #expect(world.faults.isEmpty)
}

@Test func anEarlierRoundDoesNotTakeTheLaterOnesPlace() throws {
    var world = try World.learning()
    let earlier = try world.announcement(.roundOpened(someRound(1)))
    try world.open(someRound(2))
    try world.send(earlier, on: topic(.perception, "round"))
    #expect(world.rounds.map(\.round) == [2])
}

@Test func anAnnouncementWithTheProofOfAnotherEntryIsRefused() throws {
    var world = try World.learning()
    let receipt = try world.committee.commit(.roundOpened(someRound(1)))
    let forged = Announcement(.roundOpened(someRound(2)), receipt: receipt)
    try world.send(forged.encoded(), on: topic(.perception, "round"))
    #expect(world.faults == ["a round of perception that is not believed: the receipt is for another entry"])
    #expect(world.rounds.isEmpty)
}

@Test func anAnnouncementWithoutQuorumIsRefused() throws {
    var world = try World.learning()
    try world.send(
        try world.announcement(.roundOpened(someRound()), cosigners: 2), on: topic(.perception, "round"))
    #expect(world.faults.count == 1)
    #expect(world.rounds.isEmpty)
}

@Test func anEntryOnTheWrongTopicIsRefused() throws {
    var world = try World.learning()
    let round = try world.announcement(.roundOpened(someRound()))
    try world.send(round, on: topic(.travelTimes, "round"))
    try world.send(round, on: topic(.perception, "version"))
    try world.send([1, 2, 3], on: topic(.perception, "version"))
    #expect(world.faults.count == 3)
    #expect(world.rounds.isEmpty)
    #expect(world.agent.isConnected)
}

@Test func telemetrySaysWhichVersionsRun() throws {
    var world = try World.learning { $0.models = [.perception] }
    try world.install(someFile(1))
    let reading = TelemetryReading(coordinate: helsinki, speedCentimetresPerSecond: 0, headingCentidegrees: 0)
    world.perform(world.agent.send(reading, isCongested: false, now: world.now))
    let sample = try world.admission.admitTelemetry(envelope: try #require(world.published.last).message.payload).get()
    #expect(sample.sample.modelDigest == Digest.sha256(someFile(1)))
    #expect(sample.sample.travelTimeDigest == nil)
}
