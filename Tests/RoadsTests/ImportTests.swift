import Geography
import Testing

@testable import Roads

@Test func waysAreCutWhereTheyMeet() throws {
    let map = try Drawn(
        """
        A----B----C
             |
             D
        """, ["ABC": ["highway": "primary"], "BD": ["highway": "residential"]])
    // Edges are numbered in the order of the map.
    #expect(map.edges == ["A=B", "B=C", "B=D"])
    #expect(map.network.nodeCount == 4)
    #expect(map.network.arcCount == 6)
    #expect((0..<3).map { map.network.roadClass(ofEdge: $0) } == [.primary, .primary, .residential])
}

@Test func aRoadThatSimplyContinuesIsOneEdge() throws {
    let map = try Drawn(
        """
        A--B--C--D
           E
        """,
        [
            "AB": ["highway": "tertiary", "name": "Long Road"],
            // Drawn the other way round, it is still the same road.
            "CB": ["highway": "tertiary", "name": "Long Road", "bridge": "yes"],
            "CD": ["highway": "tertiary", "name": "Long Road"],
        ])
    #expect(map.edges == ["A=D"])
    #expect(map.network.name(ofEdge: 0) == "Long Road")
    #expect(map.network.points(ofEdge: 0).count == 4)
    #expect(map.network.lengthMillimetres(ofEdge: 0) == 90_000)
}

@Test func aRoadWhoseRulesChangeIsTwoEdges() throws {
    let map = try Drawn(
        "A--B--C", ["AB": ["highway": "tertiary", "maxspeed": "50"], "BC": ["highway": "tertiary", "maxspeed": "30"]])
    #expect(map.edges == ["A=B", "B=C"])
    #expect(map.network.limit(of: Arc(edge: 0, isBackward: true)) == 50)
    #expect(map.network.limit(of: Arc(edge: 1, isBackward: false)) == 30)
}

@Test func oneWayStreetsOpenOnlyTheirDirection() throws {
    let map = try Drawn(
        """
        A--B
        |  |
        D--C
        """,
        [
            "AB": ["highway": "residential", "oneway": "yes"],
            "CB": ["highway": "residential", "oneway": "-1"],
            "CD": ["highway": "residential", "oneway": "1"],
            "DA": ["highway": "residential", "oneway": "true", "name": "Last"],
        ])
    // The circle A→B→C→D→A has no other node: all but the named piece are one edge.
    #expect(map.edges == ["A>D", "D>A"])
    #expect(map.network.arcCount == 2)
}

@Test func circlesAndMotorwaysAreOneWayUnlessTheySayOtherwise() throws {
    let map = try Drawn(
        """
        A--B--E
        |  |
        D--C--F
        """,
        [
            "ABCDA": ["highway": "primary", "junction": "roundabout"],
            "BE": ["highway": "primary"],
            "CF": ["highway": "motorway", "oneway": "no"],
        ])
    // The circle has two nodes: where its way starts and ends, at A, nothing joins it.
    #expect(map.edges == ["C>B", "B>C", "B=E", "C=F"])
}

@Test func onlyTheLargestConnectedPartIsKept() throws {
    let map = try Drawn(
        """
        A--B--C  X--Y
           |
           S--T
        """,
        [
            "XY": ["highway": "primary"],
            "ABC": ["highway": "primary"],
            // Into T there is a way, out of it none.
            "BS": ["highway": "residential"],
            "ST": ["highway": "residential", "oneway": "yes"],
        ])
    #expect(map.edges == ["A=B", "B=C", "B=S"])
}

@Test(arguments: [
    (["highway": "footway"], false), (["highway": "service"], false), (["highway": "track"], false),
    (["highway": "primary", "access": "no"], false), (["highway": "primary", "access": "private"], false),
    (["highway": "primary", "access": "no", "motor_vehicle": "yes"], true),
    (["highway": "primary", "motor_vehicle": "yes", "motorcar": "no"], false),
    (["highway": "residential", "vehicle": "destination"], true), (["highway": "residential", "area": "yes"], false),
    (["highway": "primary", "oneway": "reversible"], false), (["highway": "living_street"], true),
    (["building": "yes"], false),
])
func carsPassWhereTheyMay(tags: [String: String], passes: Bool) {
    #expect((RoadRules(tags: tags) != nil) == passes)
}

