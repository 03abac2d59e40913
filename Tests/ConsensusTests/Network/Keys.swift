import Cryptography

@testable import Consensus

/// Fixed keys: validator i signs with the seed of 32 bytes i + 1.
enum Keys {
    static let all: [SigningKey] = (0..<16).map { index in
        guard let key = SigningKey(seed: [UInt8](repeating: UInt8(index + 1), count: 32)) else {
            preconditionFailure("32 bytes are a seed")
        }
        return key
    }

    static let chain = Digest.sha256(Array("a committee of tests".utf8))

    static func committee(_ n: Int) -> Committee {
        Committee(chainID: chain, epoch: 1, keys: all.prefix(n).map(\.publicKey))
    }

    static func sign(_ statement: Statement, by index: Int) -> SignedStatement {
        SignedStatement(statement, signature: all[index].sign(statement.signingMessage(chain: chain)))
    }

    static func vote(_ kind: VoteKind, view: UInt64, hash: Digest = .zero, by index: Int) -> SignedVote {
        let vote = Vote(kind, epoch: 1, view: view, hash: hash)
        return SignedVote(vote: vote, signer: index, signature: sign(.vote(vote), by: index).signature)
    }

    static func ack(_ car: Car, by index: Int) -> SignedAck {
        SignedAck(ack: Ack(car), signer: index, signature: sign(.ack(Ack(car)), by: index).signature)
    }

    static func car(_ car: Car) -> SignedCar {
        SignedCar(car: car, signature: sign(.ownCar(car), by: car.lane).signature)
    }

    static func proposal(_ block: Block, by index: Int) -> SignedProposal {
        SignedProposal(block: block, signature: sign(.proposal(block), by: index).signature)
    }

    static func certificate(_ kind: VoteKind, view: UInt64, hash: Digest = .zero, by signers: [Int]) -> Certificate {
        let votes = signers.map { ($0, vote(kind, view: view, hash: hash, by: $0).signature) }
        return Certificate(
            vote: Vote(kind, epoch: 1, view: view, hash: hash),
            signatures: SignatureSet(Dictionary(uniqueKeysWithValues: votes)))
    }

    static func proof(_ car: Car, by signers: [Int]) -> ProofOfAvailability {
        let acks = signers.map { ($0, ack(car, by: $0).signature) }
        return ProofOfAvailability(
            ack: Ack(car), signatures: SignatureSet(Dictionary(uniqueKeysWithValues: acks)))
    }
}
