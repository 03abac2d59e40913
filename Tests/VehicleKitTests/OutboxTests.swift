import Cryptography
import Models
import Telemetry
import Testing
import Wire

@testable import VehicleKit

private let identity = TestCommittee().identity()

private func outbox(limit: Int = 4) -> Outbox<ReportDraft> { Outbox(firstSequence: 10, limit: limit) }

extension Outbox<ReportDraft> {
    fileprivate mutating func add(at now: Moment = moment(0), observedAt: UInt64 = 0) -> UInt64 {
        add([observation(at: observedAt)], mapDigest: nil, salt: salt(), now: now).sequence
    }

    /// What is due, which then counts as sent.
    fileprivate mutating func drain(_ now: Moment) -> [Dispatch] {
        var dispatches: [Dispatch] = []
        while let dispatch = next(now: now, identity: identity) { dispatches.append(dispatch) }
        return dispatches
    }
}

@Test func reportsAreNumberedAndSentInOrder() throws {
    var outbox = outbox()
    #expect([outbox.add(), outbox.add(), outbox.add()] == [10, 11, 12])
    #expect(outbox.drain(moment(1)).map(\.sequence) == [10, 11, 12])
    #expect(outbox.drain(moment(2)).isEmpty)
}

@Test func aReportIsSignedByItsVehicleAtTheTimeOfSending() throws {
    var outbox = outbox()
    _ = outbox.add()
    let dispatch = try #require(outbox.drain(moment(50)).first)
    #expect(dispatch.signed.value.time == moment(50).timestamp)
    #expect(dispatch.signed.value.certificateDigest == identity.certificateDigest)
    #expect(
        dispatch.signed.verified(by: identity.key.publicKey, domain: Domain.report, chain: identity.chain) != nil)
    #expect(try Report(decoding: dispatch.signed.bytes) == dispatch.signed.value)
}

@Test func afterALostConnectionTheSameBytesAreSentAgain() throws {
    var outbox = outbox()
    _ = outbox.add()
    let first = outbox.drain(moment(1))
    outbox.connectionEnded(now: moment(2).instant)
    let second = outbox.drain(moment(20_000))
    #expect(second.map(\.signed.bytes) == first.map(\.signed.bytes))
    #expect(second.map(\.isSignedAgain) == [false])
}

@Test func afterThirtySecondsTheSameContentIsSignedAgain() throws {
    var outbox = outbox()
    _ = outbox.add()
    let first = try #require(outbox.drain(moment(1)).first)
    #expect(outbox.drain(moment(30_000)).isEmpty)
    let second = try #require(outbox.drain(moment(30_001)).first)
    #expect(second.isSignedAgain)
    #expect(second.signed.value.time == moment(30_001).timestamp)
    var same = second.signed.value
    same.time = first.signed.value.time
    #expect(same == first.signed.value)
    #expect(second.digest != first.digest)
}

@Test func anyOfItsSigningsNamesAReport() throws {
    var outbox = outbox()
    let sequence = outbox.add()
    let first = try #require(outbox.drain(moment(1)).first)
    let second = try #require(outbox.drain(moment(40_000)).first)
    #expect(outbox.item(first.digest)?.sequence == sequence)
    #expect(outbox.item(second.digest)?.commitments == [commitment(first.signed), commitment(second.signed)])
    outbox.remove(first.digest)
    #expect(outbox.count == 0)
    #expect(outbox.item(second.digest) == nil)
}

@Test func aPostponedReportWaitsAndKeepsItsBytes() throws {
    var outbox = outbox()
    _ = outbox.add()
    let first = try #require(outbox.drain(moment(1)).first)
    outbox.postpone(first.digest, until: moment(1_000).instant)
    #expect(outbox.drain(moment(999)).isEmpty)
    #expect(outbox.drain(moment(1_000)).map(\.digest) == [first.digest])
}

@Test func aRenewedReportIsSignedAgainAtOnce() throws {
    var outbox = outbox()
    _ = outbox.add()
    let first = try #require(outbox.drain(moment(1)).first)
    outbox.renew(first.digest, until: moment(5).instant)
    let second = try #require(outbox.drain(moment(5)).first)
    #expect(second.signed.value.time == moment(5).timestamp)
    #expect(second.sequence == first.sequence)
}

@Test func theOldestGivesWayInAFullOutbox() throws {
    var outbox = outbox(limit: 2)
    _ = outbox.add()
    _ = outbox.add()
    let (sequence, displaced) = outbox.add([observation()], mapDigest: nil, salt: salt(), now: moment(0))
    #expect(sequence == 12)
    #expect(displaced?.sequence == 10)
    #expect(outbox.count == 2)
}

@Test func aReportIsGivenUpWhenItsOldestObservationIsADayOld() throws {
    var outbox = outbox()
    _ = outbox.add()
    _ = outbox.add(observedAt: 1)
    let day: UInt64 = 24 * 3_600_000
    #expect(outbox.expire(now: moment(day).timestamp).isEmpty)
    #expect(outbox.expire(now: moment(day + 1).timestamp).map(\.sequence) == [10])
    #expect(outbox.count == 1)
}

@Test func aReportIsNeverOlderThanItsObservations() throws {
    var outbox = outbox()
    _ = outbox.add(observedAt: 400)
    let dispatch = try #require(outbox.drain(moment(100)).first)
    #expect(dispatch.signed.value.time == moment(400).timestamp)
}

@Test func theLongestUnansweredReportIsKnown() throws {
    var outbox = outbox()
    _ = outbox.add()
    #expect(outbox.oldestSent == nil)
    _ = outbox.drain(moment(1))
    _ = outbox.add()
    _ = outbox.drain(moment(9))
    #expect(outbox.oldestSent == moment(1).instant)
    outbox.connectionEnded(now: moment(10).instant)
    #expect(outbox.oldestSent == nil)
}

@Test(arguments: 1...20 as ClosedRange<UInt64>)
func whateverHappensEachReportLeavesOnceAndKeepsItsContent(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var outbox = Outbox<ReportDraft>(firstSequence: 1, limit: 8)
    var now: UInt64 = 0
    var contents: [UInt64: [Observation]] = [:]
    var sent: [Outbox<ReportDraft>.Dispatch] = []
    var left: [UInt64] = []
    for _ in 0..<400 {
        now += UInt64.random(in: 0...20_000, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0, 1:
            let observations = [observation(at: now)]
            let (sequence, displaced) = outbox.add(observations, mapDigest: nil, salt: salt(), now: moment(now))
            contents[sequence] = observations
            if let displaced { left.append(displaced.sequence) }
        case 2: outbox.connectionEnded(now: moment(now).instant)
        case 3:
            if let any = sent.randomElement(using: &random) {
                outbox.postpone(any.digest, until: moment(now + 500).instant)
            }
        case 4: if let any = sent.randomElement(using: &random) { outbox.renew(any.digest, until: moment(now).instant) }
        default:
            if let item = sent.randomElement(using: &random).flatMap({ outbox.remove($0.digest) }) {
                left.append(item.sequence)
            }
        }
        sent += outbox.drain(moment(now))
        #expect(outbox.count <= 8, "seed \(seed)")
    }
    for dispatch in sent { #expect(dispatch.signed.value.observations == contents[dispatch.sequence], "seed \(seed)") }
    #expect(Set(left).count == left.count, "seed \(seed)")
    #expect(left.count + outbox.count == contents.count, "seed \(seed)")
}
