import Consensus
import Cryptography
import Telemetry
import Testing
import TransparencyLog
import Wire

@testable import Replica

private func started() throws -> Lone {
    var lone = try Lone()
    lone.start()
    return lone
}

extension Answer {
    fileprivate var refusal: Refusal? {
        if case .refused(let refusal) = self { refusal } else { nil }
    }

    fileprivate var leaf: UInt64? {
        if case .committed(_, let leaf, _, _) = self { leaf } else { nil }
    }
}

@Test func aReportIsAnsweredWithAProofThatVerifies() throws {
    var lone = try started()
    let report = try Town.Vehicle(10).report(1)
    let token = lone.submit(report)
    lone.pass(100)
    guard case .committed(_, let leaf, let proof, let published) = try lone.answer(token) else {
        throw Wrong("the report is committed")
    }
    let entry = Entry.report(ReportEntry(commitment: report.commitment)).encoded()
    #expect(lone.leaves[Int(leaf)] == entry)
    #expect(
        MerkleProof.verifyInclusion(
            of: Merkle.leaf(entry), at: leaf, in: published.head.size, root: published.head.root, proof: proof))
    #expect(published.cosignatures.map(\.validator) == [0])
    #expect(lone.replica.published?.head == published.head)
}

@Test func everyReportOfABurstIsAnsweredInLogOrder() throws {
    var lone = try started()
    let reports = try (UInt8(10)..<40).map { try Town.Vehicle($0).report(1) }
    let tokens = reports.map { lone.submit($0) }
    lone.pass(100)
    let leaves = try tokens.map { try lone.answer($0).leaf }
    #expect(!leaves.contains(nil))
    for (report, leaf) in zip(reports, leaves.compactMap { $0 }) {
        #expect(lone.leaves[Int(leaf)] == Entry.report(ReportEntry(commitment: report.commitment)).encoded())
    }
    #expect(Set(leaves).count == 30)
}

@Test func vehiclesAreWarnedBeforeWhatTheyAreWarnedOfIsFinal() throws {
    var lone = try started()
    _ = lone.submit(try Town.Vehicle(10).report(1))
    lone.pass(100)
    #expect(lone.warnings.isEmpty && lone.replica.activeHazards.map(\.vehicles) == [1])
    // Of a repeat nothing follows, and neither does anything of the same vehicle's next report.
    _ = lone.submit(try Town.Vehicle(10).report(1))
    _ = lone.submit(try Town.Vehicle(10).report(2))
    lone.pass(100)
    #expect(lone.warnings.isEmpty)
    let height = lone.replica.height
    _ = lone.submit(try Town.Vehicle(11).report(1))
    lone.pass(100)
    let final = try #require(lone.replica.activeHazards.first)
    #expect(lone.warnings.map(\.id) == [final.provisionalID] && lone.warnings.map(\.vehicles) == [2])
    #expect(lone.warnings.map(\.height) == [height] && final.vehicles == 2 && final.state == .reported)
    #expect(lone.replica.counters.warnings == 1)
}

@Test func twoSessionsMayWaitForOneReport() throws {
    var lone = try started()
    let report = try Town.Vehicle(10).report(1)
    let tokens = [lone.submit(report), lone.submit(report)]
    lone.pass(100)
    #expect(try lone.answer(tokens[0]).leaf == lone.answer(tokens[1]).leaf)
    #expect(lone.blocks.flatMap(\.reports).count == 1)
}

@Test func aCrowdMayNotWaitForOneReport() throws {
    var lone = try started()
    let report = try Town.Vehicle(10).report(1)
    let tokens = (0...ReplicaLimits.sessionsPerSubmission).map { _ in lone.submit(report) }
    lone.pass(100)
    let refusals = try tokens.map { try lone.answer($0).refusal }
    #expect(refusals.dropLast().allSatisfy { $0 == nil } && refusals.last == .busy)
}

@Test func aReportSignedAgainAnswersBothWhoWait() throws {
    var lone = try started()
    let car = Town.Vehicle(10)
    let tokens = [lone.submit(try car.report(1)), lone.submit(try car.report(1, at: Town.start + 1))]
    lone.pass(100)
    #expect(try lone.answer(tokens[0]).leaf == lone.answer(tokens[1]).leaf)
    #expect(lone.blocks.flatMap(\.reports).count == 1)
}

@Test func aRepeatAddsNoEntryAndIsSentToTheStores() throws {
    var lone = try started()
    let report = try Town.Vehicle(10).report(1)
    _ = lone.submit(report)
    lone.pass(100)
    let size = lone.leaves.count
    #expect(lone.replica.hasCommitted(.report(report)))
    let token = lone.submit(report)
    lone.pass(0)
    guard case .alreadyCommitted(let key) = try lone.answer(token) else { throw Wrong("it is in the log") }
    #expect(key == .report(vehicle: report.certificate.vehicleKey, sequence: 1))
    lone.pass(100)
    #expect(lone.leaves.count == size)
}

@Test func aRepeatBeforeTheHeadIsPublishedWaitsForIt() throws {
    var lone = try started()
    lone.cosigns = false
    let report = try Town.Vehicle(10).report(1)
    let first = lone.submit(report)
    lone.pass(100)
    let second = lone.submit(report)
    lone.pass(0)
    #expect(lone.answers.isEmpty && lone.replica.hasCommitted(.report(report)))
    let head = try #require(lone.blocks.last?.head)
    for event in lone.cosignature(of: head) { lone.tell(event) }
    let leaf = try #require(lone.blocks.flatMap(\.reports).first?.leaf)
    #expect(try lone.answer(first).leaf == leaf)
    #expect(try lone.answer(second).leaf == leaf)
}

