import Cryptography
import Geography
import Hazards
import Telemetry
import Testing
import Wire

private func sample() throws -> Hazard {
    let id = try #require(HazardID(hex: "00112233445566778899aabbccddeeff"))
    let cell = try #require(Cell(quadkey: "12013231101332313"))
    let digest = try #require(Digest(bytes: [UInt8](repeating: 0xAA, count: 32)))
    return Hazard(
        id: id, kind: .adhesion, state: .confirmed, cell: cell,
        edge: MapEdge(mapDigest: digest, edge: 77, direction: .backward), firstSeen: Street.start,
        lastSeen: Street.start + 3000, expires: Street.start + 3_600_000, vehicles: 3, height: 300)
}

// Names were computed with Python's hashlib over the documented layouts.
@Test func aNameIsTheHashOfSubjectAndHeight() throws {
    let cell = try #require(Cell(quadkey: "12013231101332313"))
    let digest = try #require(Digest(bytes: [UInt8](repeating: 0xAA, count: 32)))
    let edge = MapEdge(mapDigest: digest, edge: 77, direction: .forward)
    func name(_ edge: MapEdge?) -> String? {
        var hazards = Hazards()
        let entry = ObservationEntry(
            cell: cell, edge: edge, bucket: Street.start.milliseconds / 30_000, kind: .adhesion, polarity: .seen,
            tag: .zero)
        return hazards.apply(entry, at: Street.start, height: 300).first?.id.description
    }
    #expect(name(nil) == "5189cde271ec5cb1bce1b526cfbaa3f8")
    #expect(name(edge) == "533dd181d1ed6e8546e88d1a5c4b36a2")
}

@Test func aPublishedHazardIsReadBack() throws {
    for state in [HazardState.reported, .confirmed, .cleared] {
        var hazard = try sample()
        hazard.state = state
        #expect(try Hazard(decoding: hazard.encoded()) == hazard)
        hazard.edge = nil
        #expect(try Hazard(decoding: hazard.encoded()) == hazard)
    }
}

@Test func whatIsNoHazardIsRefused() throws {
    #expect(throws: HazardError.malformed) { try Hazard(decoding: [0xFF]) }
    #expect(throws: HazardError.oversized) { try Hazard(decoding: [UInt8](repeating: 0, count: 1025)) }
    #expect(throws: HazardError.outOfBounds(field: "id")) { try Hazard(decoding: []) }
    // The last of a repeated field counts in protobuf: appended fields replace.
    let bytes = try sample().encoded()
    #expect(throws: HazardError.outOfBounds(field: "kind")) { try Hazard(decoding: bytes + [0x10, 0x04]) }
    #expect(throws: HazardError.outOfBounds(field: "state")) { try Hazard(decoding: bytes + [0x18, 0x09]) }
    #expect(throws: HazardError.outOfBounds(field: "map_digest")) { try Hazard(decoding: bytes + [0x2A, 0x00]) }
    #expect(throws: HazardError.outOfBounds(field: "direction")) { try Hazard(decoding: bytes + [0x38, 0x03]) }
    let farCell: [UInt8] = [0x20, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]
    #expect(throws: HazardError.outOfBounds(field: "cell")) { try Hazard(decoding: bytes + farCell) }
}

@Test func aTopicHasADigitALevelAndTheName() throws {
    let topic = HazardTopic.topic(of: try sample())
    #expect(
        topic
            == "waymark/v1/hazards/1/2/0/1/3/2/3/1/1/0/1/3/3/2/3/1/3/00112233445566778899aabbccddeeff")
    let parsed = try #require(HazardTopic.parse(topic))
    #expect(try parsed.cell == sample().cell)
    #expect(try parsed.id == sample().id)
}

@Test func aFilterMatchesAllThatLiesInItsCell() throws {
    let area = try #require(Cell(quadkey: "1201"))
    #expect(HazardTopic.filter(for: area) == "waymark/v1/hazards/1/2/0/1/#")
    let world = try #require(Cell(quadkey: ""))
    #expect(HazardTopic.filter(for: world) == "waymark/v1/hazards/#")
}

@Test(arguments: [
    "", "waymark/v1/hazards", "waymark/v1/hazards/1/2/0/1/3/2/3/1/1/0/1/3/3/2/3/1/3",
    "waymark/v1/hazards/1/2/0/1/3/2/3/1/1/0/1/3/3/2/3/1/4/00112233445566778899aabbccddeeff",
    "waymark/v1/hazards/12//0/1/3/2/3/1/1/0/1/3/3/2/3/1/3/00112233445566778899aabbccddeeff",
    "waymark/v1/hazards/1/2/0/1/3/2/3/1/1/0/1/3/3/2/3/1/3/00112233445566778899AABBCCDDEEFF",
    "waymark/v1/hazards/1/2/0/1/3/2/3/1/1/0/1/3/3/2/3/1/3/0011",
    "waymark/v2/hazards/1/2/0/1/3/2/3/1/1/0/1/3/3/2/3/1/3/00112233445566778899aabbccddeeff",
])
func aTopicThatIsNoHazardsIsNotParsed(topic: String) {
    #expect(HazardTopic.parse(topic) == nil)
}

private func snapshot() throws -> [UInt8] {
    var hazards = Hazards()
    for edge in 1...3 as ClosedRange<UInt32> {
        let entry = try Street().entry(1, edge: edge, at: Street.start)
        _ = hazards.apply(entry, at: Street.start, height: 5)
    }
    let denial = try Street().entry(2, .notSeen, edge: 1, at: Street.start + 60_000)
    _ = hazards.apply(denial, at: Street.start + 60_000, height: 6)
    return hazards.encoded()
}

@Test func aSnapshotHasOneEncoding() throws {
    let bytes = try snapshot()
    #expect(try Hazards(decoding: bytes).encoded() == bytes)
    #expect(throws: WireError.trailing(count: 1)) { try Hazards(decoding: bytes + [0]) }
    #expect(throws: WireError.self) { try Hazards(decoding: Array(bytes.dropLast())) }
    #expect(throws: WireError.tooLong(count: 3, limit: 2)) { try Hazards(decoding: bytes, capacity: 2) }
}

@Test func aChangedSnapshotIsRefusedOrAnother() throws {
    let bytes = try snapshot()
    var original = try Hazards(decoding: bytes)
    let digest = original.digest
    for index in bytes.indices {
        var changed = bytes
        changed[index] ^= 0x01
        guard var other = try? Hazards(decoding: changed) else { continue }
        #expect(other.encoded() == changed, "byte \(index)")
        let otherDigest = other.digest
        #expect(otherDigest != digest, "byte \(index)")
    }
}

@Test func hazardsOutOfOrderOrTwiceAreRefused() throws {
    let bytes = try snapshot()
    let record = Array(bytes[4..<(4 + (bytes.count - 4 - 40) / 3)])
    let twice: [UInt8] = [0, 0, 0, 2] + record + record
    #expect(throws: WireError.self) { try Hazards(decoding: twice) }
}
