import Hazards
import Roads

/// A way for a vehicle, and why it costs what it costs.
public struct GuidedRoute: Hashable, Sendable {
    /// What a hazard on the way adds.
    public struct HazardShare: Hashable, Sendable {
        /// The hazard's name.
        public var id: HazardID
        /// Where it is met.
        public var arc: Arc
        /// Milliseconds that it adds.
        public var addedMilliseconds: UInt64
    }

    /// The arcs, each leaving the node that the one before leads to; none where start and end are one.
    public var arcs: [Arc]
    /// Milliseconds at the roads' limits.
    public var freeFlowMilliseconds: UInt64
    /// Milliseconds that the model expects the arcs to take.
    public var learnedMilliseconds: UInt64
    /// Each hazard on the way, in the order of the arcs and then of the names.
    public var hazards: [HazardShare]
    /// Whether the way leads through a closed road because there is no other; then the hour that this costs is among the hazards.
    public var passesClosure: Bool

    /// What the route was chosen for, the least of all ways: learned time and hazards, in milliseconds.
    public var milliseconds: UInt64 { hazards.reduce(learnedMilliseconds) { $0 + $1.addedMilliseconds } }
}
