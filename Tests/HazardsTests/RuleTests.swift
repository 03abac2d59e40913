import Geography
import Hazards
import Telemetry
import Testing
import Wire

@Test func oneSightingReportsAndThreeVehiclesConfirm() throws {
    var world = World()
    let first = try world.observe(1)
    #expect(first.map(\.state) == [.reported])
    let second = try world.observe(2)
    #expect(second.map(\.state) == [.reported], "told again: twice as many vehicles")
    let third = try world.observe(3)
    #expect(third.map(\.state) == [.confirmed])
    let confirmed = try #require(third.first)
    #expect(confirmed.vehicles == 3)
    #expect(confirmed.id == first.first?.id)
    #expect(confirmed.height == 3)
    #expect(confirmed.firstSeen == Street.start + 1000)
    #expect(confirmed.lastSeen == Street.start + 3000)
}

@Test func aHazardKnowsItsPlaceAndItsEnd() throws {
    var world = World()
    let hazard = try #require(try world.observe(1).first)
    #expect(hazard.edge == MapEdge(mapDigest: Street.map, edge: 7, direction: .forward))
    #expect(hazard.coordinate == hazard.cell.centre)
    #expect(hazard.cell.level == Cell.observationLevel)
    // Seen one second after a whole hour: its bucket began with the hour.
    #expect(hazard.expires == Street.start + HazardKind.adhesion.validityMilliseconds)
}

@Test func threeVehiclesMoreThanTwoMinutesApartDoNotConfirm() throws {
    var world = World()
    _ = try world.observe(1)
    _ = try world.observe(2, afterSeconds: 60)
    _ = try world.observe(3, afterSeconds: 61)
    #expect(world.state == .reported)
    _ = try world.observe(4, afterSeconds: 59)
    #expect(world.state == .confirmed, "2, 3 and 4 within exactly 120 s")
}

@Test func aVehicleThatSeesItAgainCountsWithItsLastSighting() throws {
    var world = World()
    _ = try world.observe(1)
    _ = try world.observe(2, afterSeconds: 100)
    _ = try world.observe(1, afterSeconds: 60)
    #expect(world.state == .reported)
    _ = try world.observe(3, afterSeconds: 50)
    #expect(world.state == .confirmed)
}

@Test func vehiclesOfTwoHoursAreNeverCountedTogether() throws {
    var world = World()
    world.time = Street.start + 3_590_000
    _ = try world.observe(1)
    _ = try world.observe(2)
    // In the new hour vehicle 1 has another tag: with those of the old hour it would make three.
    #expect(try world.observe(1, afterSeconds: 10).isEmpty)
    #expect(world.state == .reported)
    _ = try world.observe(2)
    #expect(world.state == .reported)
    _ = try world.observe(3)
    #expect(world.state == .confirmed)
}

@Test func differentKindsPlacesAndDirectionsAreDifferentHazards() throws {
    var world = World()
    _ = try world.observe(1, edge: 7)
    _ = try world.observe(2, edge: 8)
    _ = try world.observe(3, edge: nil)
    world.street.kind = .accident
    _ = try world.observe(4, edge: 7)
    #expect(world.hazards.count == 4)
    #expect(world.hazards.active.allSatisfy { $0.state == .reported })
}

@Test func sightingsOfOneEdgeFromTwoCellsAreOneHazard() throws {
    var hazards = Hazards()
    let street = Street()
    let near = try street.entry(1, at: Street.start)
    let far = try street.entry(2, at: Street.start, longitudeE7: 249_900_000)
    #expect(near.cell != far.cell)
    _ = hazards.apply(near, at: Street.start, height: 1)
    _ = hazards.apply(far, at: Street.start, height: 1)
    #expect(hazards.active.map(\.vehicles) == [2])
    #expect(hazards.active.map(\.cell) == [near.cell])
}

@Test func withoutAnEdgeTheCellGroups() throws {
    var world = World()
    for vehicle in 1...3 as ClosedRange<UInt64> { _ = try world.observe(vehicle, edge: nil) }
    let hazard = try #require(world.hazards.active.first)
    #expect(hazard.state == .confirmed)
    #expect(hazard.edge == nil)
    #expect(hazard.place == .cell(hazard.cell))
}

@Test func threeVehiclesThatSeeNothingClearIt() throws {
    var world = World()
    for vehicle in 1...3 as ClosedRange<UInt64> { _ = try world.observe(vehicle) }
    #expect(try world.observe(4, .notSeen, afterSeconds: 60).isEmpty)
    #expect(try world.observe(5, .notSeen).isEmpty)
    let cleared = try world.observe(6, .notSeen)
    #expect(cleared.map(\.state) == [.cleared])
    #expect(world.hazards.active.isEmpty)
    let again = try world.observe(7)
    #expect(again.map(\.state) == [.reported])
    #expect(again.first?.id != cleared.first?.id, "a hazard that comes back is another one")
}

