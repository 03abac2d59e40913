import Cryptography
import Federation
import Telemetry
import Testing
import Transport
import Wire

@testable import VehicleKit

private let file = someFile(1)
private let digest = Digest.sha256(file)
private let blobs = "waymark/v1/blobs/\(digest)/+"

@Test func aVersionIsFetchedInChunksInAnyOrderAndThenRuns() throws {
    var world = try World.learning()
    try world.decide(file)
    #expect(world.subscribed.last == blobs)
    for number in [2, 0] {
        try world.sendChunk(number, of: file)
        #expect(world.shelf[.perception].digest == firstVersion())
    }
    try world.sendChunk(1, of: file)
    #expect(world.versions == [digest])
    #expect(world.shelf[.perception].file == file)
    #expect(world.shelf.previous(.perception)?.digest == firstVersion())
    #expect(world.unsubscribed == [blobs])
    #expect(world.agent.counters.versionsInstalled == 1)
    #expect(world.faults.isEmpty)
}

@Test func aChunkThatComesTwiceCountsOnce() throws {
    var world = try World.learning()
    try world.decide(file)
    for number in [0, 0, 1, 0, 1] { try world.sendChunk(number, of: file) }
    #expect(world.versions.isEmpty)
    try world.sendChunk(2, of: file)
    #expect(world.versions == [digest])
}

@Test func aGatewayWhoseChunksAreNotTheVersionsIsLeftForTheNext() throws {
    var world = try World.learning()
    let announcement = try world.decide(file)
    try world.sendChunk(0, of: file)
    try world.sendChunk(1, of: someFile(2), as: digest)
    try world.sendChunk(2, of: file)
    #expect(world.faults == ["a version's chunks do not have its digest"])
    #expect(world.shelf[.perception].digest == firstVersion())
    #expect(!world.agent.isConnected)
    world.pass(VehicleAgent.failOverMilliseconds)
    world.accept()
    // What the liar sent is forgotten, its good chunks too.
    try world.send(announcement, on: topic(.perception, "version"))
    #expect(world.subscribed.last == blobs)
    try world.sendChunk(1, of: file)
    #expect(world.versions.isEmpty)
    try world.sendChunk(0, of: file)
    try world.sendChunk(2, of: file)
    #expect(world.versions == [digest])
    #expect(world.shelf.previous(.perception)?.digest == firstVersion())
    #expect(Set(world.dialled).count == 2)
}

@Test(arguments: [
    (65_535, 0, "chunk 0 has 65535 bytes, not 65536"), (65_536, 2, "chunk 2 has 65536 bytes, not 100"),
    (100, 3, "chunk 3 of a version of 3"),
])
func aChunkThatHasNoPlaceInTheFileIsAFault(_ bytes: Int, _ number: Int, _ text: String) throws {
    var world = try World.learning()
    try world.decide(file)
    try world.send([UInt8](repeating: 0, count: bytes), on: "waymark/v1/blobs/\(digest)/\(number)")
    #expect(world.faults == [text])
    #expect(!world.agent.isConnected)
}

@Test func aGatewayThatTakesAChunkBackIsNotBlamed() throws {
    var world = try World.learning()
    try world.decide(file)
    try world.send([], on: "waymark/v1/blobs/\(digest)/0")
    #expect(world.faults.isEmpty && world.agent.isConnected)
    for number in 0..<3 { try world.sendChunk(number, of: file) }
    #expect(world.versions == [digest])
}

@Test func aVersionWithoutASizeIsAFault() throws {
    var world = try World.learning()
    let entry = VersionDecidedEntry(
        model: .perception, round: 1, version: digest, decision: .promoted, current: digest)
    try world.send(try world.announcement(.versionDecided(entry)), on: topic(.perception, "version"))
    #expect(world.faults == ["perception: a version without a size"])
    #expect(world.subscribed.count == 2)
}

@Test func aGatewayThatSendsNoChunksIsLeft() throws {
    var world = try World.learning()
    try world.decide(file)
    world.pass(19_999)
    try world.sendChunk(0, of: file)
    world.pass(19_999)
    #expect(world.agent.isConnected)
    world.pass(1)
    #expect(!world.agent.isConnected)
}

