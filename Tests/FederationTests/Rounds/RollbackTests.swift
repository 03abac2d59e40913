import Cryptography
import Federation
import Models
import Telemetry
import Testing
import Wire

/// Travel-time rounds of a committee of one, each with updates that compare the base with its parent.
private struct Drives {
    private static let terms = RoundTerms(
        intervalMilliseconds: 1000, durationMilliseconds: 1000, cohortMinimum: 1, cohortLimit: 20,
        aggregation: .medianOfMeans, attackersPermille: 200, groups: 20, groupsMinimum: 3)
    private(set) var federation = Federation(terms: LearningTerms([.travelTimes: terms]), claimsNeeded: 1)
    private var files: [Digest: [UInt8]] = [:]
    private var round: UInt64 = 0

    init() {
        let first = InitialVersion.bytes(of: .travelTimes)
        files[Digest.sha256(first)] = first
    }

    var current: Digest? { federation.currentVersion(of: .travelTimes) }

    /// One round in which 20 vehicles drove an arc at the given log-ratio, and found the given errors.
    mutating func drive(logRatio: Int32, base: UInt32, parent: UInt32?) throws -> VersionDecidedEntry {
        round += 1
        let opened = federation.advance(to: Class.start + round * 1000)
        guard case .roundOpened(let entry)? = opened.entries.last else { throw Unexpected("a round opens") }
        let cell = TravelTimeStatistics.Cell(
            arc: 7, slot: 0, roadClass: 1, count: 1, sum: logRatio, squares: UInt32(logRatio * logRatio))
        let payload = try TravelTimeStatistics(cells: [cell], errors: .init(base: base, parent: parent, count: 1))
        let steps = try send(payload.encoded(), entry)
        let job = try #require(steps.jobs.first)
        let outcome = try job.run(base: files[entry.baseVersion] ?? [], holdOut: nil)
        if let file = outcome.file { files[Digest.sha256(file)] = file }
        return try #require(federation.take(outcome.result, from: 0).decision)
    }

    private mutating func send(_ payload: [UInt8], _ entry: RoundOpenedEntry) throws -> [RoundStep] {
        let terms = CommitteeTerms(
            chainID: Class.chain, authorities: [Class.authority.publicKey],
            learning: LearningTerms([.travelTimes: Self.terms]))
        var steps: [RoundStep] = []
        for vehicle in UInt8(1)...20 {
            let certificate = EnrolmentCertificate(
                vehicleKey: Class.key(vehicle).publicKey, notBefore: Class.start, notAfter: Class.start + 86_400_000,
                authorityKey: Class.authority.publicKey
            ).signed(by: Class.authority, chain: Class.chain)
            let update = Update(
                certificateDigest: Digest.sha256(certificate.bytes), time: Class.start,
                salt: [UInt8](repeating: 3, count: 32), model: .travelTimes, round: round,
                baseVersion: entry.baseVersion, payload: payload)
            let envelope = update.signed(by: Class.key(vehicle), chain: Class.chain).envelope(certificate: certificate)
            let admitted = try Admission(terms: terms).admitUpdate(envelope: envelope).get()
            steps += federation.accept(admitted, nullifier: Class.nullifier(vehicle), at: Class.start).steps
        }
        return steps
    }
}

@Test func travelTimesThatDriveWorseAreTakenBack() throws {
    var drives = Drives()
    let first = try drives.drive(logRatio: 300, base: 300, parent: nil)
    let second = try drives.drive(logRatio: 400, base: 50, parent: 300)
    #expect(first.decision == .promoted && second.decision == .promoted && drives.current == second.current)
    // By the second version vehicles are off by more than by the first.
    let third = try drives.drive(logRatio: 300, base: 103, parent: 100)
    #expect(third.decision == .rolledBack && third.version == second.current && third.current == first.current)
    #expect(drives.current == first.current)
    // What was gone back to has no parent to compare with, and is built on again.
    let fourth = try drives.drive(logRatio: 300, base: 500, parent: 1)
    #expect(fourth.decision == .promoted)
}

@Test func twoPercentAreChance() throws {
    var drives = Drives()
    _ = try drives.drive(logRatio: 300, base: 300, parent: nil)
    _ = try drives.drive(logRatio: 400, base: 50, parent: 300)
    #expect(try drives.drive(logRatio: 300, base: 102, parent: 100).decision == .promoted)
}

@Test func whoCannotCompareTakesNothingBack() throws {
    var drives = Drives()
    _ = try drives.drive(logRatio: 300, base: 300, parent: nil)
    _ = try drives.drive(logRatio: 400, base: 50, parent: 300)
    #expect(try drives.drive(logRatio: 300, base: 2000, parent: nil).decision == .promoted)
}
