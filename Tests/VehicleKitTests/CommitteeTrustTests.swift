import Cryptography
import Telemetry
import Testing
import TransparencyLog

@testable import VehicleKit

private let chain = Digest.sha256(Array("a chain of committees".utf8))
private let origin = "waymark.test/log"

private func member(_ seed: UInt8) -> CommitteeMember {
    CommitteeMember(
        name: "validator-\(seed)", consensusKey: TestCommittee.key(seed).publicKey,
        logKey: TestCommittee.key(seed + 50).publicKey, cosigningKey: TestCommittee.key(seed + 100).publicKey,
        tlsPin: Digest.sha256([seed]), peerAddress: "127.0.0.1:\(seed)", vehicleAddress: "127.0.0.1:1\(seed)")
}

private func committee(_ seeds: [UInt8], epoch: UInt64) -> CommitteeChange {
    CommitteeChange(epoch: epoch, members: seeds.map(member))
}

private func decision(for seeds: [UInt8], epoch: UInt64, by signers: [UInt8]) -> [UInt8] {
    let change = committee(seeds, epoch: epoch)
    let message = change.signingMessage(chain: chain)
    return SignedCommitteeChange(
        change,
        approvals: signers.map {
            .init(key: TestCommittee.key($0).publicKey, signature: TestCommittee.key($0).sign(message))
        }
    ).encoded()
}

private func trust() throws -> CommitteeTrust {
    try CommitteeTrust(origin: origin, chain: chain, committee: committee([1, 2, 3, 4], epoch: 1))
}

/// A head that these validators cosign and the first of them serves.
private func head(signedBy seeds: [UInt8]) throws -> SignedCheckpoint {
    let head = try #require(Checkpoint(origin: origin, size: 1, root: Merkle.leaf([1])))
    let cosignatures = seeds.compactMap { seed in
        head.cosignature(
            name: "\(origin)/validator-\(seed)", key: TestCommittee.key(seed + 100), seconds: 1_000_000)
    }
    return SignedCheckpoint(
        head, signatures: [head.logSignature(key: TestCommittee.key(seeds[0] + 50))] + cosignatures)
}

@Test func decisionsLeadFromOneCommitteeToTheNextInAnyOrder() throws {
    let (second, third) = (
        decision(for: [1, 2, 3, 4, 5], epoch: 2, by: [1, 2, 3, 5]),
        decision(for: [3, 4, 5, 6], epoch: 3, by: [2, 3, 4, 5, 6])
    )
    for order in [[second, third], [third, second]] {
        var trust = try trust()
        let followed = try order.map { try trust.take($0) }
        #expect(trust.epoch == 3 && followed.contains(true))
        #expect(throws: Never.self) { try trust.policy.evaluate(try head(signedBy: [4, 5, 6])) }
        #expect(throws: LogError.self) { try trust.policy.evaluate(try head(signedBy: [1, 2, 3])) }
        #expect(try !trust.take(second), "the past says nothing")
    }
}

@Test func whatTooFewHaveSignedIsNotFollowed() throws {
    var trust = try trust()
    #expect(throws: CommitteeTrust.Fault.noQuorum(signed: 2, needed: 3)) {
        try trust.take(decision(for: [1, 2, 7, 8], epoch: 2, by: [1, 2, 7, 8]))
    }
    #expect(throws: CommitteeTrust.Fault.unreadable) { try trust.take([1, 2, 3]) }
    // One that is believed, and behind it one that its validators have not signed.
    _ = try trust.take(decision(for: [7, 8, 9], epoch: 3, by: [7, 8, 9]))
    #expect(throws: CommitteeTrust.Fault.noQuorum(signed: 0, needed: 4)) {
        try trust.take(decision(for: [1, 2, 3, 4, 5], epoch: 2, by: [1, 2, 3, 5]))
    }
    #expect(trust.epoch == 2, "what was signed stands")
}

@Test func aVerifierBelievesWhomTheCommitteeDecidedOn() throws {
    var verifier = ReceiptVerifier(following: try trust())
    #expect(throws: LogError.self) { try verifier.policy.evaluate(try head(signedBy: [3, 4, 5, 6])) }
    #expect(try verifier.take(decision: decision(for: [1, 3, 4, 5], epoch: 2, by: [1, 2, 3, 5])) == 2)
    #expect(try verifier.take(decision: decision(for: [3, 4, 5, 6], epoch: 3, by: [1, 3, 4, 6])) == 3)
    #expect(throws: Never.self) { try verifier.policy.evaluate(try head(signedBy: [3, 4, 5, 6])) }
    var fixed = ReceiptVerifier(policy: try trust().policy)
    #expect(try fixed.take(decision: decision(for: [1, 3, 4, 5], epoch: 2, by: [1, 2, 3, 5])) == nil)
    #expect(!fixed.isFollowing)
}
