import Geography
import Hazards
import Telemetry
import Testing
import Wire

@testable import VehicleKit

private func hazard(_ state: HazardState, _ vehicles: UInt32, id: HazardID? = nil) throws -> Hazard {
    let cell = try #require(Cell(quadkey: "12013231101332313"))
    let name = try #require(HazardID(hex: "00112233445566778899aabbccddeeff"))
    let time = Timestamp(milliseconds: 1_764_000_000_000)
    var hazard = Hazard(
        id: name, kind: .adhesion, state: state, cell: cell, firstSeen: time, lastSeen: time, expires: time + 10_000,
        vehicles: vehicles, height: 4)
    hazard.id = id ?? (state == .provisional ? hazard.provisionalID : name)
    return hazard
}

private func followingAll() throws -> KnownHazards {
    var known = KnownHazards()
    _ = known.follow([try #require(Cell(quadkey: "1201"))])
    return known
}

extension KnownHazards {
    fileprivate mutating func hear(_ hazard: Hazard) throws -> [Hazard] {
        try take(topic: HazardTopic.topic(of: hazard), payload: hazard.encoded())
    }
}

@Test func whatIsFinalTakesThePlaceOfAWarning() throws {
    var known = try followingAll()
    let warning = try hazard(.provisional, 2)
    #expect(try known.hear(warning) == [warning] && known.active == [warning])
    #expect(try known.hear(warning).isEmpty)
    let final = try hazard(.confirmed, 3)
    let heard = try known.hear(final)
    #expect(heard.map(\.id) == [warning.id, final.id] && heard.map(\.state) == [.cleared, .confirmed])
    #expect(known.active == [final])
    // One that comes late says less than is known.
    #expect(try known.hear(warning).isEmpty && known.active == [final])
}

@Test func aWarningEndsByItself() throws {
    var known = try followingAll()
    let warning = try hazard(.provisional, 2)
    _ = try known.hear(warning)
    #expect(known.expire(now: warning.expires - 1).isEmpty)
    #expect(known.expire(now: warning.expires).map(\.state) == [.cleared] && known.active.isEmpty)
}

@Test func aWarningUnderAnothersNameIsNotBelieved() throws {
    var known = try followingAll()
    let final = try hazard(.reported, 1)
    _ = try known.hear(final)
    #expect(try known.hear(try hazard(.provisional, 2, id: final.id)).isEmpty && known.active == [final])
}