@Test func whatALostConnectionHadBroughtIsFetchedAnew() throws {
    var world = try World.learning()
    let announcement = try world.decide(file)
    try world.sendChunk(0, of: file)
    world.reconnect()
    #expect(!world.subscribed.contains(blobs))
    try world.send(announcement, on: topic(.perception, "version"))
    for number in 0..<3 { try world.sendChunk(number, of: file) }
    #expect(world.versions == [digest])
}

@Test func aRolledBackVersionGivesWayAtOnceToTheOneBefore() throws {
    var world = try World.learning()
    try world.install(file, round: 1)
    try world.install(someFile(2), round: 2)
    let asked = world.subscribed.count
    try world.decide(file, round: 3, .rolledBack)
    #expect(world.versions == [digest, Digest.sha256(someFile(2)), digest])
    #expect(world.shelf[.perception].file == file)
    #expect(world.shelf.previous(.perception) == nil)
    #expect(!world.shelf.runsFirst(.perception))
    #expect(world.subscribed.count == asked)
}

@Test func theFirstVersionNeedsNoFetching() throws {
    var world = try World.learning()
    try world.install(file, round: 1)
    // Nobody knows what came between, so that nothing is kept to go back to.
    try world.install(someFile(2), round: 5)
    #expect(world.shelf.previous(.perception) == nil)
    try world.decide(InitialVersion.bytes(of: .perception), round: 6, .rolledBack)
    #expect(world.shelf[.perception].digest == firstVersion())
    #expect(world.shelf.runsFirst(.perception))
    #expect(world.versions.count == 3)
}

@Test func anEarlierDecisionNeverTakesALaterOneBack() throws {
    var world = try World.learning()
    let first = try world.decide(file, round: 1)
    try world.install(someFile(2), round: 2)
    let asked = world.subscribed.count
    try world.send(first, on: topic(.perception, "version"))
    #expect(world.subscribed.count == asked)
    world.reconnect()
    try world.send(first, on: topic(.perception, "version"))
    #expect(world.subscribed.count == 2)
    #expect(world.versions == [Digest.sha256(someFile(2))])
    #expect(world.shelf[.perception].file == someFile(2))
}

@Test func aDecisionThatComesDuringADownloadTakesItsPlace() throws {
    var world = try World.learning()
    try world.decide(file, round: 1)
    try world.sendChunk(0, of: file)
    try world.install(someFile(2), round: 2)
    #expect(world.unsubscribed.contains(blobs))
    #expect(world.versions == [Digest.sha256(someFile(2))])
    // It was made of a version that this vehicle never ran.
    #expect(world.shelf.previous(.perception) == nil)
}

@Test func aRefusedVersionChangesNothing() throws {
    var world = try World.learning()
    let entry = VersionDecidedEntry(
        model: .perception, round: 1, version: digest, decision: .refused, current: firstVersion())
    try world.send(try world.announcement(.versionDecided(entry)), on: topic(.perception, "version"))
    #expect(world.versions.isEmpty)
    #expect(world.subscribed.count == 2)
    #expect(world.faults.isEmpty)
}

@Test func bothModelsAreFetchedSideBySide() throws {
    var world = try World.learning()
    try world.decide(file)
    try world.decide(someFile(2), model: .travelTimes)
    for number in 0..<3 {
        try world.sendChunk(number, of: file)
        try world.sendChunk(number, of: someFile(2))
    }
    #expect(world.shelf[.perception].file == file)
    #expect(world.shelf[.travelTimes].file == someFile(2))
}

@Test func vehiclesOfALoopHoldOneCopy() {
    var shared = SharedVersions()
    let versions = (0..<20 as Range<UInt8>).map { ModelShelf.Version(file: [$0]) }
    for version in versions { #expect(shared.same(as: version).file == version.file) }
    #expect(shared.same(as: versions[0]).digest == versions[0].digest)
}
