import Cryptography
import Telemetry
import Testing
import Wire

@testable import Replica

private func token(_ number: UInt64) -> SubmissionToken { SubmissionToken(number: number) }

/// Executes one block with these reports in a ledger of its own.
private func block(_ reports: [AdmittedReport]) -> ExecutedBlock {
    var ledger = Ledger.town()
    var blocks = Blocks()
    return ledger.execute(blocks.next(reports)).block
}

private func published(_ block: ExecutedBlock) -> PublishedHead {
    PublishedHead(head: block.head, cosignatures: [])
}

@Test func whoWaitsIsAnsweredOnceAndInLogOrder() throws {
    let reports = try (UInt8(10)..<15).map { try Town.Vehicle($0).report(1) }
    var receipts = Receipts()
    // Those who came last stand first in the log.
    for (number, report) in reports.enumerated().reversed() {
        let waits = receipts.wait(token(UInt64(number)), for: .report(report))
        #expect(waits)
    }
    #expect(receipts.count == 5)
    let block = block(reports)
    receipts.execute(block)
    let answers = receipts.publish(published(block)) { _ in [] }
    let later = receipts.publish(published(block)) { _ in [] }
    #expect(answers.map(\.0.number) == [0, 1, 2, 3, 4] && later.isEmpty)
    #expect(receipts.count == 0)
}

@Test func aBlockWhoseHeadIsNotPublishedAnswersNobody() throws {
    let report = try Town.Vehicle(10).report(1)
    var receipts = Receipts()
    _ = receipts.wait(token(1), for: .report(report))
    let block = block([report])
    receipts.execute(block)
    var earlier = published(block)
    earlier.head.height = 0
    let answers = receipts.publish(earlier) { _ in [] }
    #expect(answers.isEmpty && receipts.count == 1)
}

@Test func whatTheTreeCannotProveIsLeftToTheTiles() throws {
    let report = try Town.Vehicle(10).report(1)
    var receipts = Receipts()
    _ = receipts.wait(token(1), for: .report(report))
    let block = block([report])
    receipts.execute(block)
    let answers = receipts.publish(published(block)) { _ in nil }
    guard case .committedEarlier(let leaf) = try #require(answers.first).1 else {
        throw Wrong("the leaf is told without a proof")
    }
    #expect(leaf == 1)
}

@Test func aRefusalMeetsTheVeryReportOnly() throws {
    let car = Town.Vehicle(10)
    let (first, again) = (try car.report(1), try car.report(1, at: Town.start + 1))
    var receipts = Receipts()
    _ = receipts.wait(token(1), for: .report(first))
    _ = receipts.wait(token(2), for: .report(again))
    let refused = (0..<2).map { _ in receipts.refuse(first.key, digest: first.digest) }
    #expect(refused == [[token(1)], []])
    #expect(receipts.holds(again.key, digest: again.digest) && !receipts.holds(first.key, digest: first.digest))
    #expect(receipts.count == 1)
}

@Test func oneReportsWaitersAreBounded() throws {
    let report = try Town.Vehicle(10).report(1)
    var receipts = Receipts()
    let places = UInt64(ReplicaLimits.sessionsPerSubmission)
    let waits = (0...places).map { receipts.wait(token($0), for: .report(report)) }
    #expect(waits.dropLast().allSatisfy { $0 } && waits.last == false)
    receipts.execute(block([report]))
    let waitsLater = receipts.wait(token(places), forExecuted: report.key)
    #expect(!waitsLater)
    #expect(receipts.count == Int(places))
}

@Test func nobodyWaitsForWhatWasNotExecuted() throws {
    var receipts = Receipts()
    let waits = receipts.wait(token(1), forExecuted: try Town.Vehicle(10).report(1).key)
    #expect(!waits && receipts.count == 0 && receipts.hasRoom)
}

@Test func anotherUpdateOfAVehicleWaitsForItsOwnAnswer() throws {
    let terms = try School.terms()
    let vehicle = Town.Vehicle(10)
    let (first, second) = (try School.update(vehicle, value: 1), try School.update(vehicle, value: 2))
    // The first once more, signed later.
    let again = try School.update(vehicle, value: 1, at: Town.start + 1)
    var receipts = Receipts()
    for (number, update) in [first, second, again].enumerated() {
        let waits = receipts.wait(token(UInt64(number)), for: .update(update))
        #expect(waits)
    }
    var (ledger, blocks) = (Ledger.town(terms: terms), Blocks())
    let block = ledger.execute(blocks.next([first])).block
    receipts.execute(block)
    let answers = receipts.publish(published(block)) { _ in [] }
    #expect(answers.map(\.0.number) == [0, 2])
    let refused = receipts.refuse(Submission.update(second).key, digest: second.digest)
    #expect(refused.map(\.number) == [1] && receipts.count == 0)
}
