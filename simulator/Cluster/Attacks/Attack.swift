import Cryptography
import Models
@_spi(Simulation) import Consensus

/// What leaves a liar: a message, for whom, and how much later than it would.
struct Letter: Sendable {
    var message: PeerMessage
    var recipients: [ValidatorIndex]
    var delay: UInt64 = 0

    init(_ message: PeerMessage, to recipients: [ValidatorIndex], delay: UInt64 = 0) {
        self.message = message
        self.recipients = recipients
        self.delay = delay
    }
}

/// A way to lie. The liar is a whole honest validator whose letters pass through here on their way out; it holds its own key and no other.
protocol Attack: Sendable {
    /// What leaves instead of `letter`.
    mutating func tamper(with letter: Letter, as liar: inout Liar) -> [Letter]
    /// What it sends unasked, ten times a second.
    mutating func provoke(as liar: inout Liar) -> [Letter]
}

extension Attack {
    mutating func tamper(with letter: Letter, as liar: inout Liar) -> [Letter] { [letter] }
    mutating func provoke(as liar: inout Liar) -> [Letter] { [] }
}

/// Who lies, and what it knows.
struct Liar: Sendable {
    let town: Town
    let me: ValidatorIndex
    let view: UInt64
    var random: SeededGenerator

    var committee: Committee { town.committee }
    var others: [ValidatorIndex] { (0..<committee.n).filter { $0 != me } }

    func sign(_ statement: Statement) -> SignedStatement { town.sign(statement, by: me) }

    func vote(_ kind: VoteKind, view: UInt64, hash: Digest) -> SignedVote {
        let vote = Vote(forging: kind, epoch: committee.epoch, view: view, hash: hash)
        return SignedVote(forging: vote, signer: me, signature: sign(.vote(vote)).signature)
    }

    func proposal(_ block: Block) -> SignedProposal {
        SignedProposal(forging: block, signature: sign(.proposal(block)).signature)
    }

    func car(_ car: Car) -> SignedCar { SignedCar(car: car, signature: sign(.ownCar(car)).signature) }

    func ack(_ car: Car) -> SignedAck {
        let ack = Ack(forging: car)
        return SignedAck(forging: ack, signer: me, signature: sign(.ack(ack)).signature)
    }

    /// The others in two parts, drawn anew each time.
    mutating func halves() -> (one: [ValidatorIndex], other: [ValidatorIndex]) {
        var one: [ValidatorIndex] = []
        var other: [ValidatorIndex] = []
        for validator in others {
            if random.happens(permille: 500) { one.append(validator) } else { other.append(validator) }
        }
        return (one, other)
    }
}
