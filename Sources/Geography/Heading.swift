#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A direction over ground in hundredths of a degree, clockwise from north: 0 to 35,999.
public struct Heading: Hashable, Sendable {
    /// Hundredths of a degree: 0 to 35,999.
    public let centidegrees: UInt16

    /// The direction of this many hundredths of a degree, or nil from 36,000 on.
    public init?(centidegrees: UInt16) {
        guard centidegrees < 36_000 else { return nil }
        self.centidegrees = centidegrees
    }

    /// The direction of a step that goes this far east and north; north where it goes nowhere.
    public init(eastMetres: Double, northMetres: Double) {
        let turns = atan2(eastMetres, northMetres) / (2 * .pi)
        let centidegrees = ((turns - turns.rounded(.down)) * 36_000).rounded()
        self.centidegrees = centidegrees >= 0 && centidegrees < 36_000 ? UInt16(centidegrees) : 0
    }

    /// The direction in which one leaves `start` for `end` over short ways; north where they are one.
    public init(from start: Coordinate, to end: Coordinate) {
        let point = LocalFrame(origin: start).point(of: end)
        self.init(eastMetres: point.eastMetres, northMetres: point.northMetres)
    }

    /// Degrees, clockwise from north.
    public var degrees: Double { Double(centidegrees) / 100 }

    /// The opposite direction.
    public var reversed: Heading {
        Heading(unchecked: (centidegrees + 18_000) % 36_000)
    }

    private init(unchecked centidegrees: UInt16) {
        self.centidegrees = centidegrees
    }
}
