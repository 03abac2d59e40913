import Roads
import Testing

@testable import Traffic

@Test(arguments: [1, 2])
func vehiclesAreNeverLostAndNeverOverlap(seed: UInt64) throws {
    var traffic = RoadTraffic(network: try town(), vehicles: 150, seed: seed)
    #expect(traffic.keepsItsLaws())
    for tick in 0..<300 {
        traffic.tick()
        guard traffic.keepsItsLaws() else {
            Issue.record("after tick \(tick) of seed \(seed)")
            return
        }
    }
    #expect(traffic.vehicles.count == 150)
}

@Test func theLawsHoldInAJamToo() throws {
    // More vehicles than the roads have room for: some wait beside the road.
    var traffic = RoadTraffic(network: try town(columns: 3, rows: 3), vehicles: 400, seed: 4)
    for _ in 0..<200 {
        traffic.tick()
        try #require(traffic.keepsItsLaws())
    }
    #expect(traffic.vehicles.isWaiting.contains(true))
}

@Test func trafficFlows() throws {
    var traffic = RoadTraffic(network: try town(), vehicles: 100, seed: 5)
    var visited = [Set<Arc>](repeating: [], count: 100)
    for _ in 0..<750 {
        traffic.tick()
        for vehicle in 0..<100 { visited[vehicle].insert(traffic.vehicles.arcs[vehicle]) }
    }
    // In two and a half minutes everybody gets somewhere, and most along a kilometre.
    #expect(visited.allSatisfy { $0.count >= 3 })
    #expect(visited.reduce(0) { $0 + $1.count } >= 100 * 8)
}

@Test func aDriverAloneDrivesAtTheLimit() throws {
    var traffic = RoadTraffic(network: try ring(), vehicles: 1, seed: 1, haste: 1...1)
    for _ in 0..<300 { traffic.tick() }
    #expect(abs(traffic.vehicles.speeds[0] - 50 / 3.6) < 0.01)
}

/// Speed and flow on the ring 80 s after so many vehicles set out at equal distances.
private func flow(_ count: Int) throws -> (speed: Double, perHour: Double, length: Double) {
    let ring = try ring()
    let arc = Arc(edge: 0, isBackward: false)
    let length = Double(ring.lengthMillimetres(ofEdge: 0)) / 1000
    let places = (0..<count).map { (arc: arc, offset: Double($0) * length / Double(count)) }
    var traffic = RoadTraffic(network: ring, vehicles: count, seed: 3, places: places, haste: 1...1)
    for _ in 0..<400 { traffic.tick() }
    try #require(!traffic.vehicles.isWaiting.contains(true))
    let speed = traffic.vehicles.speeds.reduce(0, +) / Double(count)
    return (speed, speed * Double(count) / length * 3600, length)
}

/// SUMO's IDM on a ring of 1,010 m: vehicles a kilometre, and vehicles an hour (specs/simulator.md).
@Test(arguments: [(10, 496.0), (20, 968), (30, 1380), (40, 1688), (60, 1833), (80, 1456), (96, 1041)])
func aRingSettlesToTheClosedFormAndToTheFlowOfSUMO(count: Int, perHour: Double) throws {
    let flow = try flow(count)
    // All gaps are equal then: the speed must be the one whose equilibrium gap that is.
    let gap = flow.length / Double(count) - Vehicles.length
    let expected = CarFollowing().equilibriumGap(v: flow.speed, v0: 50 / 3.6)
    #expect(
        abs(expected - gap) <= 0.01 * gap, "\(count) vehicles: \(flow.speed) m/s, gap \(gap) m, expected \(expected) m")
    #expect(abs(flow.perHour - perHour) <= 0.05 * perHour, "\(count) vehicles: \(flow.perHour) an hour")
}
