import Consensus
import Cryptography
import Telemetry
import Testing
import TransparencyLog
import Wire

@testable import Replica

/// A member of the town's committee whose consensus key is that of the seed.
private func member(_ seed: UInt8) -> CommitteeMember {
    CommitteeMember(
        name: "validator-\(seed)", consensusKey: Town.key(seed).publicKey, logKey: Town.key(seed + 50).publicKey,
        cosigningKey: Town.key(seed + 100).publicKey, tlsPin: Digest.sha256([seed]), peerAddress: "127.0.0.1:\(seed)",
        vehicleAddress: "127.0.0.1:1\(seed)")
}

/// The change to members with these seeds, signed by the keys of those.
private func change(to seeds: [UInt8], epoch: UInt64 = 2, signedBy signers: [UInt8]) -> SignedCommitteeChange {
    let change = CommitteeChange(epoch: epoch, members: seeds.map(member))
    let message = change.signingMessage(chain: Town.chain)
    return SignedCommitteeChange(
        change, approvals: signers.map { .init(key: Town.key($0).publicKey, signature: Town.key($0).sign(message)) })
}

private func fault(in committee: Committee, of signed: SignedCommitteeChange) -> ChangeFault? {
    do throws(ChangeFault) {
        try committee.check(signed)
        return nil
    } catch {
        return error
    }
}

@Test func aChangeSignedByAQuorumAndItsNewcomersIsAccepted() throws {
    let four = Town.committee(of: 4)
    #expect(fault(in: four, of: change(to: [1, 2, 3, 4, 5], signedBy: [1, 2, 3, 5])) == nil, "one comes")
    #expect(fault(in: four, of: change(to: [1, 3, 4], signedBy: [1, 2, 3])) == nil, "one goes")
    #expect(fault(in: four, of: change(to: [1, 2, 9, 4], signedBy: [1, 2, 3, 9])) == nil, "a key is another")
    #expect(fault(in: Town.committee(of: 5), of: change(to: Array(1...7), signedBy: [1, 2, 3, 4, 6, 7])) == nil)
    let signed = change(to: [1, 2, 3, 4, 5], signedBy: [5, 3, 2, 1])
    #expect(try SignedCommitteeChange(decoding: signed.encoded()) == signed)
    let entry = Entry.committee(CommitteeEntry(signed))
    #expect(try Entry(decoding: entry.encoded()) == entry)
    let largest = change(to: Array(1...15), signedBy: Array(1...15))
    #expect(largest.encoded().count < TelemetryLimits.committeeChangeBytes)
}

@Test func whatEndsNoEpochSaysWhy() {
    let four = Town.committee(of: 4)
    #expect(
        fault(in: four, of: change(to: [1, 2, 3, 4, 5], signedBy: [1, 2, 5])) == .noQuorum(signed: 2, needed: 3))
    #expect(
        fault(in: four, of: change(to: [1, 2, 3, 4, 5], signedBy: [1, 2, 3])) == .unsignedNewcomer("validator-5"))
    #expect(
        fault(in: four, of: change(to: [1, 2, 3, 4, 5], epoch: 3, signedBy: [1, 2, 3, 5]))
            == .notNext(epoch: 3, present: 1))
    #expect(
        fault(in: four, of: change(to: Array(1...7), signedBy: Array(1...7)))
            == .tooManyAtOnce(come: 3, go: 0, limit: 2), "the four cannot decide among seven alone")
    #expect(
        fault(in: four, of: change(to: [1, 2], signedBy: [1, 2, 3])) == .tooManyAtOnce(come: 0, go: 2, limit: 1))
    #expect(
        fault(in: four, of: change(to: [1, 2, 3, 4, 5], signedBy: [1, 2, 3, 5, 6]))
            == .wrongSignature(Town.key(6).publicKey), "it has no say")
    var twice = change(to: [1, 2, 3, 4, 5], signedBy: []).change
    twice.members[4].name = "validator-1"
    #expect(fault(in: four, of: SignedCommitteeChange(twice, approvals: [])) == .shared("name"))
    let other = change(to: [1, 2, 3, 4, 6], signedBy: [1, 2, 3, 6]).approvals
    let stolen = SignedCommitteeChange(change(to: [1, 2, 3, 4, 5], signedBy: []).change, approvals: other)
    #expect(fault(in: four, of: stolen) != nil, "signatures for another change are none")
}

