import Geography
import Roads
import Telemetry

/// A hazard that really is on the road, as the simulator knows and vehicles do not.
public struct PlantedHazard: Hashable, Sendable {
    /// What it is.
    public var kind: HazardKind
    /// Where it is met: edge, direction of travel, and offset from the edge's start.
    public var place: EdgePlace
    /// Where that is.
    public var coordinate: Coordinate
    /// Milliseconds of the run from which it is there.
    public var fromMilliseconds: UInt64
    /// Milliseconds of the run from which it is gone; nil where it stays.
    public var untilMilliseconds: UInt64?

    /// Whether it is there at this time of the run.
    public func isThere(atMilliseconds time: UInt64) -> Bool {
        time >= fromMilliseconds && untilMilliseconds.map { time < $0 } ?? true
    }

    /// The arc that it lies on.
    var arc: Arc { Arc(edge: place.edge, isBackward: place.direction == .backward) }
}

/// What happened at a planted hazard so far.
public struct Encounters: Hashable, Sendable {
    /// The vehicles that passed it while it was there.
    public internal(set) var passed: Set<Int> = []
    /// Those of them whose sensors saw it: three make it one that should be confirmed.
    public internal(set) var sensed: Set<Int> = []

    /// Nothing yet.
    public init() {}
}

/// A hazard that vehicles were told of: where they see none they say so.
public struct KnownHazard: Hashable, Sendable {
    /// The edge.
    public var edge: UInt32
    /// The direction of travel.
    public var direction: Direction
    /// What it is said to be.
    public var kind: HazardKind

    /// A hazard as the validators name it.
    public init(edge: UInt32, direction: Direction, kind: HazardKind) {
        (self.edge, self.direction, self.kind) = (edge, direction, kind)
    }
}
