import Geography
import Testing

@testable import Roads

/// What a real extract becomes. SUMO's netconvert 1.28 has from the same files, for passenger cars, without and with joining nearby
/// junctions: Monaco 2,665 arcs and 1,353 nodes, and 2,526 and 1,278; Liechtenstein 4,433 and 1,875, and 4,243 and 1,778.
private let extracts: [(name: String, osmNodes: Int, highways: Int, edges: Int, arcs: Int, nodes: Int)] = [
    ("monaco", 180_118, 2_927, 1_731, 2_687, 1_361),
    ("liechtenstein", 142_832, 4_660, 2_274, 4_441, 1_886),
]

@Test(arguments: extracts)
func realExtractsBecomeTheirKnownNetworks(
    _ extract: (name: String, osmNodes: Int, highways: Int, edges: Int, arcs: Int, nodes: Int)
) throws {
    guard let bytes = try sharedMap(extract.name) else { return }
    var (nodes, highways) = (0, 0)
    try OSMFile(bytes: bytes).forEachBlock { (block) throws(MapError) in
        try block.forEachNode { _, _ in nodes += 1 }
        try block.forEachHighway { (_) throws(MapError) in highways += 1 }
    }
    #expect((nodes, highways) == (extract.osmNodes, extract.highways))
    let network = try RoadNetwork(osm: bytes)
    #expect((network.edgeCount, network.arcCount, network.nodeCount) == (extract.edges, extract.arcs, extract.nodes))
}

@Test func everyPlaceOfARealNetworkIsReached() throws {
    guard let bytes = try sharedMap("monaco") else { return }
    let network = try RoadNetwork(osm: bytes)
    var search = PathSearch(network)
    var seeded = Seeded(state: 11)
    for _ in 0..<100 {
        let start = UInt32.random(in: 0..<UInt32(network.nodeCount), using: &seeded)
        let end = UInt32.random(in: 0..<UInt32(network.nodeCount), using: &seeded)
        let led = search.route(from: start, to: end)
        let blind = search.route(from: start, to: end, guidance: .none)
        #expect(led != nil && led?.milliseconds == blind?.milliseconds)
    }
}
