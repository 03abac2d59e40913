import Cryptography
import Geography

/// An edge of a map in one direction.
public struct MapEdge: Hashable, Sendable {
    /// SHA-256 of the map file.
    public var mapDigest: Digest
    /// Index into the map's edges.
    public var edge: UInt32
    /// The direction of travel.
    public var direction: Direction

    /// An edge of a map in one direction.
    public init(mapDigest: Digest, edge: UInt32, direction: Direction) {
        self.mapDigest = mapDigest
        self.edge = edge
        self.direction = direction
    }
}

/// The place by which observations are taken to be about the same thing: an edge and direction where the map counts,
/// else a cell.
public enum HazardPlace: Hashable, Sendable {
    /// A road in one direction.
    case edge(MapEdge)
    /// A cell of the observation level.
    case cell(Cell)
}