@Test(arguments: [
    ("50", 50), ("30 mph", 48), ("20mph", 32), ("80 km/h", 80), ("none", 130), ("walk", 7), ("FI:urban", 50),
    ("DE:rural", 80),
    ("AT:zone30", 30), ("DE:zone:20", 20), ("50;30", 50), ("999", 150), ("1", 5), ("signals", nil), ("", nil),
    ("-5", nil),
    ("99999999999999999999", nil), ("50 knots", nil), ("5 0 mph", nil), (":", nil), ("mph", nil), (";", nil),
])
func speedLimitsAreReadInAllTheirForms(value: String, limit: UInt8?) {
    #expect(SpeedLimit.kilometresPerHour(value) == limit)
}

@Test func directionsMayHaveTheirOwnLimits() throws {
    let rules = try #require(
        RoadRules(tags: ["highway": "primary", "maxspeed": "60", "maxspeed:backward": "40"]))
    #expect((rules.forwardLimit, rules.backwardLimit) == (60, 40))
    #expect(RoadRules(tags: ["highway": "primary"])?.forwardLimit == RoadClass.primary.usualLimit)
}

@Test func travelTimesAreWholeMillisecondsRoundedUp() throws {
    let map = try Drawn("A-------------------B", ["AB": ["highway": "primary", "maxspeed": "50"]])
    // 200 m, drawn to the next 1e-7 degree and rounded up, at 50 km/h: 14,400.14 ms.
    #expect(map.network.lengthMillimetres(ofEdge: 0) == 200_002)
    #expect(map.network.travelTimes == [14_401, 14_401])
}

@Test func waysThatLeaveTheMapEndThere() throws {
    let map = try Drawn(
        "A--B--C--D", ["ABZCD": ["highway": "primary"], "BC": ["highway": "residential"]])
    // Z is not in the extract: the way is cut, the side road still joins its ends.
    #expect(map.edges == ["A=B", "C=D", "B=C"])
}

@Test func aMapWithoutRoadsIsRefused() throws {
    let drawing = MapDrawing("A--B", origin: try helsinki())
    #expect(throws: MapError.noRoads) { try RoadNetwork(osm: drawing.osm(ways: ["AB": ["highway": "footway"]])) }
    // Of two places neither of which leads back, each is alone, and no road is left.
    #expect(throws: MapError.noRoads) {
        try RoadNetwork(osm: drawing.osm(ways: ["AB": ["highway": "primary", "oneway": "yes"]]))
    }
}

@Test func theSameFileGivesTheSameNetwork() throws {
    let bytes = GridTown(columns: 9, rows: 7, origin: try helsinki()).osm()
    let (first, second) = (try RoadNetwork(osm: bytes), try RoadNetwork(osm: bytes))
    #expect(first.nodes == second.nodes && first.points == second.points && first.outgoing == second.outgoing)
    #expect(first.travelTimes == second.travelTimes && first.names == second.names && first.starts == second.starts)
}

@Test func aTownIsWholeAndHasItsKnownSize() throws {
    let town = try RoadNetwork(osm: GridTown(columns: 9, rows: 7, origin: try helsinki()).osm())
    #expect(town.nodeCount == 9 * 7)
    #expect(town.edgeCount == 9 * 6 + 8 * 7)
    #expect(town.names.count == 1 + 9 + 7)
}

@Test func aTownsFileNeverChangesSilently() throws {
    let bytes = GridTown(columns: 9, rows: 7, origin: try helsinki()).osm()
    #expect(bytes.count == 1045)
    // FNV-1a: observations name edges by their numbers in this very file.
    #expect(
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 } == 2_202_864_961_484_185_017)
}
