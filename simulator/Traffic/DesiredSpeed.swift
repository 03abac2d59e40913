import Models
import Roads

/// The speed that a driver wants where nobody is ahead: what the edge lets one drive, and less before a bump or
/// pothole.
struct DesiredSpeed: Sendable {
    private let surfaces: SurfaceMap
    /// The limit times the edge's pace in m/s, by arc index; 0 where closed.
    private let speeds: [Double]

    /// How drivers brake before a bump or pothole, in m/s².
    static let braking = 1.5
    /// Metres for which they keep that speed behind it, until the rear wheels have passed too.
    static let behind = 4.0

    init(_ network: RoadNetwork, _ conditions: RoadConditions) {
        surfaces = conditions.surfaces
        speeds = (0..<UInt32(2 * network.edgeCount)).map { index in
            let arc = Arc(index: index)
            return Double(network.limit(of: arc)) / 3.6 * conditions.pace(ofEdge: arc.edge)
        }
    }

    /// v₀ in m/s at this offset from the arc's tail in m, for a driver who drives `haste` times what others do.
    func v0(on arc: Arc, offset: Double, haste: Double) -> Double {
        let v0 = speeds[Int(arc.index)] * haste
        guard let point = surfaces.nextPoint(ofEdge: arc.edge, from: offset - DesiredSpeed.behind) else { return v0 }
        let v = surfaces.surface(ofEdge: arc.edge).passingSpeed(haste: haste)
        // Who brakes evenly has this speed that far before the place.
        return min(v0, (v * v + 2 * DesiredSpeed.braking * max(point - offset, 0)).squareRoot())
    }
}
