import Cryptography
import Hazards
import Roads
import Telemetry
import Wire

/// The hazards that a route takes into account: one a name, each on an arc of the map.
///
/// A hazard that names only a cell, or an edge of another map, is not here. Its 150 m hold many roads, most of them untouched, and a cost
/// on each would send people around nothing; the driver is told of it all the same.
public struct RouteHazards: Sendable {
    /// A hazard and where it is met.
    struct Placed: Sendable {
        var hazard: Hazard
        var arc: Arc
        var cost: HazardCost
    }

    /// SHA-256 of the map that arcs are counted on.
    public let mapDigest: Digest
    /// How many edges it has.
    public let edgeCount: Int
    /// In the order of their names.
    private var placed: [Placed] = []

    /// No hazards on this map.
    public init(mapDigest: Digest, edgeCount: Int) {
        self.mapDigest = mapDigest
        self.edgeCount = edgeCount
    }

    /// How many there are.
    public var count: Int { placed.count }

    /// The arc on which a hazard is met, or nil where it is not on this map.
    public func arc(of hazard: Hazard) -> Arc? {
        guard let edge = hazard.edge, edge.mapDigest == mapDigest, edge.edge < edgeCount else { return nil }
        switch edge.direction {
        case .forward: return Arc(edge: edge.edge, isBackward: false)
        case .backward: return Arc(edge: edge.edge, isBackward: true)
        }
    }

    /// Takes what the validators say of a hazard, in any order: what is older than what is known does not count. Whether routes may change.
    @discardableResult
    public mutating func learn(of hazard: Hazard) -> Bool {
        guard let arc = arc(of: hazard) else { return false }
        let index = index(of: hazard.id)
        let isKnown = index < placed.count && placed[index].hazard.id == hazard.id
        if isKnown, placed[index].hazard.height > hazard.height { return false }
        guard hazard.state != .cleared else {
            if isKnown { placed.remove(at: index) }
            return isKnown
        }
        let new = Placed(hazard: hazard, arc: arc, cost: HazardCost(kind: hazard.kind, state: hazard.state))
        if isKnown {
            let isChanged = placed[index].hazard != hazard
            placed[index] = new
            return isChanged
        }
        guard placed.count < VehicleLimits.hazards else { return false }
        placed.insert(new, at: index)
        return true
    }

    /// Whether one who drives these arcs meets the hazard and it costs something: the reason to look for another route. A hazard that was
    /// cleared is met by nobody.
    public func isAffected(_ arcs: some Sequence<Arc>, by hazard: Hazard) -> Bool {
        guard hazard.state != .cleared, let arc = arc(of: hazard) else { return false }
        return arcs.contains(arc)
    }

    /// Those that last beyond `time`, in the order of their names.
    func live(at time: Timestamp) -> [Placed] { placed.filter { $0.hazard.expires > time } }

    /// The first place whose name is not below `id`.
    private func index(of id: HazardID) -> Int {
        var (low, high) = (0, placed.count)
        while low < high {
            let middle = (low + high) / 2
            if placed[middle].hazard.id < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