@Test func aHeadWithoutAQuorumIsAskedForOnceASecond() throws {
    var lone = try started()
    lone.cosigns = false
    _ = lone.submit(try Town.Vehicle(10).report(1))
    lone.pass(3500)
    let head = try #require(lone.blocks.last?.head)
    let asked = lone.cosigned.filter { $0.head == head }
    #expect(asked.map(\.asksForReturn) == [false, true, true, true])
}

@Test func whatIsKnownToBeRefusedIsRefusedAtOnce() throws {
    var lone = try started()
    let car = Town.Vehicle(10)
    _ = lone.submit(try car.report(5000))
    lone.tell(.revoke(try Town.revocation(of: Town.Vehicle(11))))
    lone.pass(100)
    let below = lone.submit(try car.report(1))
    let revoked = lone.submit(try Town.Vehicle(11).report(1))
    lone.pass(0)
    #expect(try lone.answer(below).refusal == .belowWindow)
    #expect(try lone.answer(revoked).refusal == .revoked)
}

@Test func aRevocationIsOrderedOnce() throws {
    var lone = try started()
    let revocation = try Town.revocation(of: Town.Vehicle(10))
    lone.tell(.revoke(revocation))
    lone.pass(100)
    let (size, records) = (lone.leaves.count, lone.journal.count)
    for _ in 0..<10 { lone.tell(.revoke(revocation)) }
    lone.pass(100)
    #expect(lone.leaves.count == size && lone.journal.count == records)
}

@Test func executionsRefusalReachesTheSession() throws {
    var lone = try started()
    let (early, busy) = (Town.Vehicle(10), Town.Vehicle(11))
    let stale = lone.submit(
        try early.report(1, at: Town.start - 61_000, [Town.observation(time: Town.start - 61_000)]))
    let tokens = try (UInt64(1)...101).map { lone.submit(try busy.report($0)) }
    lone.pass(100)
    #expect(try lone.answer(stale).refusal == .stale)
    let refusals = try tokens.compactMap { try lone.answer($0).refusal }
    #expect(refusals == [.rateExceeded])
    #expect(lone.replica.counters.refused == [.stale: 1, .rateExceeded: 1])
    #expect(lone.replica.counters.reports == 100)
}

@Test func anIdleCommitteeMakesABlockEveryFiveSeconds() throws {
    var lone = try started()
    lone.pass(60_000)
    #expect((10...13).contains(lone.blocks.count))
    #expect(lone.blocks.allSatisfy { $0.entries.count == 1 })
}

@Test func theJournalBringsEverythingBack() throws {
    var lone = try started()
    for sequence in UInt64(1)...3 {
        for seed in UInt8(10)..<13 { _ = lone.submit(try Town.Vehicle(seed).report(sequence)) }
        lone.pass(50)
    }
    lone.tell(.revoke(try Town.revocation(of: Town.Vehicle(12))))
    lone.pass(50)
    var second = try Lone(restoring: lone.journal)
    #expect(second.leaves == lone.leaves)
    #expect(second.replica.height == lone.replica.height)
    #expect(second.replica.activeHazards == lone.replica.activeHazards)
    #expect(second.replica.activeHazards.map(\.state) == [.confirmed])
    // Its cosignatures died with the process: the head is cosigned and asked for anew.
    second.start()
    #expect(second.cosigned.first?.head == lone.heads.last?.head && second.cosigned.first?.asksForReturn == true)
    #expect(second.replica.published?.head == lone.heads.last?.head)
    // It remembers who sent what, and goes on.
    let (known, revoked) = (try Town.Vehicle(10).report(3), try Town.Vehicle(12).report(4))
    #expect(second.replica.hasCommitted(.report(known)))
    let tokens = [second.submit(revoked), second.submit(try Town.Vehicle(10).report(4))]
    second.pass(100)
    #expect(try second.answer(tokens[0]).refusal == .revoked)
    #expect(try second.answer(tokens[1]).leaf == UInt64(lone.leaves.count) + 1)
}

@Test func aJournalMayEndAnywhere() throws {
    var lone = try started()
    for sequence in UInt64(1)...5 {
        _ = lone.submit(try Town.Vehicle(10).report(sequence))
        lone.pass(50)
    }
    for count in lone.journal.indices {
        var restored = try Lone(restoring: Array(lone.journal.prefix(count)))
        #expect(restored.leaves == Array(lone.leaves.prefix(restored.leaves.count)))
        restored.start()
        restored.pass(100)
        let token = restored.submit(try Town.Vehicle(20).report(1))
        restored.pass(100)
        #expect(try restored.answer(token).leaf != nil, "after \(count) records")
    }
}

@Test func acceptedReportsAreCounted() throws {
    var lone = try started()
    let seen = [Town.observation(at: 0), Town.observation(at: 1)]
    _ = lone.submit(try Town.Vehicle(10).report(1, seen))
    lone.pass(100)
    let counters = lone.replica.counters
    #expect(counters.reports == 1 && counters.observations == 2 && counters.attestedObservations == 2)
    #expect(counters.blocks == UInt64(lone.blocks.count) && counters.entries == UInt64(lone.leaves.count))
    #expect(counters.publishedHeads == UInt64(lone.heads.count) && counters.divergences == 0)
}

@Test func twoReplicasAgreeOnEveryHeadWhateverTheirWaiters() throws {
    // The second submits each report a second time: what sessions ask for changes nothing in the log.
    var (first, second) = (try started(), try started())
    for sequence in UInt64(1)...5 {
        let report = try Town.Vehicle(10).report(sequence)
        _ = first.submit(report)
        _ = second.submit(report)
        _ = second.submit(report)
        first.pass(50)
        second.pass(50)
    }
    #expect(first.heads.map(\.head) == second.heads.map(\.head))
    #expect(first.leaves == second.leaves)
}
