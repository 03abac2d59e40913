import Geography
import Testing

private func place(_ latitude: Double, _ longitude: Double) throws -> Coordinate {
    try #require(Coordinate(latitude: latitude, longitude: longitude))
}

@Test func headingsGoClockwiseFromNorth() {
    let compass: [(Double, Double, UInt16)] = [
        (0, 1, 0), (1, 1, 4_500), (1, 0, 9_000), (0, -1, 18_000), (-1, 0, 27_000), (-1, 1, 31_500), (0, 0, 0),
    ]
    for (east, north, centidegrees) in compass {
        #expect(Heading(eastMetres: east, northMetres: north).centidegrees == centidegrees)
    }
    // A hair west of north rounds to north, not to 36,000.
    #expect(Heading(eastMetres: -1e-9, northMetres: 1).centidegrees == 0)
    #expect(Heading(centidegrees: 36_000) == nil)
    #expect(Heading(centidegrees: 27_000)?.reversed.centidegrees == 9_000)
}

@Test func aFrameLeadsToAPointAndBack() throws {
    var seeded = Seeded(state: 5)
    for _ in 0..<500 {
        let origin = try seeded.coordinate(latitude: 800_000_000)
        let point = PlanePoint(
            eastMetres: .random(in: -9_000...9_000, using: &seeded),
            northMetres: .random(in: -9_000...9_000, using: &seeded))
        let frame = LocalFrame(origin: origin)
        #expect(frame.point(of: frame.coordinate(at: point)).distanceMetres(to: point) < 0.01)
    }
}

@Test func aLineKnowsItsLengthPointsAndHeadings() throws {
    // 111.2 m north, then 55.6 m east.
    let line = try #require(Polyline([place(60, 25), place(60.001, 25), place(60.001, 25.001)]))
    #expect(abs(line.lengthMetres - (111.195 + 55.597)) < 0.01)
    #expect(line.coordinate(atMetres: -5) == (try place(60, 25)))
    #expect(line.coordinate(atMetres: 111.195 / 2).latitudeE7 == 600_005_000)
    #expect(line.coordinate(atMetres: 1_000) == (try place(60.001, 25.001)))
    #expect(line.heading(atMetres: 50).centidegrees == 0)
    #expect(line.heading(atMetres: 120).centidegrees == 9_000)
}

@Test func aPlaceFallsOnTheNearestPointOfALine() throws {
    let line = try #require(Polyline([place(60, 25), place(60.001, 25), place(60.001, 25.001)]))
    let beside = line.project(try place(60.0005, 25.0001))
    #expect(abs(beside.offsetMetres - 55.597) < 0.01)
    #expect(abs(beside.distanceMetres - 5.56) < 0.01)
    let before = line.project(try place(59.999, 25))
    #expect(before.offsetMetres == 0)
    #expect(abs(before.distanceMetres - 111.195) < 0.01)
}

@Test func everyPointOfALineFallsOnItself() throws {
    var seeded = Seeded(state: 6)
    let line = try #require(Polyline([place(43, 7), place(43.002, 7.001), place(43.001, 7.004), place(43.003, 7.005)]))
    for _ in 0..<200 {
        let offset = Double.random(in: 0...line.lengthMetres, using: &seeded)
        let projection = line.project(line.coordinate(atMetres: offset))
        #expect(abs(projection.offsetMetres - offset) < 0.02)
        #expect(projection.distanceMetres < 0.02)
    }
}

@Test func aLineOfOnePlaceHasNoLengthAndNoFault() throws {
    let still = try #require(Polyline([place(60, 25), place(60, 25)]))
    #expect(still.lengthMetres == 0)
    #expect(still.coordinate(atMetres: 3) == (try place(60, 25)))
    #expect(still.project(try place(60, 25)).distanceMetres == 0)
    #expect(Polyline([try place(60, 25)]) == nil)
}
