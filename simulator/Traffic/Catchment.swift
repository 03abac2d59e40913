import Geography
import Models
import Roads

/// Some arcs of a network, for the choice of a place on them, each metre of road as likely as the other.
struct Catchment: Sendable {
    /// At least one.
    let arcs: [Arc]
    /// The metres up to the end of each arc.
    private let reach: [Double]

    /// Metres of road for each vehicle: at city speeds each place is then passed about four times a minute.
    static let metresPerVehicle = 120.0

    /// These arcs.
    init(_ arcs: [Arc], of network: RoadNetwork) {
        precondition(!arcs.isEmpty, "a catchment has an arc at least")
        var sum = 0.0
        self.arcs = arcs
        reach = arcs.map { arc in
            sum += Double(network.lengthMillimetres(ofEdge: arc.edge)) / 1000
            return sum
        }
    }

    /// The arcs nearest to the middle of the map, as many as so many vehicles fill; at least one, and all where there
    /// are less.
    init(around network: RoadNetwork, vehicles: Int) {
        let metres = Double(vehicles) * Catchment.metresPerVehicle
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
        self.init(chosen, of: network)
    }

    /// An arc, and metres from its tail.
    func place(random: inout SeededGenerator) -> (arc: Arc, offset: Double) {
        let metre = Double.random(in: 0..<max(reach[reach.count - 1], 0.001), using: &random)
        var (low, high) = (0, reach.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if reach[middle] > metre { high = middle } else { low = middle + 1 }
        }
        return (arcs[low], metre - (low == 0 ? 0 : reach[low - 1]))
    }
}
