import Cryptography
import Testing
import Wire

@testable import Consensus

/// Evidence is taken from those who may lie about it: it convicts by what stands in it and by nothing else.
@Suite struct EvidenceTests {
    private let committee = Keys.committee(4)
    private let first = car([[1]])
    private let second = car([[2]])

    private static func car(_ items: [[UInt8]], lane: Int = 2, position: UInt64 = 7) -> Car {
        Car(
            epoch: 1, lane: lane, after: Tip(position: position - 1, hash: Keys.chain), items: items,
            sealedAt: Timestamp(milliseconds: 5))
    }

    private func claim(view: UInt64, _ hash: Digest, by index: Int) -> ProposalClaim {
        let message = ProposalClaim.signingMessage(epoch: 1, view: view, hash: hash, chain: Keys.chain)
        return ProposalClaim(epoch: 1, view: view, hash: hash, signature: Keys.all[index].sign(message))
    }

    private func convicts(_ evidence: Evidence, isInvalid: Bool = true) -> Bool {
        evidence.verifies(in: committee) { _, _ in isInvalid }
    }

    private var convicting: [Evidence] {
        let other = Digest.sha256([9])
        return [
            .forkedLane(CarClaim(Keys.car(first)), CarClaim(Keys.car(second))),
            .invalidCar(CarClaim(Keys.car(first)), items: first.items),
            .conflictingAcks(Keys.ack(first, by: 3), Keys.ack(second, by: 3)),
            .conflictingProposals(claim(view: 5, Keys.chain, by: 1), claim(view: 5, other, by: 1)),
            .conflictingVotes(
                Keys.vote(.notarize, view: 5, hash: Keys.chain, by: 0),
                Keys.vote(.notarize, view: 5, hash: other, by: 0)),
            .conflictingVotes(
                Keys.vote(.nullify, view: 5, by: 0), Keys.vote(.finalize, view: 5, hash: other, by: 0)),
            .invalidAck(Keys.ack(first, by: 3), first.header, items: first.items),
        ]
    }

