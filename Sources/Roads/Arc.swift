/// An edge in one of its two directions: what a vehicle drives along.
///
/// Edges are numbered by their place in the map; `forward` is along the edge's stored geometry, from its start to its end.
public struct Arc: Hashable, Sendable {
    /// Twice the edge's number, and one more for the way back: an index into arrays with a place for each direction.
    public let index: UInt32

    /// The edge, along its geometry or against it.
    public init(edge: UInt32, isBackward: Bool) {
        index = edge << 1 | (isBackward ? 1 : 0)
    }

    /// The arc with this index.
    public init(index: UInt32) {
        self.index = index
    }

    /// The edge's number.
    public var edge: UInt32 { index >> 1 }

    /// Whether it leads against the edge's geometry.
    public var isBackward: Bool { index & 1 == 1 }

    /// The same edge the other way.
    public var reversed: Arc { Arc(index: index ^ 1) }
}

extension Arc: CustomStringConvertible {
    /// The edge's number and an arrow: `17→` or `17←`.
    public var description: String { "\(edge)\(isBackward ? "←" : "→")" }
}
