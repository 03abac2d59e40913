import Geography
import Testing

@testable import Roads

/// The shortest way in a network, which there must be.
private func route(
    _ network: RoadNetwork, from start: UInt32, to end: UInt32, arrivingOn arrival: Arc? = nil
) throws -> Route {
    var search = PathSearch(network)
    let route = search.route(from: start, to: end, arrivingOn: arrival)
    return try #require(route)
}

@Test func theFasterWayIsTakenNotTheShorterOne() throws {
    let map = try Drawn(
        """
        A-----B-----C
         \\         /
          D-------E
        """,
        [
            "ABC": ["highway": "residential", "maxspeed": "20"], "AD": ["highway": "primary", "maxspeed": "80"],
            "DE": ["highway": "primary", "maxspeed": "80", "name": "Bypass"],
            "EC": ["highway": "primary", "maxspeed": "80"],
            "BE": ["highway": "residential"],
        ])
    let fastest = try route(map.network, from: map.node("A"), to: map.node("C"))
    #expect(map.letters(fastest) == "ADEC")
}

@Test func whoIsThereAlreadyDrivesNowhere() throws {
    let map = try Drawn("A--B", ["AB": ["highway": "primary"]])
    #expect(try route(map.network, from: 0, to: 0) == Route(arcs: [], milliseconds: 0))
}

@Test func nobodyTurnsBackUnlessThereIsNoOtherWay() throws {
    let map = try Drawn(
        """
        X--A--B
           |  |
           C--D
        """,
        [
            "XA": ["highway": "primary"], "AB": ["highway": "primary"], "BD": ["highway": "residential"],
            "DC": ["highway": "residential"], "CA": ["highway": "residential"],
        ])
    let (a, b, x) = (try map.node("A"), try map.node("B"), try map.node("X"))
    let there = try #require(route(map.network, from: a, to: b).arcs.last)
    let around = try route(map.network, from: b, to: a, arrivingOn: there)
    #expect(map.letters(around) == "BA" && around.arcs != [there.reversed])
    // At the dead end X turning back is the only way.
    let toX = try #require(route(map.network, from: a, to: x).arcs.last)
    #expect(try route(map.network, from: x, to: a, arrivingOn: toX).arcs == [toX.reversed])
}

@Test func closedArcsAreNotDriven() throws {
    let map = try Drawn("A--B--C", ["AB": ["highway": "primary"], "BC": ["highway": "tertiary"]])
    var search = PathSearch(map.network)
    var times = map.network.travelTimes
    times[Int(Arc(edge: 1, isBackward: false).index)] = RoadNetwork.never
    let (a, c) = (try map.node("A"), try map.node("C"))
    let (there, back) = (
        search.route(from: a, to: c, travelTimes: times), search.route(from: c, to: a, travelTimes: times)
    )
    #expect(there == nil && back != nil)
}

/// A random map: places in 4 km², about two roads a place of random classes, some one-way.
private func randomNetwork(places: Int, seed: UInt64) throws -> RoadNetwork? {
    var seeded = Seeded(state: seed)
    let frame = LocalFrame(origin: try helsinki())
    var document = OSMDocument()
    for number in 1...Int64(places) {
        let point = PlanePoint(
            eastMetres: .random(in: 0...2000, using: &seeded), northMetres: .random(in: 0...2000, using: &seeded))
        document.nodes.append((number, frame.coordinate(at: point)))
    }
    for _ in 0..<places * 2 {
        let ends = [
            Int64.random(in: 1...Int64(places), using: &seeded), Int64.random(in: 1...Int64(places), using: &seeded),
        ]
        let roadClass = RoadClass.allCases[Int.random(in: 2..<RoadClass.allCases.count, using: &seeded)]
        let oneWay = ["yes", "no", "no"][Int.random(in: 0..<3, using: &seeded)]
        document.ways.append((ends, [("highway", roadClass.tag), ("oneway", oneWay)]))
    }
    do { return try RoadNetwork(osm: document.encoded()) } catch MapError.noRoads { return nil }
}

/// All shortest times, by Floyd's and Warshall's three loops.
private func allTimes(_ network: RoadNetwork) -> [[UInt64]] {
    let count = network.nodeCount
    var times = [[UInt64]](repeating: Array(repeating: .max, count: count), count: count)
    for node in 0..<count { times[node][node] = 0 }
    for node in 0..<UInt32(count) {
        for arc in network.arcs(from: node) {
            let head = Int(network.head(of: arc))
            times[Int(node)][head] = min(times[Int(node)][head], UInt64(network.travelTimes[Int(arc.index)]))
        }
    }
    for middle in 0..<count {
        for start in 0..<count where times[start][middle] < .max {
            for end in 0..<count where times[middle][end] < .max {
                times[start][end] = min(times[start][end], times[start][middle] + times[middle][end])
            }
        }
    }
    return times
}

@Test func everySearchFindsTheShortestTime() throws {
    for seed in UInt64(1)...12 {
        guard let network = try randomNetwork(places: 18, seed: seed) else { continue }
        let times = allTimes(network)
        var search = PathSearch(network)
        for start in 0..<UInt32(network.nodeCount) {
            for end in 0..<UInt32(network.nodeCount) {
                for guidance in [PathSearch.Guidance.none, .straightLine] {
                    let route = search.route(from: start, to: end, guidance: guidance)
                    #expect(route?.milliseconds == times[Int(start)][Int(end)], "seed \(seed)")
                    leads(try #require(route), from: start, to: end, network)
                }
            }
        }
    }
}

/// The route's arcs join, and their times add up.
private func leads(_ route: Route, from start: UInt32, to end: UInt32, _ network: RoadNetwork) {
    var node = start
    for arc in route.arcs {
        #expect(network.isOpen(arc) && network.tail(of: arc) == node)
        node = network.head(of: arc)
    }
    #expect(node == end)
    #expect(route.arcs.reduce(0) { $0 + UInt64(network.travelTimes[Int($1.index)]) } == route.milliseconds)
}
