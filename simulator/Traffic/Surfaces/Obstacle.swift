#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A single thing in the road, as a height over the way through it. All measures in metres.
public enum Obstacle: Hashable, Sendable {
    /// Nothing.
    case none
    /// A long round bump: half a sine.
    case hump(length: Double, height: Double)
    /// Rows of studs, one row each `pitch` from the next: half a sine each.
    case studs(rows: Int, pitch: Double, length: Double, height: Double)
    /// A hole with a slope of `rim` at either end.
    case hole(length: Double, depth: Double, rim: Double)

    /// From its beginning to its end.
    public var length: Double {
        switch self {
        case .none: 0
        case .hump(let length, _): length
        case .studs(let rows, let pitch, let length, _): Double(rows - 1) * pitch + length
        case .hole(let length, _, _): length
        }
    }

    /// Its height `x` behind its beginning; 0 before it and behind it.
    public func height(at x: Double) -> Double {
        guard x > 0, x < length else { return 0 }
        switch self {
        case .none: return 0
        case .hump(let length, let height): return height * sin(.pi * x / length)
        case .studs(_, let pitch, let length, let height):
            let along = x - (x / pitch).rounded(.down) * pitch
            return along < length ? height * sin(.pi * along / length) : 0
        case .hole(let length, let depth, let rim): return -depth * min(1, x / rim, (length - x) / rim)
        }
    }
}
