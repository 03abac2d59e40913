import Consensus
import Cryptography

/// The table of what must be durable before what, as a property of one validator's journal: whatever a record rests on stands before it.
/// The simulated disk keeps it with each record that it writes. And nothing is signed twice: what is said again is what was stored.
struct DurabilityRules: Sendable {
    /// What each block orders that had no proof yet.
    private var blocks: [Digest: [Digest]] = [:]
    private var cars: Set<Digest> = []
    private var notarized: Set<Digest> = []
    private var highestCertified: UInt64 = 0
    private var epoch = Committee.firstEpoch
    private var said: Set<Statement.Key> = []
    /// The first record that stood before what it rests on, in words.
    private(set) var breach: String?

    mutating func see(_ record: Record, isRepeated: Bool) {
        switch record {
        case .signed(let signed):
            let isNew = said.insert(signed.statement.key).inserted
            expect(isNew || isRepeated, "it signs again what it has signed before: \(signed.statement.words)")
            // What is said once more rests on what was there the first time, which may be cut off.
            see(signed.statement, isRepeated: isRepeated)
        case .car(let car): cars.insert(car.hash)
        case .block(let block): keep(block)
        case .certificate(let certificate):
            highestCertified = max(highestCertified, certificate.view)
            if certificate.kind != .nullify { notarized.insert(certificate.hash) }
        case .snapshot(let mark) where mark.point.epoch != epoch:
            // Views are counted anew.
            (epoch, highestCertified) = (mark.point.epoch, 0)
        case .recovered, .snapshot: break
        case .finalized(let final):
            expect(blocks[final.hash] != nil, "block \(final.height) is final without its body")
        }
    }

    private mutating func see(_ statement: Statement, isRepeated: Bool) {
        switch statement {
        case .ownCar(let car): cars.insert(car.hash)
        case .proposal(let block) where isRepeated: keep(block)
        case .ack where isRepeated, .vote where isRepeated: break
        case .ack(let ack):
            expect(
                cars.contains(ack.hash), "car \(ack.position) of lane \(ack.lane) is acknowledged and may be forgotten")
        case .proposal(let block):
            expectEntered(block.view)
            keep(block)
        case .vote(let vote): see(vote)
        }
    }

    private mutating func keep(_ block: Block) {
        blocks[block.hash] = block.cut.filter(\.isOptimistic).map(\.hash)
    }

    private mutating func see(_ vote: Vote) {
        switch vote.kind {
        case .notarize:
            expectEntered(vote.view)
            expect(blocks[vote.hash] != nil, "the block of view \(vote.view) has a vote and may be forgotten")
            let holdsTips = blocks[vote.hash, default: []].allSatisfy(cars.contains)
            expect(holdsTips, "a car that the vote of view \(vote.view) vouches for may be forgotten")
        case .nullify: expectEntered(vote.view)
        case .finalize:
            expect(
                notarized.contains(vote.hash), "view \(vote.view) is finalized and its notarization may be forgotten")
        }
    }

    private mutating func expectEntered(_ view: UInt64) {
        expect(highestCertified + 1 >= view, "it speaks in view \(view) and may forget why it is there")
    }

    private mutating func expect(_ condition: Bool, _ words: @autoclosure () -> String) {
        if !condition, breach == nil { breach = words() }
    }
}

extension Statement {
    /// What tells a statement apart, without the items of a car or the proofs of a block.
    fileprivate enum Key: Hashable {
        case ownCar(Digest)
        case ack(Ack)
        case proposal(Digest)
        case vote(Vote)
    }

    fileprivate var key: Key {
        switch self {
        case .ownCar(let car): .ownCar(car.hash)
        case .ack(let ack): .ack(ack)
        case .proposal(let block): .proposal(block.hash)
        case .vote(let vote): .vote(vote)
        }
    }

    /// What it says, in words.
    fileprivate var words: String {
        switch self {
        case .ownCar(let car): "car \(car.position)"
        case .ack(let ack): "acknowledgement of car \(ack.position) of lane \(ack.lane)"
        case .proposal(let block): "proposal of view \(block.view)"
        case .vote(let vote): "vote to \(vote.kind) in view \(vote.view)"
        }
    }
}
