import Cryptography
import Testing

@testable import Consensus

/// The table of what must be durable before what, as a property of one validator's journal: whatever a record rests on stands before it.
struct JournalRules {
    /// What each block orders that had no proof yet.
    private var blocks: [Digest: [Digest]] = [:]
    private var cars: Set<Digest> = []
    private var notarized: Set<Digest> = []
    private var highestCertified: UInt64 = 0
    private let who: ValidatorIndex

    static func check(_ node: Node) {
        var rules = JournalRules(who: node.validator)
        for record in node.journal { rules.see(record) }
    }

    private init(who: ValidatorIndex) { self.who = who }

    private mutating func see(_ record: Record) {
        switch record {
        case .signed(let signed): see(signed.statement)
        case .car(let car): cars.insert(car.hash)
        case .block(let block): keep(block)
        case .certificate(let certificate):
            highestCertified = max(highestCertified, certificate.view)
            if certificate.kind != .nullify { notarized.insert(certificate.hash) }
        case .recovered, .snapshot: break
        case .finalized(let final): #expect(blocks[final.hash] != nil, "\(who): \(final.height) has no body")
        }
    }

    private mutating func see(_ statement: Statement) {
        switch statement {
        case .ownCar(let car): cars.insert(car.hash)
        case .ack(let ack): #expect(cars.contains(ack.hash), "\(who) acknowledges a car that it may forget")
        case .proposal(let block):
            expectEntered(block.view)
            keep(block)
        case .vote(let vote):
            switch vote.kind {
            case .notarize:
                expectEntered(vote.view)
                #expect(blocks[vote.hash] != nil, "\(who) votes for a block that it may forget")
                let holdsTips = blocks[vote.hash, default: []].allSatisfy(cars.contains)
                #expect(holdsTips, "\(who) vouches with its vote for a car that it may forget")
            case .nullify: expectEntered(vote.view)
            case .finalize: #expect(notarized.contains(vote.hash), "\(who) finalizes without the notarization")
            }
        }
    }

    private mutating func keep(_ block: Block) {
        blocks[block.hash] = block.cut.filter(\.isOptimistic).map(\.hash)
    }

    private func expectEntered(_ view: UInt64) {
        #expect(highestCertified + 1 >= view, "\(who) speaks in view \(view) and may forget why it is there")
    }
}
