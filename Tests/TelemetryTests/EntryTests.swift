import Cryptography
import Geography
import Telemetry
import Testing
import Wire

private func golden() throws -> [(Entry, String)] {
    let cell = try #require(Cell(quadkey: "12013231101332313"))
    let edge = MapEdge(mapDigest: try digest(0xAA), edge: 77, direction: .forward)
    let bucket = Fleet.now.milliseconds / 30_000
    return [
        (
            .block(
                BlockEntry(
                    height: 300, view: 302, time: Fleet.now, blockHash: try digest(1), parentHash: try digest(2),
                    stateRootBefore: try digest(3))),
            """
            0a7308ac0210ae021880d0dfb4ab33222001010101010101010101010101010101010101010101010101010101010101012a200202\
            0202020202020202020202020202020202020202020202020202020202023220030303030303030303030303030303030303030303\
            0303030303030303030303
            """
        ),
        (
            .report(ReportEntry(commitment: try digest(4))),
            "12220a200404040404040404040404040404040404040404040404040404040404040404"
        ),
        (
            .revocation(RevocationEntry(commitment: try digest(5))),
            "22220a200505050505050505050505050505050505050505050505050505050505050505"
        ),
        (
            .observation(
                ObservationEntry(
                    cell: cell, edge: nil, bucket: bucket, kind: .adhesion, polarity: .seen, tag: try digest(6))),
            """
            1a3308b7bfd4bd182880ef841c3006380140014a200606060606060606060606060606060606060606060606060606060606060606
            """
        ),
        (
            .observation(
                ObservationEntry(
                    cell: cell, edge: edge, bucket: bucket, kind: .adhesion, polarity: .notSeen, tag: try digest(6))),
            """
            1a5908b7bfd4bd181220aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa184d20012880ef841c3006\
            380240014a200606060606060606060606060606060606060606060606060606060606060606
            """
        ),
    ]
}

// The bytes were made by Python's protobuf package.
@Test func anEntryHasItsGoldenBytes() throws {
    for (entry, hex) in try golden() {
        #expect(Hex.encode(entry.encoded()) == hex)
        #expect(try Entry(decoding: bytes(hex)) == entry)
    }
}

@Test func noChangedByteDecodesToTheSameEntry() throws {
    for (entry, hex) in try golden() {
        let original = try bytes(hex)
        for bit in 0..<original.count * 8 {
            var changed = original
            changed[bit / 8] ^= 1 << (bit % 8)
            let decoded = try? Entry(decoding: changed)
            #expect(decoded != entry)
            if let decoded { #expect(decoded.encoded() == changed) }
        }
    }
}

private let tag = [UInt8](repeating: 6, count: 32)

/// An observation's entry field by field, the last two left to the caller.
private func observation(_ fields: [[UInt8]]) -> [UInt8] { Protobuf.field(3, fields.flatMap { $0 }) }

private let valid: [[UInt8]] = [
    Protobuf.field(1, 5), Protobuf.field(5, 9), Protobuf.field(6, 6), Protobuf.field(7, 1), Protobuf.field(8, 1),
    Protobuf.field(9, tag),
]

@Test func theHandWrittenEntryIsCanonical() throws {
    #expect(try Entry(decoding: observation(valid)).encoded() == observation(valid))
}

@Test(
    arguments: [
        ("an unknown field", observation(valid + [Protobuf.field(10, 1)])),
        ("an unknown field outside", observation(valid) + Protobuf.field(9, 1)),
        ("fields out of order", observation(valid.reversed())),
        ("a field twice", observation([Protobuf.field(1, 5)] + valid)),
        ("a default spelled out", observation([valid[0], Protobuf.field(3, 0)] + valid[1...])),
        ("a number of too many bytes", observation([[8, 0x85, 0]] + valid[1...])),
        ("a length of too many bytes", [0x1A, UInt8(valid.joined().count) | 0x80, 0] + valid.joined()),
        ("two entries in one", observation(valid) + observation(valid)),
        ("one kind after another", Protobuf.field(2, Protobuf.field(1, tag)) + observation(valid)),
    ] as [(String, [UInt8])])
func anyOtherEncodingIsRefused(what: String, bytes: [UInt8]) {
    #expect(throws: Refusal.notCanonical, "\(what)") { try Entry(decoding: bytes) }
}

@Test(
    arguments: [
        ("cell", 0, Protobuf.field(1, 1 << 34)),
        ("bucket", 1, Protobuf.field(5, .max)),
        ("kind", 2, Protobuf.field(6, 8)),
        ("polarity", 3, []),
        ("weight", 4, []),
        ("weight", 4, Protobuf.field(8, 1001)),
        ("tag", 5, Protobuf.field(9, [1])),
        ("edge", 0, Protobuf.field(1, 5) + Protobuf.field(3, 7)),
        ("direction", 0, Protobuf.field(1, 5) + Protobuf.field(4, 1)),
        ("direction", 0, Protobuf.field(1, 5) + Protobuf.field(2, tag)),
        ("map_digest", 0, Protobuf.field(1, 5) + Protobuf.field(2, [1])),
    ] as [(String, Int, [UInt8])])
func anEntryFieldOutOfBoundsIsRefusedByName(field: String, index: Int, replacement: [UInt8]) {
    var fields = valid
    fields[index] = replacement
    #expect(throws: Refusal.outOfBounds(field: field)) { try Entry(decoding: observation(fields)) }
}

@Test func bytesThatAreNoEntryAreRefused() {
    #expect(throws: Refusal.malformed) { try Entry(decoding: []) }
    #expect(throws: Refusal.malformed) { try Entry(decoding: [0xFF]) }
    #expect(throws: Refusal.oversized) {
        try Entry(decoding: [UInt8](repeating: 0, count: TelemetryLimits.entryBytes + 1))
    }
    #expect(throws: Refusal.outOfBounds(field: "commitment")) { try Entry(decoding: [0x12, 0]) }
}

