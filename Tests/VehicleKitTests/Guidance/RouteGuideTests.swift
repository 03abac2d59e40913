import Cryptography
import Geography
import Hazards
import Models
import Roads
import Telemetry
import Testing
import Wire

@testable import VehicleKit

private let now = GuidanceTown.now

@Test func withoutKnowledgeTheWayIsTheShortestByFreeFlow() throws {
    var town = try GuidanceTown()
    let route = try town.route()
    #expect(town.letters(route) == "ABCD")
    #expect(route.milliseconds == route.freeFlowMilliseconds)
    #expect(route.learnedMilliseconds == route.freeFlowMilliseconds)
    #expect(route.hazards.isEmpty && !route.passesClosure)
}

@Test func aConfirmedAccidentIsDrivenAroundAndAReportedOneCostsAQuarter() throws {
    var town = try GuidanceTown()
    let arc = try town.arc("BC")
    var accident = try town.hazard(.accident, .reported, on: arc)
    let isNews = town.guide.learn(of: accident)
    #expect(isNews)
    let advised = try town.route()
    #expect(town.letters(advised) == "ABCD")
    let learned = UInt64(town.network.travelTimes[Int(arc.index)])
    #expect(advised.hazards.map(\.addedMilliseconds) == [learned / 4 + 60_000])
    (accident.state, accident.height) = (.confirmed, accident.height + 1)
    town.guide.learn(of: accident)
    let around = try town.route()
    #expect(town.letters(around) == "ABEFCD")
    #expect(around.hazards.isEmpty)
    (accident.state, accident.height) = (.cleared, accident.height + 1)
    town.guide.learn(of: accident)
    #expect(town.letters(try town.route()) == "ABCD")
}

@Test func aHazardIsMetInItsDirectionOnly() throws {
    var town = try GuidanceTown()
    town.guide.learn(of: try town.hazard(.accident, on: try town.arc("CB")))
    #expect(town.letters(try town.route()) == "ABCD")
    let (start, end) = (try town.node("D"), try town.node("A"))
    #expect(town.letters(town.guide.route(from: start, to: end, at: now)) == "DCFEBA")
}

@Test func costsOfHazardsOnTheWayAddUpAndAreNamed() throws {
    var town = try GuidanceTown()
    let (first, last) = (try town.arc("AB"), try town.arc("CD"))
    let roadworks = try town.hazard(.roadworks, on: last)
    let obstacle = try town.hazard(.obstacle, on: first)
    let fog = try town.hazard(.visibility, on: last)
    for hazard in [fog, obstacle, roadworks] { town.guide.learn(of: hazard) }
    let route = try town.route()
    #expect(town.letters(route) == "ABCD")
    #expect(route.hazards.map(\.id) == [obstacle.id, roadworks.id, fog.id])
    #expect(route.hazards.map(\.arc) == [first, last, last])
    let times = town.network.travelTimes.map(UInt64.init)
    let expected = [
        times[Int(first.index)] / 2 + 60_000, times[Int(last.index)] / 2 + 20_000, times[Int(last.index)] / 2 + 20_000,
    ]
    #expect(route.hazards.map(\.addedMilliseconds) == expected)
    #expect(route.milliseconds == route.learnedMilliseconds + expected.reduce(0, +))
}

@Test func whereAllWaysAreClosedTheAnswerPassesOneAndSaysSo() throws {
    var town = try GuidanceTown()
    let end = try town.arc("CD")
    let closure = try town.hazard(.impassability, on: end)
    town.guide.learn(of: closure)
    let route = try town.route()
    #expect(town.letters(route) == "ABCD")
    #expect(route.passesClosure)
    let expected = GuidedRoute.HazardShare(id: closure.id, arc: end, addedMilliseconds: 3_600_000)
    #expect(route.hazards == [expected])
    #expect(route.milliseconds == route.freeFlowMilliseconds + 3_600_000)
}

@Test func aJamInOneHourIsAvoidedInThatHour() throws {
    var town = try GuidanceTown()
    let evidence = TravelTimeEvidence(traversals: 1000, mean: 2100 << 10, meanSquare: 2100 * 2100)
    let jam = TravelTimeCell(arc: try town.arc("BC").index, slot: 8, evidence: evidence)
    town.guide.install(TravelTimeModel(cells: [jam], classes: TravelTimeModel().classes))
    #expect(town.letters(try town.route()) == "ABEFCD")
    #expect(town.letters(try town.route(at: now + 3_600_000)) == "ABCD")
    #expect(town.letters(try town.route()) == "ABEFCD")
    town.guide.install(TravelTimeModel())
    #expect(town.letters(try town.route()) == "ABCD")
}

