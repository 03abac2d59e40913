import Cryptography
import Telemetry
import Testing
import Wire

/// The fields of a valid observation by number; a test replaces some and leaves out others.
private func observation(_ changes: [UInt64: [UInt8]] = [:]) -> [UInt8] {
    let now = Fleet.now.milliseconds
    var fields: [UInt64: [UInt8]] = [
        1: Protobuf.field(1, 6), 2: Protobuf.field(2, 1), 3: Protobuf.field(3, now),
        4: Protobuf.field(4, signed: 601_699_000), 5: Protobuf.field(5, signed: 249_384_000),
        9: Protobuf.field(9, 900),
    ]
    fields.merge(changes) { $1 }
    return fields.sorted { $0.key < $1.key }.flatMap(\.value)
}

/// The bytes of a valid report with these observations and changed fields.
private func report(
    _ changes: [UInt64: [UInt8]] = [:], observations: [[UInt8]] = [observation()]
) -> [UInt8] {
    let digest = [UInt8](repeating: 1, count: 32)
    var fields: [UInt64: [UInt8]] = [
        1: Protobuf.field(1, digest), 2: Protobuf.field(2, 5), 3: Protobuf.field(3, Fleet.now.milliseconds),
        4: Protobuf.field(4, digest), 5: Protobuf.field(5, digest),
        6: observations.flatMap { Protobuf.field(6, $0) },
    ]
    fields.merge(changes) { $1 }
    return fields.sorted { $0.key < $1.key }.flatMap(\.value)
}

private func refusal(of bytes: [UInt8]) -> Refusal? {
    do throws(Refusal) {
        _ = try Report(decoding: bytes)
        return nil
    } catch {
        return error
    }
}

@Test func aReportInsideItsBoundsIsRead() {
    #expect(refusal(of: report()) == nil)
    #expect(refusal(of: report(observations: Array(repeating: observation(), count: 64))) == nil)
}

@Test(
    arguments: [
        ("certificate_digest", 1, Protobuf.field(1, [UInt8](repeating: 1, count: 31))),
        ("certificate_digest", 1, []),
        ("sequence", 2, Protobuf.field(2, 0)),
        ("time_ms", 3, []),
        ("time_ms", 3, Protobuf.field(3, 253_402_300_800_000)),
        ("salt", 4, Protobuf.field(4, [UInt8](repeating: 1, count: 33))),
        ("map_digest", 5, Protobuf.field(5, [1, 2, 3])),
        ("observations", 6, []),
    ] as [(String, UInt64, [UInt8])])
func aReportFieldOutOfBoundsIsRefusedByName(field: String, number: UInt64, bytes: [UInt8]) {
    #expect(refusal(of: report([number: bytes])) == .outOfBounds(field: field))
}

@Test(
    arguments: [
        ("kind", [1: Protobuf.field(1, 4)]),
        ("kind", [1: Protobuf.field(1, 65_542)]),  // 6 in its low 16 bits
        ("kind", [1: []]),
        ("polarity", [2: []]),
        ("polarity", [2: Protobuf.field(2, 3)]),
        ("observations.time_ms", [3: []]),
        ("observations.time_ms", [3: Protobuf.field(3, Fleet.now.milliseconds + 1)]),
        ("observations.time_ms", [3: Protobuf.field(3, Fleet.now.milliseconds - 86_400_001)]),
        ("latitude_e7", [4: Protobuf.field(4, signed: 900_000_001)]),
        ("longitude_e7", [5: Protobuf.field(5, signed: -1_800_000_001)]),
        ("edge", [6: Protobuf.field(6, 1)]),
        ("direction", [7: Protobuf.field(7, 3)]),
        ("offset_cm", [8: Protobuf.field(8, 1)]),
        ("offset_cm", [7: Protobuf.field(7, 1), 8: Protobuf.field(8, 10_000_001)]),
        ("confidence_permille", [9: []]),
        ("confidence_permille", [9: Protobuf.field(9, 1001)]),
    ] as [(String, [UInt64: [UInt8]])])
