import Cryptography
import Geography
import Wire

/// Whether a vehicle saw a hazard, or passed a place where one is known and saw none.
public enum Polarity: UInt8, Sendable {
    /// It is there.
    case seen = 1
    /// It is not there.
    case notSeen = 2
}

/// Which way along an edge.
public enum Direction: UInt8, Sendable {
    /// From the edge's first node to its last.
    case forward = 1
    /// From its last node to its first.
    case backward = 2
}

/// A place on an edge of the map that the report names.
public struct EdgePlace: Hashable, Sendable {
    /// Index into the map file's edges.
    public var edge: UInt32
    /// The direction of travel in which the hazard is met.
    public var direction: Direction
    /// From the edge's start, in centimetres: within `TelemetryLimits.offsetCentimetres`.
    public var offsetCentimetres: UInt32

    /// A place on an edge.
    public init(edge: UInt32, direction: Direction, offsetCentimetres: UInt32) {
        self.edge = edge
        self.direction = direction
        self.offsetCentimetres = offsetCentimetres
    }
}

/// One sighting.
public struct Observation: Hashable, Sendable {
    /// What it is about.
    public var kind: HazardKind
    /// Whether it was there.
    public var polarity: Polarity
    /// When the sensor saw it: not after the report's time, and at most a day before.
    public var time: Timestamp
    /// Where.
    public var coordinate: Coordinate
    /// Where on the map, if the vehicle matched it. Counts only under the committee's own map.
    public var place: EdgePlace?
    /// The sensor's own confidence in thousandths, 1 to 1,000.
    public var confidencePermille: UInt16

    /// A sighting.
    public init(
        kind: HazardKind, polarity: Polarity, time: Timestamp, coordinate: Coordinate, place: EdgePlace? = nil,
        confidencePermille: UInt16 = 1000
    ) {
        self.kind = kind
        self.polarity = polarity
        self.time = time
        self.coordinate = coordinate
        self.place = place
        self.confidencePermille = confidencePermille
    }

    /// The cell in which the log keeps it: all that the log knows of its coordinate.
    public var cell: Cell { Cell(containing: coordinate, level: Cell.observationLevel) }

    /// Its time in the log: units of 30 s since 1970.
    public var bucket: UInt64 { time.milliseconds / TelemetryLimits.bucketMilliseconds }
}
