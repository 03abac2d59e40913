import Cryptography
import Telemetry
import Testing
import Wire

@testable import Hazards

private func car(_ number: UInt8) -> Digest { Digest.sha256([number]) }

/// An outlook over hazards that one vehicle's sighting may have begun.
private struct Gateway {
    var outlook = HazardOutlook()
    var hazards = Hazards()
    let street = Street()
    let time = Street.start + 60_000

    init(final vehicles: ClosedRange<UInt64>? = nil) throws {
        for vehicle in vehicles.map(Array.init) ?? [] {
            _ = hazards.apply(try street.entry(vehicle, at: Street.start), at: Street.start, height: 7)
        }
    }

    mutating func attest(_ number: UInt8, _ vehicles: UInt64..., polarity: Polarity = .seen) throws -> [Hazard] {
        let entries = try vehicles.map { try street.entry($0, polarity, at: time) }
        return outlook.take(entries, of: car(number), after: hazards, at: time, height: 8)
    }
}

@Test func twoVehiclesMakeAWarningAndOneNever() throws {
    var gateway = try Gateway()
    #expect(try gateway.attest(1, 1).isEmpty)
    // The same vehicle again, and in another car, is no second one.
    #expect(try gateway.attest(2, 1, 1).isEmpty)
    let warnings = try gateway.attest(3, 2)
    let warning = try #require(warnings.first)
    #expect(warnings.count == 1 && warning.state == .provisional && warning.vehicles == 2 && warning.height == 8)
    #expect(warning.expires == gateway.time + 10_000 && warning.id == warning.provisionalID)
    let third = try gateway.attest(4, 3)
    #expect(third.map(\.vehicles) == [3] && third.map(\.id) == [warning.id] && third[0].state == .provisional)
    #expect(gateway.hazards.active.isEmpty)
}

@Test func whatIsFinalCountsAndWhatIsConfirmedIsNotWarnedOf() throws {
    var gateway = try Gateway(final: 1...1)
    let final = try #require(gateway.hazards.active.first)
    #expect(try gateway.attest(1, 1).isEmpty)
    let warnings = try gateway.attest(2, 2)
    #expect(warnings.map(\.vehicles) == [2] && warnings.map(\.id) == [final.provisionalID])
    #expect(final.provisionalID != final.id && gateway.hazards.active == [final])
    var confirmed = try Gateway(final: 1...3)
    #expect(confirmed.hazards.active.map(\.state) == [.confirmed])
    #expect(try confirmed.attest(1, 4, 5).isEmpty)
}

@Test func whatIsExecutedOrOldIsForgotten() throws {
    var gateway = try Gateway()
    _ = try gateway.attest(1, 1)
    gateway.outlook.forget([car(1), car(9)])
    #expect(try gateway.attest(2, 2).isEmpty)
    gateway.outlook.forget(before: gateway.time)
    #expect(try gateway.attest(3, 3).map(\.vehicles) == [2])
    gateway.outlook.forget(before: gateway.time + 1)
    #expect(try gateway.attest(4, 4).isEmpty)
}

@Test func denialsAndWhatIsTooOldWarnNobody() throws {
    var gateway = try Gateway()
    #expect(try gateway.attest(1, 1, 2, 3, polarity: .notSeen).isEmpty)
    let old = gateway.time - gateway.street.kind.validityMilliseconds - 60_000
    let entries = try [1, 2].map { try gateway.street.entry($0, at: gateway.time, observed: old) }
    let warnings = gateway.outlook.take(entries, of: car(2), after: gateway.hazards, at: gateway.time, height: 8)
    #expect(warnings.isEmpty)
}

@Test func anOutlookHasABound() throws {
    var gateway = try Gateway()
    let entry = try gateway.street.entry(1, at: gateway.time)
    let many = Array(repeating: entry, count: HazardLimits.outlookObservations)
    // All of one vehicle, so nobody is warned; and then there is no room until the car is executed.
    let first = gateway.outlook.take(many, of: car(1), after: gateway.hazards, at: gateway.time, height: 8)
    #expect(try first.isEmpty && gateway.attest(2, 2).isEmpty && gateway.attest(3, 3).isEmpty)
    gateway.outlook.forget([car(1)])
    #expect(try gateway.attest(4, 2).isEmpty)
    #expect(try gateway.attest(5, 3).map(\.vehicles) == [2])
}