func anObservationFieldOutOfBoundsIsRefusedByName(field: String, changes: [UInt64: [UInt8]]) {
    #expect(refusal(of: report(observations: [observation(), observation(changes)])) == .outOfBounds(field: field))
}

@Test func theLimitsThemselvesAreInside() {
    let least = observation([
        3: Protobuf.field(3, Fleet.now.milliseconds - 86_400_000), 4: Protobuf.field(4, signed: -900_000_000),
        5: Protobuf.field(5, signed: 1_800_000_000), 6: Protobuf.field(6, UInt64(UInt32.max)),
        7: Protobuf.field(7, 2), 8: Protobuf.field(8, 10_000_000), 9: Protobuf.field(9, 1000),
    ])
    #expect(refusal(of: report([2: Protobuf.field(2, .max)], observations: [least])) == nil)
}

@Test func anEdgeWithoutAMapIsRefused() {
    let onEdge = observation([7: Protobuf.field(7, 1)])
    #expect(refusal(of: report([5: []], observations: [onEdge])) == .outOfBounds(field: "map_digest"))
}

@Test func sixtyFiveObservationsAreTooMany() {
    let many = Array(repeating: observation(), count: 65)
    #expect(refusal(of: report(observations: many)) == .outOfBounds(field: "observations"))
}

@Test func aReportAboveItsSizeIsRefusedUnread() {
    #expect(refusal(of: [UInt8](repeating: 0xFF, count: 8193)) == .oversized)
    #expect(refusal(of: [UInt8](repeating: 0xFF, count: 8192)) == .malformed)
}

@Test func fieldsOfALaterVersionAreToleratedInWhatVehiclesSign() throws {
    let bytes = report([99: Protobuf.field(99, [1, 2, 3])], observations: [observation([50: Protobuf.field(50, 7)])])
    #expect(try Report(decoding: bytes) == Report(decoding: report()))
}

@Test(
    arguments: [
        ("certificate_digest", Protobuf.field(1, [1])),
        ("sequence", Protobuf.field(2, 0)),
        ("time_ms", Protobuf.field(3, 0)),
        ("latitude_e7", Protobuf.field(4, signed: -900_000_001)),
        ("longitude_e7", Protobuf.field(5, signed: 1_800_000_001)),
        ("speed_cm_s", Protobuf.field(6, 10_001)),
        ("heading_cdeg", Protobuf.field(7, 36_000)),
        ("model_digest", Protobuf.field(8, [1])),
    ] as [(String, [UInt8])])
func aTelemetryFieldOutOfBoundsIsRefusedByName(field: String, replacement: [UInt8]) throws {
    // The last of a repeated field counts in protobuf, so appending replaces.
    let bytes = try Fleet().sample().encoded() + replacement
    #expect(throws: Refusal.outOfBounds(field: field)) { try TelemetrySample(decoding: bytes) }
}

@Test(
    arguments: [
        ("vehicle_key", Protobuf.field(1, [1])),
        ("not_before_ms", Protobuf.field(2, 0)),
        ("not_after_ms", Protobuf.field(3, 253_402_300_800_000)),
        ("not_after_ms", Protobuf.field(3, Fleet.now.milliseconds - 86_400_000)),
        ("authority_key", Protobuf.field(4, [])),
    ] as [(String, [UInt8])])
func aCertificateFieldOutOfBoundsIsRefusedByName(field: String, replacement: [UInt8]) throws {
    let bytes = try Fleet().certificate.bytes + replacement
    #expect(throws: Refusal.outOfBounds(field: field)) { try EnrolmentCertificate(decoding: bytes) }
}

@Test(
    arguments: [
        ("certificate_digest", Protobuf.field(1, [1])),
        ("time_ms", Protobuf.field(2, 0)),
        ("salt", Protobuf.field(3, [1])),
        ("authority_key", Protobuf.field(4, [1])),
    ] as [(String, [UInt8])])
func aRevocationFieldOutOfBoundsIsRefusedByName(field: String, replacement: [UInt8]) throws {
    let fleet = try Fleet()
    let bytes = fleet.revocation(by: fleet.authority).bytes + replacement
    #expect(throws: Refusal.outOfBounds(field: field)) { try Revocation(decoding: bytes) }
}
