import Cryptography
import Geography
import Hazards
import HummingbirdCore
import Replica
import Telemetry
import Testing
import Wire

@testable import Inspection

private struct HazardsBody: Decodable {
    struct Item: Decodable {
        var id: String
        var kind: String
        var state: String
    }
    var hazards: [Item]
    var complete: Bool
    var height: UInt64
    var checkpointSize: UInt64

    /// The last digit of each identity: the number that it was made of.
    var numbers: [Int] { hazards.compactMap { $0.id.last.flatMap(\.hexDigitValue) } }
}

@Test func hazardsAreFilteredByPlaceKindAndState() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    let standing = [
        try hazard(1, .adhesion, .reported), try hazard(2, .obstacle, .confirmed), try hazard(3, .adhesion, .confirmed),
        try hazard(4, .accident, .cleared),
    ]
    try await withSite(log.directory, change: { $0.hazards = standing }) { site in
        for (query, numbers) in [
            ("", [1, 2, 3]), ("?kind=adhesion", [1, 3]), ("?kind=10", [2]), ("?kind=obstacle,6", [1, 2, 3]),
            ("?kind=fog,", nil), ("?state=confirmed", [2, 3]), ("?state=cleared,reported", [1, 4]),
            ("?bbox=24.015,59,24.025,61", [2]), ("?bbox=24.015,59,25,61&state=confirmed&kind=adhesion", [3]),
            ("?bbox=0,0,1,1", []),
        ] as [(String, [Int]?)] {
            let answer = try await site.ask("/api/v1/hazards\(query)")
            guard let numbers else {
                #expect(answer.status == 400, "\(query)")
                continue
            }
            let body = try answer.json(HazardsBody.self)
            #expect(body.numbers == numbers, "\(query)")
            #expect(body.complete && body.height == 7)
        }
    }
}

@Test(arguments: [
    ("kind=ghost", "kind"), ("kind=", "kind"), ("kind=7000000", "kind"), ("state=maybe", "state"),
    ("bbox=1,2,3", "bbox"),
    ("bbox=24,61,25,60", "bbox"), ("bbox=24,59,25,91", "bbox"), ("bbox=a,b,c,d", "bbox"), ("bbox=nan,59,25,60", "bbox"),
    ("colour=red", "colour"), ("kind=6&kind=10", "kind"), ("size=-1", "size"), ("size=1e3", "size"), ("size=", "size"),
])
func aMeaninglessParameterIsNamedInTheAnswer(query: String, parameter: String) throws {
    let rejection = #expect(throws: Rejection.self) {
        let query = try Query(URI("/?\(query)"), knows: ["bbox", "kind", "state", "size"])
        _ = try HazardFilter(query)
        _ = try query.number("size", in: 0...UInt64.max)
    }
    guard case .badParameter(parameter, let expected) = rejection else {
        Issue.record("\(String(describing: rejection)) does not name \(parameter)")
        return
    }
    #expect(!expected.isEmpty)
}

@Test func aBadParameterIsA400ThatSaysWhatIsExpected() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    try await withSite(log.directory) { site in
        let answer = try await site.ask("/api/v1/blocks?limit=257")
        #expect(answer.status == 400)
        let error = try answer.json(ErrorBody.self).error
        #expect(error.code == "bad_parameter" && error.parameter == "limit")
        #expect(error.message == "limit is a whole number from 1 to 256")
    }
}

@Test func aHazardComesWithTheEntriesItFollowsFrom() async throws {
    struct Body: Decodable {
        struct Entry: Decodable { var index: UInt64 }
        var entries: [Entry]
        var complete: Bool
        var checkpointSize: UInt64
    }
    var log = try LogOnDisk()
    defer { log.remove() }
    // Before it began, while it stood (on two edges, over a bundle's border), and after it was cleared in block 302.
    try log.add(height: 1, observationsOf: [5, 5])
    for height in 2...301 as ClosedRange<UInt64> {
        try log.add(height: height, observationsOf: [300, 301].contains(height) ? [5, 6] : [])
    }
    try log.add(height: 302, observationsOf: [5])
    try log.add(height: 303, observationsOf: [5])
    let size = try log.publish()
    var ended = try hazard(1, .adhesion, .cleared, height: 302, edge: 5)
    ended.firstSeen = start + 2000
    let standing = try hazard(2, .adhesion, .confirmed, height: 302, edge: 5)
    try await withSite(log.directory, change: { $0.hazards = [ended, standing] }) { site in
        let trail = try await site.ask("/api/v1/hazards/\(ended.id)").json(Body.self)
        #expect(trail.entries.map(\.index) == [308, 305, 302])
        #expect(trail.complete && trail.checkpointSize == size)
        // The other stands since before the log's first block: its trail ends with the log.
        let whole = try await site.ask("/api/v1/hazards/\(standing.id)").json(Body.self)
        #expect(whole.entries.map(\.index) == [310, 308, 305, 302, 2, 1])
        #expect(whole.complete)
    }
}

@Test func aHazardOnAnEdgeOfTheMapNamesItsRoad() throws {
    let map = try street()
    let answer = HazardAnswer(try hazard(1, edge: 0), on: map)
    #expect(answer.road?.name == "Long Street")
    #expect(abs((answer.road?.latitude ?? 0) - 60.001) < 1e-6)
    #expect(HazardAnswer(try hazard(1, edge: 9), on: map).road == nil)
    #expect(HazardAnswer(try hazard(1), on: map).road == nil)
    let other = InspectionMap(network: map.network, digest: .zero)
    #expect(HazardAnswer(try hazard(1, edge: 0), on: other).road == nil)
}