@Test func oneVehicleDeniesOnlyOnce() throws {
    var world = World()
    _ = try world.observe(1)
    for _ in 0..<10 { #expect(try world.observe(2, .notSeen, afterSeconds: 31).isEmpty) }
    #expect(world.state == .reported)
}

@Test func aSightingAfterTheDenialsMakesThemVoid() throws {
    var world = World()
    _ = try world.observe(1)
    _ = try world.observe(2, .notSeen, afterSeconds: 60)
    _ = try world.observe(3, .notSeen)
    _ = try world.observe(1, afterSeconds: 60)
    _ = try world.observe(4, .notSeen, afterSeconds: 60)
    #expect(world.state == .reported)
    _ = try world.observe(2, .notSeen)
    _ = try world.observe(3, .notSeen)
    #expect(world.state == nil)
}

@Test func denialsOutweighASightingThatWasMadeBeforeThemAndArrivesLate() throws {
    var world = World()
    _ = try world.observe(1)
    _ = try world.observe(2, .notSeen, afterSeconds: 300)
    _ = try world.observe(3, .notSeen)
    _ = try world.observe(5, observedSecondsAgo: 200)
    _ = try world.observe(4, .notSeen)
    #expect(world.state == nil)
}

@Test func aDenialFromBeforeTheLastSightingDoesNotCount() throws {
    var world = World()
    _ = try world.observe(1, afterSeconds: 600)
    for vehicle in 2...6 as ClosedRange<UInt64> {
        _ = try world.observe(vehicle, .notSeen, observedSecondsAgo: 300)
    }
    #expect(world.state == .reported)
}

@Test func denialsOfAnUnknownHazardDoNothing() throws {
    var world = World()
    let before = world.hazards.digest
    for vehicle in 1...5 as ClosedRange<UInt64> { #expect(try world.observe(vehicle, .notSeen).isEmpty) }
    let after = world.hazards.digest
    #expect(after == before)
}

@Test func aHazardEndsWhenItsValidityHasPassed() throws {
    var world = World()
    _ = try world.observe(1, afterSeconds: 0)
    let validity = HazardKind.adhesion.validityMilliseconds / 1000
    #expect(world.wait(seconds: validity - 1).isEmpty)
    let ended = world.wait(seconds: 1)
    #expect(ended.map(\.state) == [.cleared])
    #expect(world.wait(seconds: 1).isEmpty, "each change is returned once")
}

@Test func whatEndedByThenIsToldWithTheNextObservation() throws {
    var world = World()
    let first = try world.observe(1, edge: 7, afterSeconds: 0)
    let changes = try world.observe(2, edge: 7, afterSeconds: 3600)
    #expect(changes.map(\.state) == [.cleared, .reported])
    #expect(changes.first?.id == first.first?.id)
    #expect(changes.last?.id != first.first?.id)
}

@Test func aHazardsValidityCountsFromTheObservationNotFromItsArrival() throws {
    var world = World()
    _ = try world.observe(1, afterSeconds: 0, observedSecondsAgo: 1800)
    #expect(world.wait(seconds: 1799).isEmpty)
    #expect(world.wait(seconds: 1).map(\.state) == [.cleared])
}

@Test func whatIsOlderThanItsKindsValidityIsIgnored() throws {
    var world = World()
    #expect(try world.observe(1, afterSeconds: 0, observedSecondsAgo: 3600).isEmpty)
    #expect(world.hazards.count == 0)
    #expect(try world.observe(1, afterSeconds: 0, observedSecondsAgo: 3570).map(\.state) == [.reported])
}

@Test func anObservationFromTheFutureCountsAsOfLogTime() throws {
    var hazards = Hazards()
    let entry = try Street().entry(1, at: Street.start, observed: Street.start + 86_400_000)
    let hazard = try #require(hazards.apply(entry, at: Street.start, height: 1).first)
    #expect(hazard.expires == Street.start + HazardKind.adhesion.validityMilliseconds)
}

@Test func sightingsAreToldWhenTheyDoubleAndWhenTheEndMovesFar() throws {
    var world = World()
    let told = try (1...20 as ClosedRange<UInt64>).flatMap { try world.observe($0) }.map(\.vehicles)
    #expect(told == [1, 2, 3, 6, 12])
    var later: [Hazard] = []
    for _ in 0..<60 { later += try world.observe(1, afterSeconds: 60) }
    #expect(later.count == 2, "an hour of sightings moves the end by an hour: told every half validity")
    #expect(later.allSatisfy { $0.state == .confirmed })
}
