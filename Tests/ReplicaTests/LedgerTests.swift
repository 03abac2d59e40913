import Consensus
import Cryptography
import Hazards
import Telemetry
import Testing
import TransparencyLog
import Wire

@testable import Replica

private func freshLedger() -> Ledger {
    .town()
}

extension ExecutedBlock {
    fileprivate var observations: [ObservationEntry] {
        entries.compactMap { if case .observation(let entry) = $0 { entry } else { nil } }
    }
}

@Test func aBlockOpensWithItsOwnEntry() throws {
    var (ledger, blocks) = (freshLedger(), Blocks())
    let before = ledger.stateRoot
    let (first, _) = ledger.execute(blocks.next())
    let (second, _) = ledger.execute(blocks.next(at: Town.start + 5000))
    #expect(
        first.entries == [
            .block(
                BlockEntry(
                    height: 1, view: 1, time: Town.start, blockHash: first.hash, parentHash: Town.chain,
                    stateRootBefore: before))
        ])
    guard case .block(let opening) = second.entries[0] else { throw Wrong("a block opens with its own entry") }
    #expect(opening.parentHash == first.hash && opening.height == 2 && opening.time == Town.start + 5000)
    #expect(second.firstIndex == 1 && second.head.size == 2)
}

@Test func theHeadIsTheRootOverAllEntries() throws {
    var (ledger, blocks) = (freshLedger(), Blocks())
    let car = Town.Vehicle(10)
    var leaves: [[UInt8]] = []
    for sequence in UInt64(1)...5 {
        let (block, _) = ledger.execute(blocks.next([try car.report(sequence)]))
        #expect(block.leaves == block.entries.map { $0.encoded() })
        leaves += block.leaves
        #expect(block.head.size == UInt64(leaves.count))
        #expect(block.head.root == Merkle.root(of: leaves))
    }
}

@Test func anAcceptedReportIsACommitmentAndItsObservations() throws {
    var (ledger, blocks) = (freshLedger(), Blocks())
    let report = try Town.Vehicle(10).report(1, [Town.observation(at: 0), Town.observation(at: 1)])
    let (block, refused) = ledger.execute(blocks.next([report]))
    #expect(refused.isEmpty)
    #expect(block.entries.count == 4 && block.observations.count == 2)
    #expect(block.entries[1] == .report(ReportEntry(commitment: report.commitment)))
    #expect(block.reports.map(\.leaf) == [1])
    #expect(block.summary.reports == 1 && block.summary.observations == 2)
}

@Test func theOrderOfObservationsTellsNothingOfTheReportsTheyCameIn() throws {
    let seen = (0..<4).map { Town.observation(at: $0) }
    let cars = (UInt8(10)..<13).map { Town.Vehicle($0) }
    func observations(_ reports: [AdmittedReport]) -> [ObservationEntry] {
        var (ledger, blocks) = (freshLedger(), Blocks())
        return ledger.execute(blocks.next(reports)).block.observations
    }
    let expected = observations(try cars.map { try $0.report(1, seen) })
    #expect(expected.count == 12)
    // The same sightings by the same vehicles, in another order and cut into other reports.
    let turned = try cars.reversed().map { try $0.report(1, seen.reversed()) }
    let cut = try cars.flatMap { [try $0.report(2, Array(seen[2...])), try $0.report(1, Array(seen[..<2]))] }
    #expect(observations(turned) == expected)
    #expect(observations(cut) == expected)
    // By place first: what one vehicle saw in its report stands among what the others saw there.
    #expect(expected.map(\.cell) == expected.map(\.cell).sorted())
}

