import Geography
import Models
import Roads
import Telemetry

/// Chooses places for hazards where vehicles will really come by.
///
/// Hazards do not slow anybody down yet, so traffic goes the same with and without them: a dry run of the very traffic that will be driven
/// counts the vehicles that will pass the middle of each arc, and the busiest arcs get the hazards.
struct HazardPlanting {
    private let network: RoadNetwork

    /// The kinds in turn: black ice, an obstacle, fog, roadworks, a broken-down vehicle, standing water.
    static let kinds: [HazardKind] = [
        .adhesion, .obstacle, .visibility, .roadworks, .vehicleBreakdown, .aquaplaning,
    ]
    /// The first hazard is there from the start, each next one a second later, and all from this time on.
    static let startMilliseconds: UInt64 = 10_000
    /// The dry run's end: hazards are placed by who passes between the two times.
    static let dryRunMilliseconds: UInt64 = 60_000
    /// Metres of an arc at least: sensors look at the arc that a vehicle is on, and shorter ones are left within a tick.
    static let leastMetres = 20.0
    /// Metres between two hazards, where the map has room.
    static let spacingMetres = 150.0

    init(_ network: RoadNetwork) {
        self.network = network
    }

    /// So many hazards for this traffic; fewer where fewer arcs are passed by anybody.
    func plant(_ count: Int, in traffic: RoadTraffic, random: inout SeededGenerator) -> [PlantedHazard] {
        let busiest = count > 0 ? busiestArcs(traffic) : []
        let shift = Int.random(in: 0..<HazardPlanting.kinds.count, using: &random)
        return choose(count, of: busiest).enumerated().map { index, arc in
            let start = min(UInt64(index) * 1000, HazardPlanting.startMilliseconds)
            let kind = HazardPlanting.kinds[(index + shift) % HazardPlanting.kinds.count]
            return hazard(kind, on: arc, from: start)
        }
    }

    private func hazard(_ kind: HazardKind, on arc: Arc, from start: UInt64) -> PlantedHazard {
        let middle = network.lengthMillimetres(ofEdge: arc.edge) / 20
        return PlantedHazard(
            kind: kind,
            place: EdgePlace(edge: arc.edge, direction: Direction(arc), offsetCentimetres: middle),
            coordinate: network.polyline(ofEdge: arc.edge).coordinate(atMetres: Double(middle) / 100),
            fromMilliseconds: start)
    }

    /// The arcs whose middle vehicles pass in the dry run, those with the most different vehicles first.
    private func busiestArcs(_ traffic: RoadTraffic) -> [Arc] {
        var traffic = traffic
        var visitors: [Arc: Set<Int>] = [:]
        for tick in 0..<HazardPlanting.dryRunMilliseconds / RoadTraffic.tickMilliseconds {
            let (arcs, offsets) = (traffic.vehicles.arcs, traffic.vehicles.offsets)
            traffic.tick()
            guard tick * RoadTraffic.tickMilliseconds >= HazardPlanting.startMilliseconds else { continue }
            for vehicle in arcs.indices {
                let arc = arcs[vehicle]
                let middle = traffic.length(of: arc) / 2
                guard offsets[vehicle] < middle, middle * 2 >= HazardPlanting.leastMetres else { continue }
                let isPast = traffic.vehicles.arcs[vehicle] != arc || traffic.vehicles.offsets[vehicle] >= middle
                if isPast { visitors[arc, default: []].insert(vehicle) }
            }
        }
        return visitors.sorted { ($1.value.count, $0.key.index) < ($0.value.count, $1.key.index) }.map(\.key)
    }

    /// The first arcs that keep their distance from each other, and then, where these are too few, the first of the rest.
    private func choose(_ count: Int, of arcs: [Arc]) -> [Arc] {
        var chosen: [Arc] = []
        var places: [Coordinate] = []
        for arc in arcs where chosen.count < count {
            let polyline = network.polyline(ofEdge: arc.edge)
            let middle = polyline.coordinate(atMetres: polyline.lengthMetres / 2)
            guard places.allSatisfy({ $0.distanceMetres(to: middle) >= HazardPlanting.spacingMetres }) else { continue }
            chosen.append(arc)
            places.append(middle)
        }
        let rest = arcs.filter { !chosen.contains($0) }
        return chosen + rest.prefix(count - chosen.count)
    }
}

extension Direction {
    /// The direction in which an arc leads along its edge.
    init(_ arc: Arc) {
        self = arc.isBackward ? .backward : .forward
    }
}
