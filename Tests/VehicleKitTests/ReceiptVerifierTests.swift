import Cryptography
import Telemetry
import Testing
import TransparencyLog

@testable import VehicleKit

private let report = Digest.sha256([1])
private let other = Digest.sha256([2])

private func entry(_ commitment: Digest) -> Entry { .report(ReportEntry(commitment: commitment)) }

@Test func aReceiptShowsWhereTheReportStands() throws {
    var committee = TestCommittee()
    for _ in 0..<5 { _ = try committee.commit(entry(other)) }
    let receipt = try committee.commit(entry(report))
    var verifier = ReceiptVerifier(policy: try committee.policy())
    let place = try verifier.verify(receipt, commitments: [report])
    #expect(place.index == 5)
    #expect(place.head.size == 6)
}

@Test func aReceiptMayBeForAnEarlierSigning() throws {
    var committee = TestCommittee()
    let receipt = try committee.commit(entry(report))
    var verifier = ReceiptVerifier(policy: try committee.policy())
    #expect(try verifier.verify(receipt, commitments: [report, other]).index == 0)
}

@Test func aReceiptOfAnotherReportProvesNothing() throws {
    var committee = TestCommittee()
    let receipt = try committee.commit(entry(other))
    var verifier = ReceiptVerifier(policy: try committee.policy())
    #expect(throws: ReceiptFault.otherEntry) { try verifier.verify(receipt, commitments: [report]) }
    #expect(throws: ReceiptFault.otherEntry) { try verifier.verify(receipt, commitments: []) }
}

@Test func anObservationsEntryIsNoReports() throws {
    var committee = TestCommittee()
    let receipt = try committee.commit(.revocation(RevocationEntry(commitment: report)))
    var verifier = ReceiptVerifier(policy: try committee.policy())
    #expect(throws: ReceiptFault.otherEntry) { try verifier.verify(receipt, commitments: [report]) }
}

@Test func tooFewCosignaturesAreNoQuorum() throws {
    var committee = TestCommittee()
    let receipt = try committee.commit(entry(report), cosigners: 2)
    var verifier = ReceiptVerifier(policy: try committee.policy())
    let missing = LogError.quorumMissing(quorum: "validators", cosigned: ["validator-0", "validator-1"])
    #expect(throws: ReceiptFault.log(missing)) { try verifier.verify(receipt, commitments: [report]) }
    // What was not believed is not remembered.
    #expect(throws: ReceiptFault.log(missing)) { try verifier.verify(receipt, commitments: [report]) }
    #expect(verifier.headsVerified == 2)
}

@Test func aReceiptWithAnyByteChangedProvesNothing() throws {
    var committee = TestCommittee()
    for _ in 0..<3 { _ = try committee.commit(entry(other)) }
    let receipt = try committee.commit(entry(report))
    var verifier = ReceiptVerifier(policy: try committee.policy())
    _ = try verifier.verify(receipt, commitments: [report])
    // The last byte but one of a line's base64 and digits of numbers included.
    for position in receipt.indices {
        var changed = receipt
        changed[position] ^= 1
        #expect(throws: ReceiptFault.self, "byte \(position)") {
            try verifier.verify(changed, commitments: [report])
        }
    }
}

@Test func aHeadIsVerifiedOnce() throws {
    var committee = TestCommittee()
    for number in 0..<8 as Range<UInt8> { _ = try committee.commit(entry(Digest.sha256([number]))) }
    var verifier = ReceiptVerifier(policy: try committee.policy())
    for number in 0..<8 as Range<UInt8> {
        let receipt = try committee.receipt(at: UInt64(number))
        #expect(try verifier.verify(receipt, commitments: [Digest.sha256([number])]).index == UInt64(number))
    }
    #expect(verifier.headsVerified == 1)
}

@Test func onlySoManyHeadsAreRemembered() throws {
    var committee = TestCommittee()
    var verifier = ReceiptVerifier(policy: try committee.policy(), rememberedHeads: 2)
    let receipts = try (0..<3).map { _ in try committee.commit(entry(report)) }
    for receipt in receipts { _ = try verifier.verify(receipt, commitments: [report]) }
    #expect(verifier.headsVerified == 3)
    _ = try verifier.verify(receipts[1], commitments: [report])
    _ = try verifier.verify(receipts[2], commitments: [report])
    #expect(verifier.headsVerified == 3)
    _ = try verifier.verify(receipts[0], commitments: [report])
    #expect(verifier.headsVerified == 4)
}
