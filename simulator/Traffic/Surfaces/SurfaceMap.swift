import Models
import Roads

/// The surface of each edge.
///
/// Which surfaces an edge may have depends on its class, and each district has more of some than of others. Bumps and
/// potholes are single places, one each 45 m; between them the edge is regular, or worn where it has potholes.
public struct SurfaceMap: Sendable {
    /// By edge.
    private let surfaces: [Surface]
    /// Metres, by edge.
    private let lengths: [Double]
    private let seed: UInt64

    /// Metres from a bump or pothole to the next, at least.
    static let spacing = 45.0
    /// Metres of an edge that has bumps or potholes, at least.
    static let leastLength = 20.0
    /// How much more of its own surface a district has.
    static let favour = 4.0

    /// Regular everywhere.
    init(regular network: RoadNetwork) {
        surfaces = Array(repeating: .regular, count: network.edgeCount)
        (lengths, seed) = (SurfaceMap.lengths(network), 0)
    }

    /// The surfaces of a seed.
    init(_ network: RoadNetwork, districts: Districts, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let shift = Int(random.next() % UInt64(Surface.allCases.count))
        let lengths = SurfaceMap.lengths(network)
        self.seed = seed
        self.lengths = lengths
        surfaces = (0..<UInt32(network.edgeCount)).map { edge in
            let favoured = (districts.district(ofEdge: edge) + shift) % Surface.allCases.count
            let weights = SurfaceMap.weights(
                network.roadClass(ofEdge: edge), favoured, isLong: lengths[Int(edge)] >= SurfaceMap.leastLength)
            return Surface.allCases[random.index(weights: weights)]
        }
    }

    /// How likely each surface is on an edge, in the order of `Surface.allCases`.
    private static func weights(_ roadClass: RoadClass, _ favoured: Int, isLong: Bool) -> [Double] {
        roadClass.surfaceWeights.enumerated().map { index, weight in
            if Surface.allCases[index].isPoint, !isLong { return 0 }
            return index == favoured ? weight * SurfaceMap.favour : weight
        }
    }

    private static func lengths(_ network: RoadNetwork) -> [Double] {
        (0..<UInt32(network.edgeCount)).map { Double(network.lengthMillimetres(ofEdge: $0)) / 1000 }
    }

    /// What an edge is known for: the surface of all of it, or what lies in it here and there.
    public func surface(ofEdge edge: UInt32) -> Surface { surfaces[Int(edge)] }

    /// What an edge is like apart from its bumps and potholes.
    public func ground(ofEdge edge: UInt32) -> Surface {
        let surface = surfaces[Int(edge)]
        switch surface {
        case .regular, .worn: return surface
        case .asphaltBump, .metalBump: return .regular
        case .pothole: return .worn
        }
    }

    /// How many bumps or potholes an edge has.
    public func pointCount(ofEdge edge: UInt32) -> Int {
        surfaces[Int(edge)].isPoint ? max(1, Int(lengths[Int(edge)] / SurfaceMap.spacing)) : 0
    }

    /// The bumps or potholes of an edge, in metres from either of its ends: they lie at equal distances.
    public func points(ofEdge edge: UInt32) -> [Double] {
        let count = pointCount(ofEdge: edge)
        return (0..<count).map { (Double($0) + 0.5) * lengths[Int(edge)] / Double(count) }
    }

    /// The first bump or pothole of an edge that is not before this offset from either end, in metres from there; nil
    /// where none is left.
    func nextPoint(ofEdge edge: UInt32, from offset: Double) -> Double? {
        let count = pointCount(ofEdge: edge)
        guard count > 0 else { return nil }
        let step = lengths[Int(edge)] / Double(count)
        let number = max(0, (offset / step - 0.5).rounded(.up))
        return number < Double(count) ? (number + 0.5) * step : nil
    }

    /// What wheels meet on an edge where it has this surface: always the same there.
    func shape(of surface: Surface, onEdge edge: UInt32) -> RoadShape {
        var random = SeededGenerator(seed: seed ^ (UInt64(edge) << 8 | UInt64(surface.rawValue)))
        return RoadShape(of: surface, random: &random)
    }
}

extension RoadClass {
    /// How usual each surface is, in the order of `Surface.allCases`: nobody builds bumps into a motorway.
    fileprivate var surfaceWeights: [Double] {
        switch self {
        case .motorway, .motorwayLink, .trunk, .trunkLink: [0.93, 0.07, 0, 0, 0]
        case .primary, .primaryLink, .secondary, .secondaryLink: [0.34, 0.22, 0.1, 0.14, 0.2]
        case .tertiary, .tertiaryLink, .unclassified: [0.22, 0.2, 0.2, 0.17, 0.21]
        case .residential, .livingStreet: [0.15, 0.17, 0.25, 0.2, 0.23]
        }
    }
}
