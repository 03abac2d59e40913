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
    /// What it sends because of `message`, which it has just heard.
    mutating func hear(_ message: PeerMessage, as liar: inout Liar) -> [Letter]
    /// What it sends unasked, ten times a second.
    mutating func provoke(as liar: inout Liar) -> [Letter]
}

extension Attack {
    mutating func tamper(with letter: Letter, as liar: inout Liar) -> [Letter] { [letter] }
    mutating func hear(_ message: PeerMessage, as liar: inout Liar) -> [Letter] { [] }
    mutating func provoke(as liar: inout Liar) -> [Letter] { [] }
}

/// Who lies, and what it knows.
struct Liar: Sendable {
    let town: Town
    let me: ValidatorIndex
    let view: UInt64
    /// The newest block that it has executed; nil before the first.
    let final: Block?
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

    /// The proposal of `block`, and a vote for it.
    func stand(behind block: Block) -> [PeerMessage] {
        [.proposal(proposal(block)), .vote(vote(.notarize, view: block.view, hash: block.hash))]
    }

    func car(_ car: Car) -> SignedCar { SignedCar(car: car, signature: sign(.ownCar(car)).signature) }

    func ack(_ car: Car) -> SignedAck {
        let ack = Ack(forging: car)
        return SignedAck(forging: ack, signer: me, signature: sign(.ack(ack)).signature)
    }

    /// A proof of a car of the own lane, once others have acknowledged it and the own acknowledgement completes it.
    func proof(of car: Car, with acks: [SignedAck]) -> ProofOfAvailability? {
        let own = ack(car)
        var signatures = [me: own.signature]
        for other in acks where other.ack == own.ack { signatures[other.signer] = other.signature }
        guard signatures.count >= committee.attesters else { return nil }
        return ProofOfAvailability(forging: own.ack, signatures: signatures)
    }

    /// Some of `recipients`, drawn anew each time.
    mutating func some(of recipients: [ValidatorIndex]) -> [ValidatorIndex] {
        recipients.filter { _ in random.happens(permille: 500) }
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