@Test func entriesHoldNoTraceOfAVehicle() throws {
    var (ledger, blocks) = (freshLedger(), Blocks())
    let car = Town.Vehicle(10)
    let report = try car.report(0x1122_3344_5566_7788, map: Town.map, [Town.observation(edge: 5)])
    let log = ledger.execute(blocks.next([report])).block.leaves.flatMap { $0 }
    let secrets = [
        car.key.publicKey.bytes, car.digest.bytes, report.digest.bytes, report.signature.bytes, report.report.salt,
        report.reportBytes, Array(report.reportBytes.suffix(20)), [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88],
    ]
    for secret in secrets { #expect(!log.holds(secret)) }
    #expect(log.holds(report.commitment.bytes))
}

@Test func aRepeatAddsNoEntryInItsBlockAndInLaterOnes() throws {
    var (ledger, blocks) = (freshLedger(), Blocks())
    let car = Town.Vehicle(10)
    let report = try car.report(1)
    let (first, refused) = ledger.execute(blocks.next([report, report]))
    #expect(first.entries.count == 3 && refused.isEmpty)
    let signedAgain = try car.report(1, at: Town.start + 30_000)
    let (second, refusedLater) = ledger.execute(blocks.next([report, signedAgain], at: Town.start + 30_000))
    #expect(second.entries.count == 1 && second.reports.isEmpty && refusedLater.isEmpty)
}

@Test func theWindowOfSequencesIsExact() throws {
    var (ledger, blocks) = (freshLedger(), Blocks())
    let car = Town.Vehicle(10)
    _ = ledger.execute(blocks.next([try car.report(5000)]))
    let (block, refused) = ledger.execute(blocks.next([try car.report(3977), try car.report(3976)]))
    #expect(block.reports.map(\.admitted.report.sequence) == [3977])
    #expect(refused.map(\.refusal) == [.belowWindow])
    #expect(ledger.standing(of: .report(try car.report(5000))) == .repeated)
    #expect(ledger.standing(of: .report(try car.report(3976))) == .refused(.belowWindow))
    #expect(ledger.standing(of: .report(try car.report(4999))) == .fresh)
}

@Test func sequenceEightBeforeSevenLosesNeither() throws {
    var (ledger, blocks) = (freshLedger(), Blocks())
    let car = Town.Vehicle(10)
    _ = ledger.execute(blocks.next([try car.report(8)]))
    let (block, refused) = ledger.execute(blocks.next([try car.report(7), try car.report(8)]))
    #expect(block.reports.map(\.admitted.report.sequence) == [7] && refused.isEmpty)
    #expect(ledger.execute(blocks.next([try car.report(7)])).block.reports.isEmpty)
}

@Test(arguments: [
    (UInt64(0), Refusal?.none), (60_000, nil), (60_001, .stale), (86_399_999, .stale),
    (86_400_000, .certificateExpired),
])
func logTimeDecidesAboutAge(after milliseconds: UInt64, expected: Refusal?) throws {
    var (ledger, blocks) = (freshLedger(), Blocks())
    let report = try Town.Vehicle(10).report(1)
    let (block, refused) = ledger.execute(blocks.next([report], at: Town.start + milliseconds))
    #expect(refused.map(\.refusal) == [expected].compactMap { $0 })
    #expect(block.reports.count == (expected == nil ? 1 : 0))
}

@Test func aReportOfTheFutureIsRefused() throws {
    var (ledger, blocks) = (freshLedger(), Blocks())
    let reports = [
        try Town.Vehicle(10).report(1, at: Town.start + 5000), try Town.Vehicle(11).report(1, at: Town.start + 5001),
    ]
    let (block, refused) = ledger.execute(blocks.next(reports))
    #expect(block.reports.map(\.admitted) == [reports[0]])
    #expect(refused.map(\.refusal) == [.future])
}

@Test func aReportAboveTheRateIsRefusedAndMayComeAgain() throws {
    var (ledger, blocks) = (freshLedger(), Blocks())
    let (car, other) = (Town.Vehicle(10), Town.Vehicle(11))
    let reports = try (UInt64(1)...101).map { try car.report($0) }
    let (block, refused) = ledger.execute(blocks.next(reports + [try other.report(1)]))
    #expect(block.reports.count == 101, "a burst of a hundred, and another vehicle's")
    #expect(refused.map(\.refusal) == [.rateExceeded])
    #expect(refused.map(\.submission) == [.report(reports[100])])
    let (later, _) = ledger.execute(blocks.next([try car.report(101)], at: Town.start + 100))
    #expect(later.reports.count == 1, "a tenth of a second earns one report")
}

@Test func aRevocationHoldsFromItsPlaceInTheLog() throws {
    var (ledger, blocks) = (freshLedger(), Blocks())
    let (car, other) = (Town.Vehicle(10), Town.Vehicle(11))
    _ = ledger.execute(blocks.next([try car.report(1)]))
    let revocation = try Town.revocation(of: car)
    #expect(!ledger.isRevoked(car.digest))
    let (block, refused) = ledger.execute(
        blocks.next([try car.report(2), try other.report(1)], revoking: [revocation]))
    #expect(block.entries[1] == .revocation(RevocationEntry(commitment: revocation.commitment)))
    #expect(refused.map(\.refusal) == [.revoked])
    #expect(block.reports.map(\.admitted.enrolment.digest) == [other.digest])
    #expect(ledger.isRevoked(car.digest) && !ledger.isRevoked(other.digest))
    // Said again, by other bytes, it adds nothing.
    let (again, _) = ledger.execute(blocks.next(revoking: [try Town.revocation(of: car, salt: 2)]))
    #expect(again.entries.count == 1)
}

@Test func edgesOfAnotherMapAreIgnored() throws {
    var (ledger, blocks) = (freshLedger(), Blocks())
    let seen = [Town.observation(edge: 5)]
    let ours = try Town.Vehicle(10).report(1, map: Town.map, seen)
    let others = try Town.Vehicle(11).report(1, map: Digest.sha256([1]), seen)
    let (block, refused) = ledger.execute(blocks.next([ours, others]))
    #expect(refused.isEmpty)
    #expect(block.observations.compactMap(\.edge?.edge) == [5])
    #expect(Set(block.observations.map(\.cell)).count == 1, "the cell counts either way")
}

@Test func anEdgeThatTheMapDoesNotHaveIsRefused() throws {
    var (ledger, blocks) = (freshLedger(), Blocks())
    let report = try Town.Vehicle(10).report(1, map: Town.map, [Town.observation(edge: 100)])
    let (_, refused) = ledger.execute(blocks.next([report]))
    #expect(refused.map(\.refusal) == [.outOfBounds(field: "edge")])
}

@Test func aRefusedReportChangesNothing() throws {
    var (ledger, blocks) = (freshLedger(), Blocks())
    let before = ledger.stateRoot
    let late = try Town.Vehicle(10).report(1, at: Town.start - 100_000, [Town.observation(time: Town.start - 100_000)])
    let (block, refused) = ledger.execute(blocks.next([late]))
    #expect(refused.map(\.refusal) == [.stale])
    #expect(block.entries.count == 1)
    let after = ledger.stateRoot
    #expect(after == before)
}

@Test func whatCannotBeReadInACarIsPassedOver() throws {
    var (ledger, blocks) = (freshLedger(), Blocks())
    let report = try Town.Vehicle(10).report(1)
    let orphan = try Town.Vehicle(11).report(1)
    let items: [[UInt8]] = [
        [], [255], CarItem.report(orphan.signed).encoded(), CarItem.certificate(report.signedCertificate).encoded(),
        CarItem.report(report.signed).encoded(),
    ]
    let (block, refused) = ledger.execute(blocks.next(items: items))
    #expect(block.reports.map(\.admitted) == [report])
    #expect(refused.isEmpty)
}

@Test func threeVehiclesConfirmAHazardAndTimeEndsIt() throws {
    var (ledger, blocks) = (freshLedger(), Blocks())
    let reports = try (UInt8(10)..<13).map { try Town.Vehicle($0).report(1) }
    let (block, _) = ledger.execute(blocks.next(reports))
    #expect(block.hazards.map(\.state).last == .confirmed)
    #expect(ledger.hazards.active.map(\.vehicles) == [3])
    let end = Town.start + HazardKind.adhesion.validityMilliseconds + 1
    let (later, _) = ledger.execute(blocks.next(at: end))
    #expect(later.hazards.map(\.state) == [.cleared])
    #expect(ledger.hazards.active.isEmpty)
}

@Test func theSameBlocksMakeTheSameState() throws {
    var (first, second, blocks) = (freshLedger(), freshLedger(), Blocks())
    for sequence in UInt64(1)...20 {
        let reports = try (UInt8(10)..<15).map { seed in
            try Town.Vehicle(seed).report(
                sequence, at: Town.start + sequence * 1000, [Town.observation(at: Int(sequence) % 3)])
        }
        let block = blocks.next(reports, at: Town.start + sequence * 1000)
        let heads = [first.execute(block).block.head, second.execute(block).block.head]
        let roots = [first.stateRoot, second.stateRoot]
        #expect(heads[0] == heads[1] && roots[0] == roots[1])
    }
}

@Test func whoSentWhatIsInTheStateAndNotInTheLog() throws {
    func roots(_ sequence: UInt64) throws -> (shown: Digest, all: Digest) {
        var (ledger, blocks) = (freshLedger(), Blocks())
        _ = ledger.execute(blocks.next([try Town.Vehicle(10).report(sequence)]))
        var hazards = ledger.hazards
        return (hazards.digest, ledger.stateRoot)
    }
    let (first, second) = (try roots(1), try roots(2))
    #expect(first.shown == second.shown)
    #expect(first.all != second.all)
}

struct Wrong: Error {
    let what: String
    init(_ what: String) { self.what = what }
}

extension [UInt8] {
    fileprivate func holds(_ part: [UInt8]) -> Bool {
        guard count >= part.count else { return false }
        return (0...count - part.count).contains { self[$0..<$0 + part.count].elementsEqual(part) }
    }
}
