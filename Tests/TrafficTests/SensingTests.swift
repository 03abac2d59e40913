import Models
import Roads
import Testing
import Wire

@testable import Traffic

private let start = Timestamp(milliseconds: 1_700_000_000_000)

private func simulation(vehicles: Int = 80, seed: UInt64 = 7) throws -> TrafficSimulation {
    TrafficSimulation(network: try town(), vehicles: vehicles, hazards: 2, seed: seed)
}

/// Everything that happens in so many seconds, cut into steps of this length.
private func run(
    _ simulation: inout TrafficSimulation, seconds: UInt64, step milliseconds: UInt64 = 1000
) -> TrafficStep {
    var whole = TrafficStep()
    for number in 1...seconds * 1000 / milliseconds {
        let step = simulation.step(milliseconds: milliseconds, at: start + number * milliseconds)
        whole.observations += step.observations
        whole.windows += step.windows
        whole.traversals += step.traversals
        whole.newTrips += step.newTrips
    }
    return whole
}

@Test func whatIsFeltAndDrivenIsTheSameHoweverTimeIsCut() throws {
    let fresh = try simulation()
    var (one, two, three) = (fresh, fresh, try simulation(seed: 8))
    let whole = run(&one, seconds: 20)
    #expect(run(&two, seconds: 20, step: 100) == whole)
    #expect(run(&three, seconds: 20).windows != whole.windows)
}

@Test func aMovingVehicleFeelsAWindowEveryFewSeconds() throws {
    var simulation = try simulation()
    let windows = run(&simulation, seconds: 60).windows
    // 4,800 vehicle-seconds, a window each 3 to 5 s while they move, and more where bumps are.
    #expect(windows.count >= 800 && windows.count <= 2400, "\(windows.count) windows")
    #expect(Set(windows.map(\.vehicle)).count == 80)
    #expect(windows.allSatisfy { (100...200).contains($0.acceleration.count) })
    #expect(Set(windows.map(\.surface)) == Set(Surface.allCases))
}

@Test func aWindowNamesTheSurfaceThatIsThere() throws {
    var simulation = try simulation()
    let surfaces = simulation.conditions.surfaces
    for window in run(&simulation, seconds: 40).windows {
        let edge = window.arc.edge
        guard window.surface.isPoint else {
            #expect(window.surface == surfaces.ground(ofEdge: edge))
            continue
        }
        #expect(window.surface == surfaces.surface(ofEdge: edge))
        #expect(surfaces.points(ofEdge: edge).contains(window.offset))
    }
}

@Test func everyPassOfABumpIsFelt() throws {
    var simulation = try simulation(vehicles: 30)
    let surfaces = simulation.conditions.surfaces
    var (passes, felt) = (0, 0)
    for tick in 1...UInt64(300) {
        let before = (0..<30).map { simulation.route(of: $0) }
        felt += simulation.step(milliseconds: 200, at: start + tick * 200).windows.count { $0.surface.isPoint }
        for (vehicle, old) in before.enumerated() {
            let new = simulation.route(of: vehicle)
            guard new.arc == old.arc, simulation.state(of: vehicle).speedCentimetresPerSecond >= 200 else { continue }
            passes += surfaces.points(ofEdge: new.arc.edge).count { $0 > old.offset && $0 <= new.offset }
        }
    }
    #expect(passes > 20 && felt >= passes)
}

