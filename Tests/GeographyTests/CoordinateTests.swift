import Geography
import Testing

@Test func coordinatesOutOfBoundsAreRefused() {
    #expect(Coordinate(latitudeE7: 900_000_001, longitudeE7: 0) == nil)
    #expect(Coordinate(latitudeE7: .min, longitudeE7: 0) == nil)
    #expect(Coordinate(latitudeE7: 0, longitudeE7: -1_800_000_001) == nil)
    #expect(Coordinate(latitude: .nan, longitude: 0) == nil)
    #expect(Coordinate(latitude: 0, longitude: .infinity) == nil)
    #expect(Coordinate(latitude: 90, longitude: -180) != nil)
}

@Test func aThousandthOfADegreeIs111MetresOfLatitude() throws {
    let start = try #require(Coordinate(latitude: 60, longitude: 25))
    let north = try #require(Coordinate(latitude: 60.001, longitude: 25))
    let east = try #require(Coordinate(latitude: 60, longitude: 25.001))
    #expect(start.localDistanceMillimetres(to: north) == 111_196)
    #expect(start.localDistanceMillimetres(to: east) == 55_598)
    #expect(abs(start.distanceMetres(to: north) - 111.1951) < 0.001)
    #expect(start.localDistanceMillimetres(to: start) == 0)
}

@Test func localDistancesAreThoseOfTheGreatCircle() throws {
    var seeded = Seeded(state: 4)
    for _ in 0..<2_000 {
        let start = try seeded.coordinate(latitude: 700_000_000)
        let east = Int32.random(in: -800_000...800_000, using: &seeded)
        let north = Int32.random(in: -800_000...800_000, using: &seeded)
        guard let end = Coordinate(latitudeE7: start.latitudeE7 + north, longitudeE7: start.longitudeE7 &+ east) else {
            continue
        }
        let metres = start.distanceMetres(to: end)
        let millimetres = start.localDistanceMillimetres(to: end)
        #expect(millimetres == end.localDistanceMillimetres(to: start))
        guard metres <= 10_000 else { continue }
        #expect(abs(Double(millimetres) / 1000 - metres) <= 1e-5 * metres + 0.002, "\(start) to \(end)")
    }
}

@Test func theShorterWayGoesOverTheDateLine() throws {
    let west = try #require(Coordinate(latitude: 0, longitude: 179.9995))
    let east = try #require(Coordinate(latitude: 0, longitude: -179.9995))
    #expect(west.localDistanceMillimetres(to: east) == 111_196)
    #expect(abs(west.distanceMetres(to: east) - 111.195) < 0.001)
    #expect(Heading(from: west, to: east).centidegrees == 9_000)
}

@Test func aQuarterOfTheGlobeIsTenThousandKilometres() throws {
    let pole = try #require(Coordinate(latitude: 90, longitude: 0))
    let quito = try #require(Coordinate(latitude: 0, longitude: -78))
    #expect(abs(pole.distanceMetres(to: quito) - 10_007_557) < 1)
}

@Test func boundsEncloseWhatTheyWereMadeOf() throws {
    let places = try [(1.0, 5.0), (-2, 7), (3, 6)].map { try #require(Coordinate(latitude: $0.0, longitude: $0.1)) }
    let bounds = try #require(Bounds(enclosing: places))
    #expect(bounds.southWest == Coordinate(latitude: -2, longitude: 5))
    #expect(bounds.northEast == Coordinate(latitude: 3, longitude: 7))
    #expect(bounds.centre == Coordinate(latitude: 0.5, longitude: 6))
    #expect(Bounds(southWest: bounds.northEast, northEast: bounds.southWest) == nil)
    #expect(Bounds(enclosing: []) == nil)
}
