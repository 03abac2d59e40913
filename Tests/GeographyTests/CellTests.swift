import Geography
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// A place, its column and row at level 17, and its quadkey at level 24, computed elsewhere (Python, double precision).
private let known: [(latitude: Double, longitude: Double, x: UInt32, y: UInt32, quadkey: String)] = [
    (60.1699, 24.9384, 74615, 37939, "120120211013301331122301"),
    (-41.2866, 174.7756, 129169, 82068, "313111000300302011301103"),
    (-0.1807, -78.4678, 36966, 65601, "210010000031001123211313"),
    (78.2232, 15.6267, 71225, 18146, "102010330223110211202023"),
    (-54.8019, -68.3030, 40667, 89488, "212033312310310113210021"),
    (43.7384, 7.4246, 68239, 47792, "120223030302211110233213"),
]

@Test func cellsHaveTheirKnownNames() throws {
    for place in known {
        let coordinate = try #require(Coordinate(latitude: place.latitude, longitude: place.longitude))
        let cell = Cell(containing: coordinate)
        #expect((cell.level, cell.x, cell.y) == (17, place.x, place.y))
        #expect(Cell(containing: coordinate, level: 24).quadkey == place.quadkey)
        #expect(cell.quadkey == String(place.quadkey.prefix(17)))
    }
}

/// Where the coordinate lies in the Mercator square in floating point, in cells of `level`.
private func floatingPoint(_ coordinate: Coordinate, level: UInt8) -> (x: Double, y: Double) {
    let side = Double(UInt32(1) << UInt32(level))
    let sine = sin(coordinate.latitude * .pi / 180)
    return ((coordinate.longitude + 180) / 360 * side, (0.5 - atanh(sine) / (2 * .pi)) * side)
}

@Test func integerCellsAreThoseOfTheFloatingPointFormula() throws {
    var seeded = Seeded(state: 1)
    var onBorders = 0
    for round in 0..<20_000 {
        let level = UInt8(round % 25)
        let coordinate = try seeded.coordinate(latitude: Cell.outermostLatitudeE7)
        let cell = Cell(containing: coordinate, level: level)
        let (x, y) = floatingPoint(coordinate, level: level)
        // Within a hair of a border either side is right; the hair is what doubles lose at level 24.
        let hair = 1e-6
        if abs(x - x.rounded()) < hair || abs(y - y.rounded()) < hair {
            onBorders += 1
            continue
        }
        #expect(cell.x == UInt32(x) && cell.y == UInt32(y), "\(coordinate) at level \(level)")
    }
    #expect(onBorders < 20)
}

@Test func aCellsBoundsAreExactlyItsCoordinates() throws {
    var seeded = Seeded(state: 2)
    for round in 0..<400 {
        let level = UInt8(round % 25)
        let coordinate = try seeded.coordinate()
        let cell = Cell(containing: coordinate, level: level)
        let bounds = cell.bounds
        #expect(bounds.contains(coordinate))
        #expect(Cell(containing: bounds.centre, level: level) == cell)
        for corner in [bounds.southWest, bounds.northEast] { #expect(Cell(containing: corner, level: level) == cell) }
        try neighboursAreElsewhere(bounds, cell)
    }
}

/// One unit beyond each edge of the bounds is another cell, where the world goes on.
private func neighboursAreElsewhere(_ bounds: Bounds, _ cell: Cell) throws {
    let (south, west) = (bounds.southWest.latitudeE7, bounds.southWest.longitudeE7)
    let (north, east) = (bounds.northEast.latitudeE7, bounds.northEast.longitudeE7)
    let beyond = [(south - 1, west), (south, west - 1), (north + 1, east), (north, east + 1)]
    for (latitude, longitude) in beyond {
        guard let outside = Coordinate(latitudeE7: latitude, longitudeE7: longitude) else { continue }
        #expect(Cell(containing: outside, level: cell.level) != cell)
    }
}

@Test func theWorldsEdgesAreInTheOutermostCells() throws {
    let north = try #require(Coordinate(latitude: 90, longitude: -180))
    let south = try #require(Coordinate(latitude: -90, longitude: 180))
    #expect(Cell(containing: north, level: 3).quadkey == "000")
    #expect(Cell(containing: south, level: 3).quadkey == "333")
    #expect(Cell(containing: south, level: 0).quadkey.isEmpty)
    // The middle of the map belongs to the south-eastern quarter.
    let middle = try #require(Coordinate(latitudeE7: 0, longitudeE7: 0))
    #expect(Cell(containing: middle, level: 2).quadkey == "30")
    let justNorth = try #require(Coordinate(latitudeE7: 1, longitudeE7: -1))
    #expect(Cell(containing: justNorth, level: 2).quadkey == "03")
}

@Test func everyNameOfACellLeadsBackToIt() throws {
    var seeded = Seeded(state: 3)
    for round in 0..<500 {
        let cell = Cell(containing: try seeded.coordinate(), level: UInt8(round % 25))
        #expect(Cell(number: cell.number, level: cell.level) == cell)
        #expect(Cell(quadkey: cell.quadkey) == cell)
        #expect(Cell(level: cell.level, x: cell.x, y: cell.y) == cell)
        #expect(cell.digits.map(String.init).joined() == cell.quadkey)
    }
}

@Test func aQuadkeyReadsAsANumberWithTheFirstDigitHighest() throws {
    let cell = try #require(Cell(quadkey: "1203"))
    #expect(cell.number == 0b01_10_00_11)
    #expect((cell.x, cell.y) == (0b1001, 0b0101))
    #expect(cell.parent?.quadkey == "120")
    #expect(cell.ancestor(at: 1).quadkey == "1")
    #expect(cell.ancestor(at: 0).contains(cell))
    #expect(try #require(Cell(quadkey: "")).parent == nil)
}

@Test func namesOfNoCellAreRefused() {
    #expect(Cell(quadkey: "0124") == nil)
    #expect(Cell(quadkey: "01 2") == nil)
    #expect(Cell(quadkey: String(repeating: "1", count: 25)) == nil)
    #expect(Cell(number: 16, level: 2) == nil)
    #expect(Cell(number: 0, level: 25) == nil)
    #expect(Cell(level: 2, x: 4, y: 0) == nil)
    #expect(Cell(level: 2, x: 0, y: 4) == nil)
}

@Test func cellsOfALevelAreInTheOrderOfTheirQuadkeys() throws {
    let names = ["0", "3", "00", "01", "13", "20", "333"]
    let cells = try names.map { try #require(Cell(quadkey: $0)) }
    #expect(cells.reversed().sorted() == cells)
}
