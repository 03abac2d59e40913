import Cryptography
import Hazards
import Telemetry
import Testing
import Wire

@Test func aFullTableDrivesOutWhatWasOnlyReportedForLongest() throws {
    var world = World(hazards: Hazards(capacity: 3))
    for vehicle in 1...3 as ClosedRange<UInt64> { _ = try world.observe(vehicle, edge: 1) }
    let older = try world.observe(1, edge: 2)
    _ = try world.observe(1, edge: 3)
    _ = try world.observe(1, edge: 2)  // Seen again, but still the oldest.
    let changes = try world.observe(1, edge: 4)
    #expect(changes.map(\.state) == [.cleared, .reported])
    #expect(changes.first?.id == older.first?.id)
    #expect(world.hazards.count == 3)
    #expect(world.hazards.active.contains { $0.state == .confirmed })
}

@Test func confirmedHazardsAreNeverDrivenOut() throws {
    var world = World(hazards: Hazards(capacity: 1))
    for vehicle in 1...3 as ClosedRange<UInt64> { _ = try world.observe(vehicle, edge: 1) }
    #expect(try world.observe(1, edge: 2).isEmpty)
    #expect(world.state == .confirmed)
}

@Test func aBlockDoesNotDriveOutItsOwn() throws {
    var hazards = Hazards(capacity: 2)
    let street = Street()
    let states = try (1...3 as ClosedRange<UInt32>).map {
        hazards.apply(try street.entry(1, edge: $0, at: Street.start), at: Street.start, height: 1).map(\.state)
    }
    #expect(states == [[.reported], [.reported], []])
    let next = Street.start + 1
    #expect(hazards.apply(try street.entry(1, edge: 3, at: next), at: next, height: 2).count == 2)
}

@Test func atMost64VehiclesAreRememberedAndMoreChangeNothing() throws {
    var world = World()
    for vehicle in 1...64 as ClosedRange<UInt64> { _ = try world.observe(vehicle) }
    let size = world.hazards.encoded().count
    for vehicle in 65...200 as ClosedRange<UInt64> { _ = try world.observe(vehicle) }
    #expect(world.hazards.active.map(\.vehicles) == [64])
    #expect(world.hazards.encoded().count == size)
}

@Test func manyHazardsEndInTheOrderOfTheirTimes() throws {
    var world = World()
    for edge in 1...500 as ClosedRange<UInt32> { _ = try world.observe(1, edge: edge) }
    let ended = world.wait(seconds: 100_000)
    #expect(ended.count == 500)
    #expect(zip(ended, ended.dropFirst()).allSatisfy { ($0.expires, $0.id) < ($1.expires, $1.id) })
    let empty = world.hazards.digest
    #expect(empty == Merkle.root(ofLeaves: [Digest](repeating: .zero, count: 256)))
}
