import Geography
import Models
import Roads

/// The parts of a town: each edge belongs to the one whose middle is nearest.
///
/// Vehicles live in a district and mostly stay there, and streets of a district have much in common: so the roads that
/// two vehicles know are not two samples of the same.
public struct Districts: Sendable {
    /// How many there are: a district is a number below it.
    public let count: Int
    /// By edge.
    private let numbers: [UInt8]

    /// Districts at most.
    public static let limit = 8
    /// Arcs of the catchment for each district at least.
    static let arcsPerDistrict = 12

    /// One district.
    init(undivided network: RoadNetwork) {
        (count, numbers) = (1, Array(repeating: 0, count: network.edgeCount))
    }

    /// Districts whose middles lie in the catchment, far from each other.
    init(_ network: RoadNetwork, catchment: Catchment, random: inout SeededGenerator) {
        let frame = LocalFrame(origin: network.bounds.centre)
        let middles = (0..<UInt32(network.edgeCount)).map { edge in
            let polyline = network.polyline(ofEdge: edge)
            return frame.point(of: polyline.coordinate(atMetres: polyline.lengthMetres / 2))
        }
        let candidates = catchment.arcs.map { middles[Int($0.edge)] }
        let wanted = min(Districts.limit, max(1, candidates.count / Districts.arcsPerDistrict))
        var centres = [candidates[Int(random.next() % UInt64(candidates.count))]]
        var distances = candidates.map { $0.distanceMetres(to: centres[0]) }
        while centres.count < wanted, let farthest = distances.indices.max(by: { distances[$0] < distances[$1] }) {
            let centre = candidates[farthest]
            centres.append(centre)
            for index in candidates.indices {
                distances[index] = min(distances[index], candidates[index].distanceMetres(to: centre))
            }
        }
        count = centres.count
        numbers = middles.map { Districts.nearest(of: centres, to: $0) }
    }

    private static func nearest(of centres: [PlanePoint], to point: PlanePoint) -> UInt8 {
        var (best, least) = (0, Double.infinity)
        for (number, centre) in centres.enumerated() {
            let distance = centre.distanceMetres(to: point)
            if distance < least { (best, least) = (number, distance) }
        }
        return UInt8(best)
    }

    /// The district of an edge.
    public func district(ofEdge edge: UInt32) -> Int { Int(numbers[Int(edge)]) }
}
