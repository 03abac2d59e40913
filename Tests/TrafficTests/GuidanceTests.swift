import Roads
import Testing
import Wire

@testable import Traffic

private let start = Timestamp(milliseconds: 1_700_000_000_000)

private func simulation(vehicles: Int = 60) throws -> TrafficSimulation {
    TrafficSimulation(network: try town(), vehicles: vehicles, hazards: 0, seed: 3)
}

/// Another way to the goal of a vehicle than its own, and nil where none was found.
private func detour(_ simulation: TrafficSimulation, _ vehicle: Int) -> [Arc]? {
    let route = simulation.route(of: vehicle)
    var times = simulation.network.travelTimes
    guard route.ahead.count > 2 else { return nil }
    times[Int(route.ahead[0].index)] = RoadNetwork.never
    var search = PathSearch(simulation.network)
    let start = simulation.network.head(of: route.arc)
    let end = simulation.network.tail(of: route.goal)
    let way = search.route(from: start, to: end, travelTimes: times, arrivingOn: route.arc)
    return way.map { $0.arcs + [route.goal] }
}

@Test func aRouteIsJoinedAndEndsInItsGoal() throws {
    var simulation = try simulation()
    for second in 1...UInt64(30) {
        _ = simulation.step(milliseconds: 1000, at: start + second * 1000)
        for vehicle in 0..<60 {
            let route = simulation.route(of: vehicle)
            #expect(route.ahead.last == route.goal)
            let arcs = [route.arc] + route.ahead
            for (arc, next) in zip(arcs, arcs.dropFirst()) {
                #expect(simulation.network.head(of: arc) == simulation.network.tail(of: next))
            }
        }
    }
}

@Test func aVehicleDrivesTheWayThatItIsGiven() throws {
    var simulation = try simulation(vehicles: 1)
    let way = try #require(detour(simulation, 0))
    #expect(way != simulation.route(of: 0).ahead)
    let isTaken = simulation.setRoute(way, of: 0)
    #expect(isTaken)
    #expect(simulation.route(of: 0).ahead == way)
    var driven: [Arc] = []
    for second in 1...UInt64(240) where driven.count < way.count {
        let arc = simulation.route(of: 0).arc
        if driven.last != arc { driven.append(arc) }
        _ = simulation.step(milliseconds: 1000, at: start + second * 1000)
    }
    #expect(Array(driven.dropFirst()) == Array(way.prefix(driven.count - 1)) && driven.count == way.count)
}

@Test func aWayThatCannotBeDrivenIsRefused() throws {
    var simulation = try simulation()
    let network = simulation.network
    let before = simulation.route(of: 0)
    let closed = try #require((0..<UInt32(2 * network.edgeCount)).map(Arc.init(index:)).first { !network.isOpen($0) })
    let refused: [[Arc]] = [
        [],
        // Another goal.
        Array(before.ahead.dropLast()),
        // Not from here.
        Array(before.ahead.dropFirst()),
        // A gap, an arc that is closed, and one that is not there.
        [before.ahead[0]] + before.ahead,
        [closed, before.goal],
        [Arc(index: .max), before.goal],
        // No end.
        Array(repeating: before.goal, count: network.arcCount + 1),
    ]
    for way in refused {
        let isTaken = simulation.setRoute(way, of: 0)
        #expect(!isTaken, "\(way)")
    }
    #expect(simulation.route(of: 0) == before)
}

@Test func theLawsHoldWhereEverybodyIsLedElsewhere() throws {
    var simulation = try simulation(vehicles: 150)
    var changed = 0
    for tick in 1...UInt64(150) {
        _ = simulation.step(milliseconds: 200, at: start + tick * 200)
        let vehicle = Int(tick) % 150
        if let way = detour(simulation, vehicle), simulation.setRoute(way, of: vehicle) { changed += 1 }
        try #require(simulation.traffic.keepsItsLaws())
    }
    #expect(changed > 40)
}

@Test func eachTripIsToldOnceWhenItBegins() throws {
    var simulation = try simulation()
    let first = simulation.step(milliseconds: 200, at: start + 200).newTrips
    #expect(Set(first).isSuperset(of: 0..<60))
    var goals = (0..<60).map { simulation.route(of: $0).goal }
    var told = 0
    for tick in 2...UInt64(300) {
        let trips = simulation.step(milliseconds: 200, at: start + tick * 200).newTrips
        told += trips.count
        for vehicle in 0..<60 {
            let goal = simulation.route(of: vehicle).goal
            if goal != goals[vehicle] { #expect(trips.contains(vehicle)) }
            goals[vehicle] = goal
        }
    }
    #expect(told > 10)
}
