import Cryptography
import Hazards
import Roads
import Telemetry
import Testing
import Wire

@testable import VehicleKit

private let now = GuidanceTown.now

@Test(arguments: HazardKind.allCases)
func whatOneVehicleReportsCostsLessThanWhatIsConfirmedAndClosesNothing(kind: HazardKind) {
    let (reported, confirmed) = (
        HazardCost(kind: kind, state: .reported), HazardCost(kind: kind, state: .confirmed)
    )
    #expect(!reported.isClosure)
    #expect(reported.milliseconds(learned: 60_000) < confirmed.milliseconds(learned: 60_000))
    #expect(reported.milliseconds(learned: 60_000) > 0)
    let cleared = HazardCost(kind: kind, state: .cleared)
    #expect(cleared.milliseconds(learned: 60_000) == 0 && !cleared.isClosure)
}

@Test func hazardsThatAreNotOnTheMapAreNotTaken() throws {
    var town = try GuidanceTown()
    var hazards = town.guide.noHazards
    let otherMap = MapEdge(mapDigest: .zero, edge: 0, direction: .forward)
    let beyond = MapEdge(
        mapDigest: GuidanceTown.map, edge: UInt32(town.network.edgeCount), direction: .forward)
    for edge in [nil, otherMap, beyond] {
        let hazard = try town.hazard(.impassability, edge: edge)
        let isTaken = hazards.learn(of: hazard)
        #expect(!isTaken)
        #expect(!hazards.isAffected(town.network.arcs(from: 0), by: hazard))
    }
    #expect(hazards.count == 0)
}

@Test func newsInAnyOrderLeaveTheLatest() throws {
    var town = try GuidanceTown()
    let arc = try town.arc("BC")
    let older = try town.hazard(.obstacle, .reported, on: arc)
    var newer = older
    (newer.state, newer.height) = (.confirmed, older.height + 5)
    var hazards = town.guide.noHazards
    #expect([newer, older, newer].map { hazards.learn(of: $0) } == [true, false, false])
    #expect(hazards.live(at: now).map(\.hazard) == [newer])
    var end = older
    (end.state, end.height) = (.cleared, older.height + 6)
    #expect([end, end].map { hazards.learn(of: $0) } == [true, false])
    #expect(hazards.count == 0)
}

@Test func whatHasEndedCostsNothingThoughNobodySaidSo() throws {
    var town = try GuidanceTown()
    town.guide.learn(of: try town.hazard(.accident, on: try town.arc("BC"), lastsSeconds: 60))
    #expect(town.letters(try town.route()) == "ABEFCD")
    #expect(town.letters(try town.route(at: now + 59_999)) == "ABEFCD")
    #expect(town.letters(try town.route(at: now + 60_000)) == "ABCD")
}

@Test func aRouteIsAffectedByWhatIsMetOnIt() throws {
    var town = try GuidanceTown()
    let route = try town.route()
    let ahead = try town.hazard(.obstacle, on: try town.arc("BC"))
    #expect(town.guide.isAffected(route.arcs, by: ahead))
    #expect(!town.guide.isAffected(route.arcs.suffix(1), by: ahead))
    #expect(!town.guide.isAffected(route.arcs, by: try town.hazard(.obstacle, on: try town.arc("CB"))))
    #expect(!town.guide.isAffected(route.arcs, by: try town.hazard(.obstacle, .cleared, on: try town.arc("BC"))))
}
