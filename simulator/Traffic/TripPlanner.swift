import Models
import Roads

/// Chooses where vehicles start and where they go.
///
/// Trips begin and end inside a catchment around the middle of the map, as large as there are vehicles to fill it: some
/// hundred vehicles meet each other on any map, be it a city centre or a country. A vehicle lives in the district that
/// it starts in, and most of its trips end there.
struct TripPlanner: Sendable {
    private let network: RoadNetwork
    private var search: PathSearch
    private var random: SeededGenerator
    private let catchment: Catchment
    /// The part of the catchment that lies in each district; nil where none does.
    private let districts: [Catchment?]

    /// Of 1,000 trips so many end in the vehicle's own district.
    static let homewardPermille: UInt64 = 700

    init(network: RoadNetwork, conditions: RoadConditions, seed: UInt64) {
        self.network = network
        catchment = conditions.catchment
        search = PathSearch(network)
        random = SeededGenerator(seed: seed)
        let parts = Dictionary(grouping: catchment.arcs) { conditions.districts.district(ofEdge: $0.edge) }
        districts = (0..<conditions.districts.count).map { number in
            parts[number].map { Catchment($0, of: network) }
        }
    }

    /// A place on an arc of the catchment, each metre of road as likely as the other.
    mutating func place() -> (arc: Arc, offset: Double) { catchment.place(random: &random) }

    /// What a driver makes of limits.
    mutating func haste(in range: ClosedRange<Double>) -> Double { .random(in: range, using: &random) }

    /// The arcs from the end of `arc` to somewhere in the catchment, the last included: one at least. Who lives in the
    /// district `home` mostly goes there.
    mutating func trip(after arc: Arc, home: Int) -> [Arc] {
        let start = network.head(of: arc)
        let isHomeward = random.happens(permille: TripPlanner.homewardPermille)
        let area = (isHomeward ? districts[home] : nil) ?? catchment
        var goal = area.place(random: &random).arc
        // Nobody sets out to where they come from, unless there is nothing else.
        for _ in 0..<8 where goal == arc.reversed { goal = area.place(random: &random).arc }
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