@Test func anEpochEndsAndTheNextGoesOnWithTheSameLogAndState() throws {
    let car = Town.Vehicle(10)
    var first = try Lone()
    first.start()
    let early = first.submit(try car.report(1))
    _ = try first.answer(early, within: 1000)
    let (size, height) = (first.leaves.count, first.blocks.count)
    first.tell(.change(change(to: [9], signedBy: [1, 9])))
    first.pass(1000)
    let end = try #require(first.end)
    #expect(first.blocks.count == height + 1)
    #expect(first.blocks.last?.entries.last == .committee(CommitteeEntry(end.decision)))
    let late = first.submit(try car.report(2, at: Town.start + 2000))
    first.pass(20_000)
    #expect(first.answers[late] == nil, "nothing happens in an epoch that is over")
    #expect(first.blocks.count == height + 1)

    var second = try Lone(goingOnAfter: end, with: Town.key(9), at: 2000)
    #expect(second.replica.committeeEpoch == 2)
    second.start()
    second.pass(2000)
    #expect(second.heads.first?.head.size == UInt64(size + 2), "the new members stand behind the last head")
    let again = second.submit(try car.report(1, at: Town.start + 2000))
    guard case .alreadyCommitted = try second.answer(again, within: 1000) else {
        throw Wrong("what the log has it takes no second time")
    }
    let new = second.submit(try car.report(2, at: Town.start + 4000))
    guard case .committed = try second.answer(new, within: 2000) else { throw Wrong("it was not committed") }
    let block = try #require(second.blocks.first)
    #expect(block.height == UInt64(height + 2))
    guard case .block(let opening) = block.entries[0] else { throw Wrong("a block opens with its entry") }
    #expect(opening.view == 1, "views are counted anew")
    #expect(opening.parentHash == first.blocks.last?.hash, "the chain goes on")

    var tree = Tree()
    for leaf in first.leaves + second.leaves { tree.append(leaf: Merkle.leaf(leaf)) }
    #expect(second.blocks.last?.head.root == tree.root)
}

@Test func aJournalThatHoldsTheEndLeadsToItAgain() throws {
    var first = try Lone()
    first.start()
    first.tell(.change(change(to: [9], signedBy: [1, 9])))
    first.pass(1000)
    let end = try #require(first.end)
    let mark = Record.snapshot(SnapshotMark(beginningAt: end.beginning.point))
    let restored = try Lone(restoring: first.journal + [mark])
    #expect(restored.replica.end?.decision == end.decision)
    #expect(restored.replica.end?.beginning.encoded() == end.beginning.encoded())
    #expect(restored.replica.nextDeadline == nil)
}

@Test func stateOfALaterEpochEndsTheOwn() throws {
    var first = try Lone()
    first.start()
    first.tell(.change(change(to: [9], signedBy: [1, 9])))
    first.pass(1000)
    let end = try #require(first.end)
    var behind = try Lone()
    behind.start()
    let configuration = behind.replica.configuration
    behind.tell(.adopt(try Snapshot(decoding: end.beginning.encoded(), for: configuration)))
    #expect(behind.end?.decision == end.decision)
    #expect(behind.end?.closing == nil)

    var ahead = try Lone(goingOnAfter: end, with: Town.key(9), at: 0)
    ahead.start()
    ahead.pass(10_000)
    let height = ahead.replica.height
    var other = try Lone(snapshotBlocks: 1)
    other.start()
    for _ in 0..<12 { other.pass(6000) }
    let old = try #require(other.snapshots.last)
    #expect(old.height > height)
    ahead.tell(.adopt(old))
    #expect(ahead.end == nil && ahead.replica.height == height, "an epoch that is over brings nothing new")
}

@Test func whoIsBoundNotToKnowWhereItsEpochBeganSaysNothing() throws {
    let committee = Town.committee(of: 4).succeeded(by: (1...4).map { Town.key($0).publicKey }, in: 2)
    var newcomer = Consensus(committee: committee, me: 1)
    let now = Moment(instant: Instant(milliseconds: 0), timestamp: Town.start)
    var effects = newcomer.step(.startWithoutJournal, at: now)
    for second in 1...60 {
        let later = Moment(
            instant: now.instant + UInt64(second) * 1000, timestamp: now.timestamp + UInt64(second) * 1000)
        effects += newcomer.step(.tick, at: later)
    }
    #expect(!effects.contains { if case .sign(.vote) = $0 { true } else { false } })
    #expect(!effects.contains { if case .sign(.proposal) = $0 { true } else { false } })
    let asked = effects.contains { effect in
        if case .send(.historyRequest(let request), _) = effect { request.epoch == 2 } else { false }
    }
    #expect(asked, "it asks for the state")
}
