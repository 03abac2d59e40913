#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A place on the earth's surface, WGS 84, in units of 1e-7 degrees: 1.1 cm of latitude.
public struct Coordinate: Hashable, Sendable {
    /// Latitude, positive to the north: within ±900,000,000.
    public let latitudeE7: Int32
    /// Longitude, positive to the east: within ±1,800,000,000.
    public let longitudeE7: Int32

    /// Radius of the sphere that distances are measured on: the earth's mean radius (IUGG). Within 0.5 % of the ellipsoid.
    public static let earthRadiusMetres = 6_371_008.8

    /// The place at these units of 1e-7 degrees, or nil where they are out of bounds.
    public init?(latitudeE7: Int32, longitudeE7: Int32) {
        guard latitudeE7.magnitude <= 900_000_000, longitudeE7.magnitude <= 1_800_000_000 else { return nil }
        self.latitudeE7 = latitudeE7
        self.longitudeE7 = longitudeE7
    }

    /// The place at these degrees, rounded to the next unit, or nil where they are out of bounds or no numbers.
    public init?(latitude: Double, longitude: Double) {
        guard abs(latitude) <= 90, abs(longitude) <= 180 else { return nil }
        latitudeE7 = Int32((latitude * 1e7).rounded())
        longitudeE7 = Int32((longitude * 1e7).rounded())
    }

    /// Degrees north.
    public var latitude: Double { Double(latitudeE7) / 1e7 }

    /// Degrees east.
    public var longitude: Double { Double(longitudeE7) / 1e7 }

    /// The place at these units, moved inside the bounds: the latitude stops at the poles, the longitude goes round.
    static func clamped(latitudeE7: Double, longitudeE7: Double) -> Coordinate {
        let latitude = Int32(min(max(latitudeE7.rounded(), -900_000_000), 900_000_000))
        let turns = (longitudeE7 / 3_600_000_000).rounded()
        let longitude = Int32((longitudeE7 - turns * 3_600_000_000).rounded())
        return Coordinate(uncheckedLatitudeE7: latitude, longitudeE7: longitude)
    }

    /// The place at units that the caller has already bounded.
    init(uncheckedLatitudeE7 latitudeE7: Int32, longitudeE7: Int32) {
        assert(latitudeE7.magnitude <= 900_000_000 && longitudeE7.magnitude <= 1_800_000_000)
        self.latitudeE7 = latitudeE7
        self.longitudeE7 = longitudeE7
    }

    /// The distance along a great circle in metres, by the haversine formula.
    public func distanceMetres(to other: Coordinate) -> Double {
        let φ1 = latitude * .pi / 180
        let φ2 = other.latitude * .pi / 180
        let Δφ = (other.latitude - latitude) * .pi / 180
        let Δλ = (other.longitude - longitude) * .pi / 180
        let h = sin(Δφ / 2) * sin(Δφ / 2) + cos(φ1) * cos(φ2) * sin(Δλ / 2) * sin(Δλ / 2)
        return 2 * Coordinate.earthRadiusMetres * asin(min(1, h.squareRoot()))
    }

    /// The distance in millimetres, rounded up, in integer arithmetic, the same on every machine: road lengths are sums of it.
    ///
    /// The earth is taken as flat around the middle of the two, so it is meant for places near each other: within 1e-5 of the great
    /// circle up to 10 km apart and 70° from the equator. Rounding up keeps a road at least as long as the line between its ends.
    public func localDistanceMillimetres(to other: Coordinate) -> Int64 {
        guard other != self else { return 0 }
        let middle = Int32((Int64(latitudeE7) + Int64(other.latitudeE7)) / 2)
        let shrink = FixedPoint.cosine(FixedPoint.radians(units: middle))
        let north = Int128(abs(other.latitudeE7 - latitudeE7)) * Coordinate.millimetresPerUnit32
        let east = Int128(abs(longitudeDifferenceE7(to: other))) * Coordinate.millimetresPerUnit32 * (shrink >> 30)
        let (x, y) = (east >> 54, north >> 24)
        // Eight fraction bits are kept under the root. The shifts and the root lose less than 3 of their units, which are given back.
        return Int64((FixedPoint.squareRoot(x * x + y * y) + 3 + 255) >> 8)
    }

    /// Millimetres in a 1e-7 degree of latitude, with 32 fraction bits: 6,371,008.8 m · π ÷ 1.8e9.
    private static let millimetresPerUnit32: Int128 = 47_757_923_308

    /// How far east the other place is in 1e-7 degrees, the shorter way round: within ±1,800,000,000.
    func longitudeDifferenceE7(to other: Coordinate) -> Int64 {
        let difference = Int64(other.longitudeE7) - Int64(longitudeE7)
        if difference > 1_800_000_000 { return difference - 3_600_000_000 }
        if difference < -1_800_000_000 { return difference + 3_600_000_000 }
        return difference
    }
}

extension Coordinate: CustomStringConvertible {
    /// Degrees north and east.
    public var description: String { "\(latitude), \(longitude)" }
}

extension Coordinate {
    /// How far east and north the other place is drawn, in 1/256 mm, on a plane that shrinks longitudes by the cosine of the outermost
    /// latitude at hand and all by a 1,024th: never farther than `localDistanceMillimetres(to:)` has it between places within that latitude.
    public func planeUnits(to other: Coordinate, outermostLatitudeE7: Int32) -> (x: Int64, y: Int64) {
        let shrink = FixedPoint.cosine(FixedPoint.radians(units: outermostLatitudeE7)) >> 30
        let scale = Coordinate.millimetresPerUnit32 * 1023
        let east = Int128(longitudeDifferenceE7(to: other)) * scale * shrink
        let north = Int128(other.latitudeE7 - latitudeE7) * scale
        return (Int64(east >> 64), Int64(north >> 34))
    }
}
