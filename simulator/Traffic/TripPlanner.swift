import Geography
import Roads

/// Chooses where vehicles start and where they go.
///
/// Trips begin and end inside a catchment around the middle of the map, as large as there are vehicles to fill it: some hundred vehicles meet
/// each other on any map, be it a city centre or a country.
struct TripPlanner: Sendable {
    private let network: RoadNetwork
    private var search: PathSearch
    private var random: SeededGenerator
    /// The arcs of the catchment, and the metres up to the end of each, for a choice by length.
    private let arcs: [Arc]
    private let reach: [Double]

    /// Metres of road in the catchment for each vehicle: at city speeds each place is then passed about four times a minute.
    static let metresPerVehicle = 120.0

    init(network: RoadNetwork, vehicles: Int, seed: UInt64) {
        self.network = network
        search = PathSearch(network)
        random = SeededGenerator(seed: seed)
        arcs = TripPlanner.catchment(network, metres: Double(vehicles) * TripPlanner.metresPerVehicle)
        var sum = 0.0
        reach = arcs.map { arc in
            sum += Double(network.lengthMillimetres(ofEdge: arc.edge)) / 1000
            return sum
        }
    }

    /// The arcs nearest to the middle of the map, as many as make up `metres`; at least one, and all where there are less.
    private static func catchment(_ network: RoadNetwork, metres: Double) -> [Arc] {
        let frame = LocalFrame(origin: network.bounds.centre)
        let middle = PlanePoint(eastMetres: 0, northMetres: 0)
        let distances = network.nodes.map { frame.point(of: $0).distanceMetres(to: middle) }
        let arcs = (0..<UInt32(2 * network.edgeCount)).map(Arc.init(index:)).filter(network.isOpen)
        func distance(_ arc: Arc) -> Double {
            max(distances[Int(network.tail(of: arc))], distances[Int(network.head(of: arc))])
        }
        var chosen: [Arc] = []
        var sum = 0.0
        for arc in arcs.sorted(by: { (distance($0), $0.index) < (distance($1), $1.index) }) {
            guard sum < metres || chosen.isEmpty else { break }
            sum += Double(network.lengthMillimetres(ofEdge: arc.edge)) / 1000
            chosen.append(arc)
        }
        return chosen
    }

    /// A place on an arc of the catchment, each metre of road as likely as the other.
    mutating func place() -> (arc: Arc, offset: Double) {
        let metre = Double.random(in: 0..<max(reach[reach.count - 1], 0.001), using: &random)
        var (low, high) = (0, reach.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if reach[middle] > metre { high = middle } else { low = middle + 1 }
        }
        return (arcs[low], metre - (low == 0 ? 0 : reach[low - 1]))
    }

    /// What a driver makes of limits.
    mutating func haste(in range: ClosedRange<Double>) -> Double { .random(in: range, using: &random) }

    /// The arcs from the end of `arc` to somewhere in the catchment, the last included: one at least.
    mutating func trip(after arc: Arc) -> [Arc] {
        let start = network.head(of: arc)
        var goal = place().arc
        // Nobody sets out to where they come from, unless there is nothing else.
        for _ in 0..<8 where goal == arc.reversed { goal = place().arc }
        guard let route = search.route(from: start, to: network.tail(of: goal), arrivingOn: arc) else {
            preconditionFailure("a network is strongly connected: there is a way from each node to each other")
        }
        return route.arcs + [goal]
    }

    /// Another arc than `blocked` to leave the end of `arc` by, or nil where there is none but the way back.
    mutating func detour(after arc: Arc, around blocked: Arc) -> Arc? {
        network.arcs(from: network.head(of: arc)).filter { $0 != blocked && $0 != arc.reversed }
            .randomElement(using: &random)
    }
}