@Test func oneDoesNotTurnBackUnlessTheRoadAheadIsClosed() throws {
    var town = try GuidanceTown()
    let (arrival, start, end) = (try town.arc("BC"), try town.node("C"), try town.node("B"))
    let onward = town.guide.route(from: start, to: end, arrivingOn: arrival, at: now)
    #expect(town.letters(onward) == "CFEB")
    town.guide.learn(of: try town.hazard(.impassability, on: try town.arc("CF")))
    let back = town.guide.route(from: start, to: end, arrivingOn: arrival, at: now)
    #expect(town.letters(back) == "CB")
    #expect(back?.passesClosure == false)
}

@Test func oneGuideGuidesVehiclesThatKnowOfDifferentHazards() throws {
    var town = try GuidanceTown()
    var knowing = town.guide.noHazards
    knowing.learn(of: try town.hazard(.accident, on: try town.arc("BC")))
    let unknowing = town.guide.noHazards
    for _ in 0..<3 {
        #expect(town.letters(try town.route(avoiding: knowing)) == "ABEFCD")
        #expect(town.letters(try town.route(avoiding: unknowing)) == "ABCD")
    }
}

/// The least time by Dijkstra, with weights in milliseconds that share nothing with the guide's.
private func leastMilliseconds(
    _ search: inout PathSearch, _ weights: [UInt32], from start: UInt32, to end: UInt32
) -> UInt64? {
    search.route(from: start, to: end, travelTimes: weights, guidance: .none)?.milliseconds
}

@Test(arguments: [1, 2, 3, 4] as [UInt64])
func everyWayIsTheLeastByDijkstraWhateverWasLearnedAndHappens(seed: UInt64) throws {
    var numbers = SeededGenerator(seed: seed)
    let origin = try #require(Coordinate(latitude: 60.17, longitude: 24.94))
    let network = try RoadNetwork(osm: GridTown(columns: 14, rows: 11, origin: origin).osm())
    var guide = RouteGuide(network: network, mapDigest: GuidanceTown.map)
    // Many arcs at the physical bound below free flow, where an estimate by free flow alone would mislead.
    let cells = network.travelTimes.indices.map { arc in
        let mean = Int64(numbers.next() % 3) * 700 - 1000
        let evidence = TravelTimeEvidence(traversals: 100, mean: mean << 10, meanSquare: 0)
        return TravelTimeCell(arc: UInt32(arc), slot: TravelTimeModel.anySlot, evidence: evidence)
    }
    let model = TravelTimeModel(cells: cells, classes: TravelTimeModel().classes)
    guide.install(model)
    var town = try GuidanceTown()
    var weights = network.travelTimes.indices.map { arc in
        model.milliseconds(
            arc: UInt32(arc), roadClass: network.roadClass(ofEdge: UInt32(arc) >> 1).rawValue,
            freeFlow: network.travelTimes[arc], slot: 8)
    }
    let learned = weights
    for _ in 0..<30 {
        let arc = Arc(index: UInt32(numbers.next() % UInt64(weights.count)))
        let kind = HazardKind.allCases[Int(numbers.next() % UInt64(HazardKind.allCases.count))]
        guide.learn(of: try town.hazard(kind, on: arc))
        guard weights[Int(arc.index)] < RoadNetwork.never else { continue }
        let cost = HazardCost(kind: kind, state: .confirmed)
        let added = UInt32(cost.milliseconds(learned: learned[Int(arc.index)]))
        weights[Int(arc.index)] = cost.isClosure ? RoadNetwork.never : weights[Int(arc.index)] + added
    }
    var search = PathSearch(network)
    for _ in 0..<100 {
        let (start, end) = (
            UInt32(numbers.next() % UInt64(network.nodeCount)), UInt32(numbers.next() % UInt64(network.nodeCount))
        )
        let least = leastMilliseconds(&search, weights, from: start, to: end)
        let route = guide.route(from: start, to: end, at: now)
        let found = route.flatMap { $0.passesClosure ? nil : $0.milliseconds }
        #expect(found == least, "from \(start) to \(end)")
        let sum = route?.arcs.reduce(0) { $0 + UInt64(weights[Int($1.index)]) }
        #expect(found == nil || sum == least)
    }
}
