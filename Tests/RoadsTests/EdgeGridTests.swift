import Geography
import Testing

@testable import Roads

@Test func aPlaceFallsOnTheEdgeBesideIt() throws {
    let map = try Drawn(
        """
        A---------B
        |         |
        C---------D
        """, ["AB": ["highway": "primary"], "BD": ["highway": "residential"], "DCA": ["highway": "tertiary"]])
    let grid = EdgeGrid(map.network)
    let frame = LocalFrame(origin: try helsinki())
    let place = frame.coordinate(at: PlanePoint(eastMetres: 30, northMetres: 4))
    let snap = try #require(grid.nearest(to: place, withinMetres: 50))
    #expect(snap.edge == 0)
    #expect(abs(Int(snap.offsetMillimetres) - 30_000) < 20)
    #expect(abs(snap.distanceMetres - 4) < 0.02)
    #expect(grid.nearest(to: place, withinMetres: 3) == nil)
    let farAway = frame.coordinate(at: PlanePoint(eastMetres: 9_000, northMetres: 0))
    #expect(grid.nearest(to: farAway, withinMetres: 100) == nil)
}

@Test func theGridFindsWhatASearchThroughAllEdgesFinds() throws {
    let town = GridTown(columns: 12, rows: 10, blockMetres: 90, origin: try helsinki())
    let network = try RoadNetwork(osm: town.osm())
    let grid = EdgeGrid(network)
    let lines = (0..<UInt32(network.edgeCount)).map { network.polyline(ofEdge: $0) }
    let frame = LocalFrame(origin: town.origin)
    var seeded = Seeded(state: 7)
    for _ in 0..<300 {
        let place = frame.coordinate(
            at: PlanePoint(
                eastMetres: .random(in: -150...1200, using: &seeded),
                northMetres: .random(in: -150...1000, using: &seeded)))
        let least = lines.map { $0.project(place).distanceMetres }.min() ?? .infinity
        let snap = grid.nearest(to: place, withinMetres: 200)
        guard least < 199 else { continue }
        #expect(abs((snap?.distanceMetres ?? .infinity) - least) < 0.01)
        // The offset leads back to the foot of the perpendicular.
        let edge = try #require(snap)
        let foot = lines[Int(edge.edge)].coordinate(atMetres: Double(edge.offsetMillimetres) / 1000)
        #expect(abs(foot.distanceMetres(to: place) - edge.distanceMetres) < 0.05)
    }
}
