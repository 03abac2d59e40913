import Foundation
import Geography
import Testing

@testable import Inspection
@testable import Roads

/// A town of two roads: a long one from west to east along 60.001° N, and a lane across it.
func street() throws -> InspectionMap {
    let nodes = [
        try coordinate(60.001, 24.0), try coordinate(60.001, 24.1), try coordinate(60.002, 24.05),
    ]
    let long = try #require(RoadRules(tags: ["highway": "primary", "name": "Long Street"]))
    let lane = try #require(RoadRules(tags: ["highway": "residential", "name": "A \"Lane\""]))
    let network = RoadNetwork(
        nodes: nodes,
        edges: [
            RoadNetwork.Edge(
                start: 0, end: 1, lengthMillimetres: 5_600_000, rules: long,
                points: [nodes[0], try coordinate(60.001, 24.05), nodes[1]]),
            RoadNetwork.Edge(
                start: 1, end: 2, lengthMillimetres: 2_800_000, rules: lane, points: [nodes[1], nodes[2]]),
        ])
    return InspectionMap(network: network, digest: mapDigest)
}

private struct RoadsBody: Decodable {
    var complete: Bool
    var bounds: [Int]
    var classes: [String]
    var names: [String]
    var roads: [[Int]]
}

@Test func roadsAreDifferencesInMillionths() throws {
    let body = try JSONDecoder().decode(RoadsBody.self, from: Data(try RoadText(try street().network).bytes()))
    #expect(body.complete)
    #expect(body.bounds == [24_000_000, 60_001_000, 24_100_000, 60_002_000])
    #expect(body.names == ["", "Long Street", "A \"Lane\""])
    #expect(body.roads[0] == [0, 4, 1, 24_000_000, 60_001_000, 50_000, 0, 50_000, 0])
    #expect(body.roads[1] == [1, 11, 2, 24_100_000, 60_001_000, -50_000, 1_000])
    #expect(body.classes[4] == "primary" && body.classes[11] == "residential")
}

@Test func whatTheBoundCutsIsMinorAndSaid() throws {
    let bytes = try RoadText(try street().network, atMost: 4).bytes()
    let body = try JSONDecoder().decode(RoadsBody.self, from: Data(bytes))
    #expect(!body.complete)
    #expect(body.roads.map { $0[0] } == [0])
}

@Test func roadsAreServedOnceAndKept() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    try await withSite(log.directory, map: try street()) { site in
        let answer = try await site.ask("/api/v1/roads")
        #expect(try answer.json(RoadsBody.self).roads.count == 2)
        let tag = try #require(answer.headers["etag"])
        #expect(try await site.ask("/api/v1/roads", headers: ["If-None-Match": tag]).status == 304)
    }
}
