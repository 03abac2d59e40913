import Geography

/// A network's nodes on a plane whose straight lines are never longer than the roads, for A*.
///
/// Longitudes shrink by the cosine of the network's outermost latitude, so nothing is drawn longer than it is, and everything by another
/// 1,024th, which outweighs the rounding to whole units. Roads' lengths are rounded up. On a plane a detour is never shorter than the
/// straight line: hence the estimate is a lower bound, and never falls by more than a road's time along it.
struct Plane: Sendable {
    /// 1/256 mm east and north of the first node.
    private let points: [(x: Int64, y: Int64)]
    private let highestLimit: UInt64

    init(_ network: RoadNetwork) {
        let outermost = network.bounds.northEast.latitudeE7.magnitude
        let other = network.bounds.southWest.latitudeE7.magnitude
        let origin = network.nodes[0]
        points = network.nodes.map { origin.planeUnits(to: $0, outermostLatitudeE7: Int32(max(outermost, other))) }
        highestLimit = UInt64(network.highestLimit)
    }

    /// Milliseconds from one node to another along the straight line at the network's highest limit, rounded down.
    func milliseconds(from start: UInt32, to end: UInt32) -> UInt64 {
        let (from, to) = (points[Int(start)], points[Int(end)])
        let (x, y) = (Double(to.x - from.x), Double(to.y - from.y))
        // Products, sums and roots of doubles are the same on every machine, and their rounding is far below a unit.
        let units = UInt64((x * x + y * y).squareRoot())
        return units * 18 / (highestLimit * 5 * 256)
    }
}
