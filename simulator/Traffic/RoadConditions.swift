import Models
import Roads

/// What the streets are like, as only the simulator knows: the district, the surface and the pace of each edge.
///
/// All of it comes from the seed and stays: it is what vehicles can learn.
public struct RoadConditions: Sendable {
    /// The parts of the town.
    public let districts: Districts
    /// What wheels roll over.
    public let surfaces: SurfaceMap
    /// Where trips begin and end.
    let catchment: Catchment
    /// What drivers make of an edge: the speed that they want there is this times the limit. By edge.
    private let paces: [Double]

    /// The slowest and the fastest pace.
    public static let paceRange = 0.5...1.05

    /// The conditions of a seed, with districts around the middle of the map that so many vehicles fill.
    init(_ network: RoadNetwork, vehicles: Int, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        catchment = Catchment(around: network, vehicles: vehicles)
        districts = Districts(network, catchment: catchment, random: &random)
        surfaces = SurfaceMap(network, districts: districts, seed: random.next())
        paces = RoadConditions.paces(network, districts, random: &random)
    }

    /// Regular surfaces everywhere, driven at the limit, and a single district.
    init(even network: RoadNetwork, vehicles: Int) {
        catchment = Catchment(around: network, vehicles: vehicles)
        districts = Districts(undivided: network)
        surfaces = SurfaceMap(regular: network)
        paces = Array(repeating: 1, count: network.edgeCount)
    }

    /// The pace of an edge, in `paceRange`.
    public func pace(ofEdge edge: UInt32) -> Double { paces[Int(edge)] }

    /// A class has its pace, a district is faster or slower in all, and an edge has its own.
    private static func paces(
        _ network: RoadNetwork, _ districts: Districts, random: inout SeededGenerator
    ) -> [Double] {
        let ofDistrict = (0..<districts.count).map { _ in random.uniform(in: 0.85...1.1) }
        return (0..<UInt32(network.edgeCount)).map { edge in
            let usual = network.roadClass(ofEdge: edge).usualPace
            let own = random.uniform(in: 0.75...1.15)
            let pace = usual * ofDistrict[districts.district(ofEdge: edge)] * own
            return min(max(pace, paceRange.lowerBound), paceRange.upperBound)
        }
    }
}

extension RoadClass {
    /// What drivers make of the limit on such a road: nobody drives at it where cars stand on both sides.
    fileprivate var usualPace: Double {
        switch self {
        case .motorway, .motorwayLink, .trunk, .trunkLink: 0.98
        case .primary, .primaryLink: 0.92
        case .secondary, .secondaryLink: 0.9
        case .tertiary, .tertiaryLink: 0.85
        case .unclassified: 0.8
        case .residential, .livingStreet: 0.75
        }
    }
}