// MARK: From an observation

private let secret = [UInt8](repeating: 9, count: 32)

private func entry(
    _ observation: Observation, enrolment: Digest = .zero, map: Digest? = Fleet.map, at time: Timestamp = Fleet.now
) -> ObservationEntry {
    ObservationEntry(observation, enrolment: enrolment, map: map, logTime: time, logSecret: secret)
}

@Test func anEdgeCountsOnlyUnderTheMapThatCounts() throws {
    let place = EdgePlace(edge: 7, direction: .backward, offsetCentimetres: 500)
    let observation = try Fleet().observation(place: place)
    let known = entry(observation)
    #expect(known.place == .edge(MapEdge(mapDigest: Fleet.map, edge: 7, direction: .backward)))
    #expect(known.cell == observation.cell)
    #expect(entry(observation, map: nil).place == .cell(observation.cell))
    #expect(known.bucket == Fleet.now.milliseconds / 30_000)
    #expect(known.weight == 1)
}

@Test func aVehicleHasOneTagForAnEdgeWhereverItIs() throws {
    var near = try Fleet().observation(place: EdgePlace(edge: 7, direction: .forward, offsetCentimetres: 0))
    var far = near
    far.coordinate = place(602_000_000, 250_000_000)
    far.place?.offsetCentimetres = 9000
    #expect(near.cell != far.cell)
    #expect(entry(near).tag == entry(far).tag)
    near.place = nil
    far.place = nil
    #expect(entry(near).tag != entry(far).tag)
}

@Test func aTagLinksNeitherHoursNorKindsNorPlacesNorVehicles() throws {
    let observation = try Fleet().observation(place: EdgePlace(edge: 7, direction: .forward, offsetCentimetres: 0))
    var other = observation
    other.kind = .accident
    var back = observation
    back.place?.direction = .backward
    let tags = [
        entry(observation), entry(observation, at: Fleet.now + 3_600_000), entry(other), entry(back),
        entry(observation, enrolment: try digest(1)), entry(observation, map: nil),
    ].map(\.tag)
    #expect(Set(tags).count == tags.count)
    #expect(entry(observation, at: Fleet.now + 3_599_999).tag == tags[0], "the same until the hour ends")
}
