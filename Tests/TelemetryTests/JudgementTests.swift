import Cryptography
import Telemetry
import Testing
import Wire

private func admitted(_ report: Report, _ fleet: Fleet) throws -> AdmittedReport {
    let envelope = fleet.signed(report).envelope(certificate: fleet.certificate)
    return try Admission(terms: fleet.terms).admitReport(envelope: envelope).get()
}

@Test(
    arguments: [
        (-60_001, Refusal.stale), (-60_000, nil), (0, nil), (5000, nil), (5001, .future),
    ] as [(Int64, Refusal?)])
func atExecutionAReportIsAtMostAMinuteOldAndFiveSecondsAhead(offset: Int64, refusal: Refusal?) throws {
    let fleet = try Fleet()
    let report = try admitted(fleet.report(), fleet)
    let logTime = Timestamp(milliseconds: UInt64(Int64(Fleet.now.milliseconds) - offset))
    #expect(report.refusal(atLogTime: logTime, terms: fleet.terms) == refusal)
}

@Test func aGatewayIsStricterThanACarAndACarStricterThanExecution() {
    #expect(Timeliness.gateway.maxAgeMilliseconds < Timeliness.car.maxAgeMilliseconds)
    #expect(Timeliness.car.maxAgeMilliseconds < Timeliness.execution.maxAgeMilliseconds)
    #expect(Timeliness.gateway.maxLeadMilliseconds < Timeliness.execution.maxLeadMilliseconds)
}

@Test func aGatewayTellsTheSameEarlier() throws {
    let fleet = try Fleet()
    let report = try admitted(fleet.report(), fleet)
    #expect(report.refusal(atGatewayTime: Fleet.now + 25_000, terms: fleet.terms) == nil)
    #expect(report.refusal(atGatewayTime: Fleet.now + 25_001, terms: fleet.terms) == .stale)
    #expect(report.refusal(atGatewayTime: Fleet.now - 3001, terms: fleet.terms) == .future)
}

@Test func aCertificateCountsFromItsFirstInstantToBeforeItsLast() throws {
    let certificate = try Fleet().certificate.value
    #expect(certificate.refusal(at: certificate.notBefore - 1) == .certificateNotYetValid)
    #expect(certificate.refusal(at: certificate.notBefore) == nil)
    #expect(certificate.refusal(at: certificate.notAfter - 1) == nil)
    #expect(certificate.refusal(at: certificate.notAfter) == .certificateExpired)
}

@Test func underTheCommitteesMapEveryEdgeMustExist() throws {
    let fleet = try Fleet()
    let last = EdgePlace(edge: 99, direction: .forward, offsetCentimetres: 0)
    let beyond = EdgePlace(edge: 100, direction: .forward, offsetCentimetres: 0)
    let inside = try admitted(fleet.report(map: Fleet.map, places: [last, nil]), fleet)
    let outside = try admitted(fleet.report(map: Fleet.map, places: [last, beyond]), fleet)
    #expect(inside.refusal(atLogTime: Fleet.now, terms: fleet.terms) == nil)
    #expect(outside.refusal(atLogTime: Fleet.now, terms: fleet.terms) == .outOfBounds(field: "edge"))
}

@Test func anotherMapIsNotRefusedButUnknown() throws {
    let fleet = try Fleet()
    let place = EdgePlace(edge: 4_000_000, direction: .forward, offsetCentimetres: 0)
    let report = try admitted(fleet.report(map: Digest.sha256([7]), places: [place]), fleet)
    #expect(report.refusal(atLogTime: Fleet.now, terms: fleet.terms) == nil)
    #expect(!fleet.terms.knowsMap(of: report.report))
    #expect(fleet.terms.knowsMap(of: fleet.report(map: Fleet.map)))
    #expect(fleet.terms.knowsMap(of: fleet.report()))
}

@Test func aCommitteeWithoutAMapKnowsNone() throws {
    let terms = CommitteeTerms(chainID: Fleet.chain, authorities: [])
    #expect(!terms.knowsMap(of: try Fleet().report(map: Fleet.map)))
}

@Test func everyRefusalIsFoundAgainByItsReason() {
    for refusal in Refusal.all { #expect(Refusal(reason: refusal.reason) == refusal) }
    #expect(Refusal(reason: Refusal.outOfBounds(field: "edge").reason) == .outOfBounds(field: ""))
    #expect(Refusal(reason: "stale") == .stale)
    #expect(Refusal(reason: "quota") == nil)
    #expect(Set(Refusal.all.map(\.label)).count == Refusal.all.count)
}
