#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A point of a local frame.
public struct PlanePoint: Hashable, Sendable {
    /// Metres east of the frame's origin.
    public var eastMetres: Double
    /// Metres north of the frame's origin.
    public var northMetres: Double

    /// The point this far east and north of a frame's origin.
    public init(eastMetres: Double, northMetres: Double) {
        self.eastMetres = eastMetres
        self.northMetres = northMetres
    }

    /// The straight distance in metres.
    public func distanceMetres(to other: PlanePoint) -> Double {
        let east = other.eastMetres - eastMetres
        let north = other.northMetres - northMetres
        return (east * east + north * north).squareRoot()
    }

    /// The point of a straight piece that is nearest to this one: its share of the way from start to end, and its distance in metres.
    func foot(from start: PlanePoint, to end: PlanePoint) -> (share: Double, distanceMetres: Double) {
        let (x, y) = (end.eastMetres - start.eastMetres, end.northMetres - start.northMetres)
        let square = x * x + y * y
        let along = (eastMetres - start.eastMetres) * x + (northMetres - start.northMetres) * y
        let share = square > 0 ? min(max(along / square, 0), 1) : 0
        let foot = PlanePoint(eastMetres: start.eastMetres + share * x, northMetres: start.northMetres + share * y)
        return (share, foot.distanceMetres(to: self))
    }
}

/// The earth taken as flat around an origin, in metres: for geometry over a few kilometres, at a 1,000th of error at 10 km and 60° N.
public struct LocalFrame: Hashable, Sendable {
    /// The place that becomes (0, 0).
    public let origin: Coordinate
    /// Metres that a 1e-7 degree of latitude is long.
    public static let metresPerLatitudeUnit = Coordinate.earthRadiusMetres * .pi / 1.8e9
    /// Metres that a 1e-7 degree of longitude is long at the origin.
    public let metresPerLongitudeUnit: Double

    /// The frame around `origin`, which is not a pole.
    public init(origin: Coordinate) {
        self.origin = origin
        // At the poles every longitude is one place: a floor keeps the way back finite.
        metresPerLongitudeUnit = LocalFrame.metresPerLatitudeUnit * max(cos(origin.latitude * .pi / 180), 1e-9)
    }

    /// Where the coordinate is in the frame.
    public func point(of coordinate: Coordinate) -> PlanePoint {
        PlanePoint(
            eastMetres: Double(origin.longitudeDifferenceE7(to: coordinate)) * metresPerLongitudeUnit,
            northMetres: Double(coordinate.latitudeE7 - origin.latitudeE7) * LocalFrame.metresPerLatitudeUnit)
    }

    /// The coordinate next to the point; a point beyond a pole is taken to the pole.
    public func coordinate(at point: PlanePoint) -> Coordinate {
        Coordinate.clamped(
            latitudeE7: Double(origin.latitudeE7) + point.northMetres / LocalFrame.metresPerLatitudeUnit,
            longitudeE7: Double(origin.longitudeE7) + point.eastMetres / metresPerLongitudeUnit)
    }

    /// The point of a straight piece that is nearest to the origin: its share of the way from start to end, and its distance in metres.
    public func foot(from start: Coordinate, to end: Coordinate) -> (share: Double, distanceMetres: Double) {
        PlanePoint(eastMetres: 0, northMetres: 0).foot(from: point(of: start), to: point(of: end))
    }
}