    @Test func whatExcludesItselfConvicts() {
        #expect(convicting.map { $0.culprit(in: committee) } == [2, 2, 3, 1, 0, 0, 3])
        for evidence in convicting { #expect(convicts(evidence), "\(evidence.label)") }
    }

    @Test func nobodyIsConvictedInAnotherCommittee() {
        let other = Committee(chainID: Digest.sha256([1]), epoch: 1, keys: committee.keys)
        let next = Committee(chainID: Keys.chain, epoch: 2, keys: committee.keys)
        for evidence in convicting {
            #expect(!evidence.isSigned(in: other), "\(evidence.label)")
            #expect(!evidence.isSigned(in: next), "\(evidence.label)")
        }
    }

    @Test func whatGoesTogetherConvictsNobody() {
        let votes = VoteKind.allCases.map { Keys.vote($0, view: 5, hash: Keys.chain, by: 0) }
        let other = Keys.vote(.notarize, view: 6, hash: Digest.sha256([9]), by: 0)
        let stranger = Keys.vote(.notarize, view: 5, hash: Digest.sha256([9]), by: 1)
        let harmless: [Evidence] = [
            .forkedLane(CarClaim(Keys.car(first)), CarClaim(Keys.car(first))),
            .forkedLane(CarClaim(Keys.car(first)), CarClaim(Keys.car(Self.car([[2]], position: 8)))),
            .forkedLane(CarClaim(Keys.car(first)), CarClaim(Keys.car(Self.car([[2]], lane: 1)))),
            .conflictingAcks(Keys.ack(first, by: 3), Keys.ack(first, by: 3)),
            .conflictingAcks(Keys.ack(first, by: 3), Keys.ack(second, by: 0)),
            .conflictingAcks(Keys.ack(first, by: 3), Keys.ack(Self.car([[2]], lane: 1), by: 3)),
            .invalidAck(Keys.ack(first, by: 3), second.header, items: second.items),
            .conflictingProposals(claim(view: 5, Keys.chain, by: 1), claim(view: 5, Keys.chain, by: 1)),
            .conflictingProposals(claim(view: 5, Keys.chain, by: 1), claim(view: 9, Digest.sha256([9]), by: 1)),
            .conflictingVotes(votes[0], votes[0]), .conflictingVotes(votes[0], votes[1]),
            .conflictingVotes(votes[0], votes[2]), .conflictingVotes(votes[0], other),
            .conflictingVotes(votes[0], stranger),
        ]
        for evidence in harmless { #expect(!convicts(evidence), "\(evidence)") }
    }

    @Test func aForgedHalfConvictsNobody() {
        let forged: [Evidence] = [
            .forkedLane(
                CarClaim(Keys.car(first)), CarClaim(SignedCar(car: second, signature: Keys.car(first).signature))),
            .invalidCar(CarClaim(SignedCar(car: first, signature: Keys.car(second).signature)), items: first.items),
            .conflictingAcks(
                Keys.ack(first, by: 3),
                SignedAck(ack: Ack(second), signer: 3, signature: Keys.ack(second, by: 0).signature)),
            .invalidAck(
                SignedAck(ack: Ack(first), signer: 3, signature: Keys.ack(first, by: 0).signature), first.header,
                items: first.items),
            .conflictingProposals(claim(view: 5, Keys.chain, by: 1), claim(view: 5, Digest.sha256([9]), by: 2)),
            .conflictingVotes(
                Keys.vote(.nullify, view: 5, by: 0),
                SignedVote(
                    vote: Vote(.finalize, epoch: 1, view: 5, hash: Keys.chain), signer: 0,
                    signature: Keys.vote(.finalize, view: 5, hash: Keys.chain, by: 1).signature)),
        ]
        for evidence in forged { #expect(!convicts(evidence), "\(evidence.label)") }
    }

    @Test func aCarConvictsByItsOwnItemsOnly() {
        let claim = CarClaim(Keys.car(first))
        #expect(!convicts(.invalidCar(claim, items: first.items), isInvalid: false))
        #expect(!convicts(.invalidCar(claim, items: second.items)))
        let withheld = Evidence.invalidCar(claim, items: first.items).withoutItems
        #expect(withheld == .invalidCar(claim, items: []))
        #expect(withheld.isSigned(in: committee) && !convicts(withheld))
        let ack = Keys.ack(first, by: 3)
        #expect(!convicts(.invalidAck(ack, first.header, items: first.items), isInvalid: false))
        #expect(!convicts(.invalidAck(ack, first.header, items: second.items)))
        #expect(Evidence.invalidAck(ack, first.header, items: first.items).withoutItems.invalid?.items == [])
    }

    @Test func aSlotIsOneWhicheverStatementsShowIt() {
        let slots = convicting.map { $0.slot(in: committee) }
        // Both pairs of votes are about view 5.
        #expect(Set(slots).count == slots.count - 1 && slots[4] == slots[5])
        let third = Self.car([[3]])
        let same = Evidence.forkedLane(CarClaim(Keys.car(third)), CarClaim(Keys.car(first)))
        #expect(same.slot(in: committee) == slots[0])
    }

    @Test func twoCertificatesThatExcludeEachOtherNameAThirdOfTheCommittee() {
        for n in [4, 5, 6, 7, 10] {
            let committee = Keys.committee(n)
            let low = Array(0..<committee.quorum)
            let high = Array((n - committee.quorum)..<n)
            let final = Keys.certificate(.finalize, view: 5, hash: Keys.chain, by: low)
            let rivals = [
                Keys.certificate(.finalize, view: 5, hash: Digest.sha256([9]), by: high),
                Keys.certificate(.nullify, view: 5, by: high),
            ]
            for rival in rivals {
                let evidence = final.evidence(beside: rival)
                #expect(evidence.count >= committee.f + 1, "n = \(n)")
                for one in evidence { #expect(one.isSigned(in: committee)) }
                #expect(Set(evidence.map { $0.culprit(in: committee) }) == Set(low).intersection(high))
            }
            let harmless = [
                Keys.certificate(.notarize, view: 5, hash: Keys.chain, by: high),
                Keys.certificate(.finalize, view: 6, hash: Digest.sha256([9]), by: high), final,
            ]
            for other in harmless { #expect(final.evidence(beside: other).isEmpty) }
        }
    }
}
