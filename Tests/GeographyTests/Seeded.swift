import Geography

/// SplitMix64: the tests' seeded source of numbers.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A place within these absolute bounds, uniform in units.
    mutating func coordinate(latitude: Int32 = 900_000_000, longitude: Int32 = 1_800_000_000) throws -> Coordinate {
        let latitudeE7 = Int32.random(in: -latitude...latitude, using: &self)
        let longitudeE7 = Int32.random(in: -longitude...longitude, using: &self)
        guard let place = Coordinate(latitudeE7: latitudeE7, longitudeE7: longitudeE7) else { throw OutOfBounds() }
        return place
    }

    struct OutOfBounds: Error {}
}
