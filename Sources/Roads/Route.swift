/// A way through the network, arc by arc.
public struct Route: Hashable, Sendable {
    /// The arcs, each leaving the node that the one before leads to; none where start and end are one.
    public var arcs: [Arc]
    /// The sum of their travel times in milliseconds.
    public var milliseconds: UInt64
}