@Test func pointsOfAnEdgeLieAlikeFromBothEnds() throws {
    let network = try town()
    let surfaces = try simulation().conditions.surfaces
    for edge in 0..<UInt32(network.edgeCount) {
        let length = Double(network.lengthMillimetres(ofEdge: edge)) / 1000
        let points = surfaces.points(ofEdge: edge)
        #expect(points.isEmpty != surfaces.surface(ofEdge: edge).isPoint)
        for (point, other) in zip(points, points.reversed()) { #expect(abs(point + other - length) < 1e-9) }
        #expect(surfaces.nextPoint(ofEdge: edge, from: 0) == points.first)
        #expect(surfaces.nextPoint(ofEdge: edge, from: length) == nil)
        for point in points { #expect(surfaces.nextPoint(ofEdge: edge, from: point - 0.01) == point) }
    }
}

@Test func traversalsOfAVehicleFollowEachOther() throws {
    var simulation = try simulation()
    let traversals = run(&simulation, seconds: 90).traversals
    #expect(traversals.count > 80 * 2)
    for (_, laps) in Dictionary(grouping: traversals, by: \.vehicle) {
        for (lap, next) in zip(laps, laps.dropFirst()) {
            #expect(lap.enteredAt + UInt64(lap.milliseconds) == next.enteredAt)
            #expect(simulation.network.head(of: lap.arc) == simulation.network.tail(of: next.arc))
        }
    }
}

@Test func nobodyIsMuchFasterThanTheLimit() throws {
    var simulation = try simulation()
    let network = simulation.network
    for lap in run(&simulation, seconds: 90).traversals {
        #expect(Double(lap.milliseconds) * 1.3 >= Double(network.travelTimes[Int(lap.arc.index)]))
        #expect(lap.enteredAt >= start && lap.enteredAt <= start + 90_000)
    }
}

@Test func anEdgesPaceShowsInItsTravelTimes() throws {
    var simulation = try simulation(vehicles: 150)
    let network = simulation.network
    var ratios: [Bool: [Double]] = [:]
    for lap in run(&simulation, seconds: 120).traversals {
        let isFast = simulation.conditions.pace(ofEdge: lap.arc.edge) > 0.75
        let ratio = Double(lap.milliseconds) / Double(network.travelTimes[Int(lap.arc.index)])
        ratios[isFast, default: []].append(ratio)
    }
    let fast = try #require(ratios[true]).sorted()
    let slow = try #require(ratios[false]).sorted()
    #expect(fast[fast.count / 2] < slow[slow.count / 2])
    let paces = (0..<UInt32(network.edgeCount)).map { simulation.conditions.pace(ofEdge: $0) }
    #expect(paces.allSatisfy { RoadConditions.paceRange.contains($0) } && Set(paces).count > paces.count / 2)
}

@Test func vehiclesStayNearHome() throws {
    var simulation = try simulation(vehicles: 120)
    let districts = simulation.conditions.districts
    #expect(districts.count > 2)
    var (at, all) = (0, 0)
    for second in 1...UInt64(120) {
        _ = simulation.step(milliseconds: 1000, at: start + second * 1000)
        for vehicle in 0..<120 {
            let edge = simulation.route(of: vehicle).arc.edge
            all += 1
            if districts.district(ofEdge: edge) == simulation.home(of: vehicle) { at += 1 }
        }
    }
    // By chance it would be one in as many as there are districts.
    #expect(Double(at) / Double(all) > 1.5 / Double(districts.count), "\(at) of \(all)")
}

@Test func districtsDifferInWhatTheyFeel() throws {
    var simulation = try simulation(vehicles: 150)
    let windows = run(&simulation, seconds: 60).windows
    let byHome = Dictionary(grouping: windows) { simulation.home(of: $0.vehicle) }.values.filter { $0.count >= 50 }
    for surface in [Surface.regular, .worn] {
        let shares = byHome.map { home in Double(home.count { $0.surface == surface }) / Double(home.count) }
        let (least, most) = (try #require(shares.min()), try #require(shares.max()))
        #expect(most - least > 0.15, "\(surface): \(shares)")
    }
}

@Test func aStopwatchCountsFromTailToHead() {
    var stopwatch = Stopwatch(vehicles: 1)
    // Three arcs left: the first was entered in its middle, and the third is driven within a millisecond.
    let laps = [(50, 400), (120, 2000), (120, 2000)].map { earlier, tickEnd in
        let crossing = Crossing(vehicle: 0, arc: Arc(index: 4), earlierMilliseconds: UInt64(earlier))
        return stopwatch.note(crossing, tickEnd: UInt64(tickEnd))
    }
    #expect(laps.map { $0?.enteredMilliseconds } == [nil, 350, 1880])
    #expect(laps.map { $0?.milliseconds } == [nil, 1530, 1])
}
