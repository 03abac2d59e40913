import Cryptography
import Geography
import Hazards
import Roads

/// The roads that the explorer draws and hazards are placed on.
public struct InspectionMap: Sendable {
    /// The roads.
    public var network: RoadNetwork
    /// SHA-256 of the map file: edges of hazards count only under it.
    public var digest: Digest

    /// A map.
    public init(network: RoadNetwork, digest: Digest) {
        self.network = network
        self.digest = digest
    }

    /// The road that a hazard is on: its name, and its point that is nearest to the hazard's cell's centre.
    func road(of hazard: Hazard) -> HazardAnswer.Road? {
        guard let place = hazard.edge, place.mapDigest == digest, place.edge < network.edgeCount else { return nil }
        let line = network.polyline(ofEdge: place.edge)
        let point = line.coordinate(atMetres: line.project(hazard.coordinate).offsetMetres)
        return HazardAnswer.Road(
            name: network.name(ofEdge: place.edge), latitude: point.latitude, longitude: point.longitude)
    }
}
