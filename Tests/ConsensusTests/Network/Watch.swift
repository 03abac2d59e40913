import Cryptography
import Testing

@testable import Consensus

/// What must hold after every event of every run, whatever the weather and whoever lies.
struct Watch {
    /// Validators that may do anything.
    var liars: Set<ValidatorIndex> = []
    private var log: [UInt64: FinalizedBlock] = [:]
    private var votes: [VoteSlot: Vote] = [:]
    private var slots: [CarSlot: Digest] = [:]
    private var proposals: [VoteSlot: Digest] = [:]

    private struct VoteSlot: Hashable {
        let validator: Int
        let view: UInt64
        let kind: VoteKind
    }

    private struct CarSlot: Hashable {
        let validator: Int
        let lane: Int
        let position: UInt64
        let isAck: Bool

        init(_ validator: Int, _ lane: Int, _ position: UInt64, isAck: Bool) {
            self.validator = validator
            self.lane = lane
            self.position = position
            self.isAck = isAck
        }
    }

    /// Nothing is signed twice, and nothing that excludes something else: not even across crashes.
    mutating func see(_ signed: SignedStatement, by validator: Int, seed: UInt64) {
        guard !liars.contains(validator) else { return }
        switch signed.statement {
        case .vote(let vote):
            let slot = VoteSlot(validator: validator, view: vote.view, kind: vote.kind)
            #expect(votes[slot] ?? vote == vote, "seed \(seed): validator \(validator) votes twice: \(vote)")
            votes[slot] = vote
            let nullify = VoteSlot(validator: validator, view: vote.view, kind: .nullify)
            let finalize = VoteSlot(validator: validator, view: vote.view, kind: .finalize)
            #expect(votes[nullify] == nil || votes[finalize] == nil, "seed \(seed): \(validator) breaks L2: \(vote)")
        case .ownCar(let car): check(car.hash, CarSlot(validator, car.lane, car.position, isAck: false), seed)
        case .ack(let ack): check(ack.hash, CarSlot(validator, ack.lane, ack.position, isAck: true), seed)
        case .proposal(let block):
            let slot = VoteSlot(validator: validator, view: block.view, kind: .notarize)
            #expect(proposals[slot] ?? block.hash == block.hash, "seed \(seed): \(validator) proposes twice")
            proposals[slot] = block.hash
        }
    }

    private mutating func check(_ hash: Digest, _ slot: CarSlot, _ seed: UInt64) {
        #expect(slots[slot] ?? hash == hash, "seed \(seed): \(slot) is bound twice")
        slots[slot] = hash
    }

    /// All validators deliver the same blocks with the same cars, without a gap.
    mutating func see(_ block: FinalizedBlock, by node: Node, seed: UInt64) {
        let height = node.finalized.last?.height ?? 0
        #expect(block.height == height + 1, "seed \(seed): validator \(node.validator) skips a block")
        guard !liars.contains(node.validator) else { return }
        if let known = log[block.height] {
            #expect(known.hash == block.hash, "seed \(seed): two blocks are final at height \(block.height)")
            #expect(known.cars == block.cars, "seed \(seed): block \(block.height) is executed in two ways")
        } else {
            log[block.height] = block
        }
    }

    /// Nobody honest can be convicted.
    func see(_ evidence: Evidence, in committee: Committee, seed: UInt64) {
        let culprit = evidence.culprit(in: committee)
        #expect(liars.contains(culprit), "seed \(seed): honest validator \(culprit) is accused: \(evidence)")
    }
}
