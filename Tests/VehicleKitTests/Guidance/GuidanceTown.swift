import Cryptography
import Geography
import Hazards
import Models
import Roads
import Telemetry
import Testing
import Wire

@testable import VehicleKit

/// A drawn map with a guide, and what validators may say about its roads.
struct GuidanceTown {
    /// 2026-11-16, a Monday, 08:00 UTC: slot 8.
    static let now = Timestamp(milliseconds: 1_794_787_200_000 + 8 * 3_600_000)
    static let map = Digest.sha256(Array("town".utf8))

    let drawing: MapDrawing
    var guide: RouteGuide
    private var height: UInt64 = 1

    /// A straight road A–B–C–D of 3 km, and a way around B–C: B–E–F–C, 2 km more. All at 50 km/h. G and H are the ends of side streets.
    init() throws {
        let text = """
                G   H
                |   |
                E---F
                |   |
                |   |
                |   |
            A---B---C---D
            """
        let tags: KeyValuePairs = ["highway": "primary", "maxspeed": "50"]
        try self.init(text, ["ABCD": tags, "BEFC": tags, "EG": tags, "FH": tags])
    }

    init(_ text: String, _ ways: KeyValuePairs<String, KeyValuePairs<String, String>>) throws {
        let origin = try #require(Coordinate(latitude: 60.17, longitude: 24.94))
        drawing = MapDrawing(text, metresPerSymbol: 250, origin: origin)
        let network = try RoadNetwork(osm: drawing.osm(ways: ways))
        guide = RouteGuide(network: network, mapDigest: GuidanceTown.map)
    }

    var network: RoadNetwork { guide.network }

    func node(_ letter: Character) throws -> UInt32 {
        let place = try #require(drawing.place(of: letter))
        return UInt32(try #require(network.nodes.firstIndex(of: place)))
    }

    /// The arc between two neighbours, named by their letters: `BC`.
    func arc(_ letters: String) throws -> Arc {
        let (tail, head) = (try node(letters.prefix(1).first ?? "?"), try node(letters.suffix(1).first ?? "?"))
        return try #require(network.arcs(from: tail).first { network.head(of: $0) == head })
    }

    /// The letters along a route.
    func letters(_ route: GuidedRoute?) -> String {
        guard let route, let first = route.arcs.first else { return "" }
        let nodes = [network.tail(of: first)] + route.arcs.map { network.head(of: $0) }
        return String(
            nodes.map { node in "ABCDEFGH".first { drawing.place(of: $0) == network.nodes[Int(node)] } ?? "?" })
    }

    /// A hazard on an arc, later than all before it, with another name.
    mutating func hazard(
        _ kind: HazardKind, _ state: HazardState = .confirmed, on arc: Arc, lastsSeconds: UInt64 = 600
    ) throws -> Hazard {
        let direction: Direction = arc.isBackward ? .backward : .forward
        let edge = MapEdge(mapDigest: GuidanceTown.map, edge: arc.edge, direction: direction)
        return try hazard(kind, state, edge: edge, lastsSeconds: lastsSeconds)
    }

    mutating func hazard(
        _ kind: HazardKind, _ state: HazardState = .confirmed, edge: MapEdge?, lastsSeconds: UInt64 = 600
    ) throws -> Hazard {
        height += 1
        var name = Writer()
        name.write(UInt64(0))
        name.write(height)
        let now = GuidanceTown.now
        return Hazard(
            id: try #require(HazardID(bytes: name.bytes)), kind: kind, state: state,
            cell: Cell(containing: network.nodes[0]), edge: edge, firstSeen: now, lastSeen: now,
            expires: now + lastsSeconds * 1000, vehicles: 3, height: height)
    }

    /// From A to D.
    mutating func route(at time: Timestamp = now, avoiding known: RouteHazards? = nil) throws -> GuidedRoute {
        let (start, end) = (try node("A"), try node("D"))
        let found = guide.route(from: start, to: end, at: time, avoiding: known)
        return try #require(found)
    }
}
