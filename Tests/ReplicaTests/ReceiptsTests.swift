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
        let waits = receipts.wait(token(UInt64(number)), for: report.key, digest: report.digest)
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
    _ = receipts.wait(token(1), for: report.key, digest: report.digest)
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
    _ = receipts.wait(token(1), for: report.key, digest: report.digest)
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
    _ = receipts.wait(token(1), for: first.key, digest: first.digest)
    _ = receipts.wait(token(2), for: again.key, digest: again.digest)
    let refused = (0..<2).map { _ in receipts.refuse(first.key, digest: first.digest) }
    #expect(refused == [[token(1)], []])
    #expect(receipts.holds(again.key, digest: again.digest) && !receipts.holds(first.key, digest: first.digest))
    #expect(receipts.count == 1)
}

@Test func oneReportsWaitersAreBounded() throws {
    let report = try Town.Vehicle(10).report(1)
    var receipts = Receipts()
    let places = UInt64(ReplicaLimits.sessionsPerReport)
    let waits = (0...places).map { receipts.wait(token($0), for: report.key, digest: report.digest) }
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
