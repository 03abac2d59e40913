import Cryptography
@_spi(Simulation) import Consensus

/// Signs votes and acknowledgements in the names of others.
struct Impersonator: Attack {
    mutating func tamper(with letter: Letter, as liar: inout Liar) -> [Letter] {
        let name = liar.others[Int(liar.random.below(UInt64(liar.others.count)))]
        switch letter.message {
        case .vote(let signed):
            let vote = Vote(forging: .nullify, epoch: liar.committee.epoch, view: signed.vote.view, hash: .zero)
            let forged = SignedVote(forging: vote, signer: name, signature: liar.sign(.vote(vote)).signature)
            return [letter, Letter(.vote(forged), to: letter.recipients)]
        case .ack(let signed):
            let forged = SignedAck(forging: signed.ack, signer: name, signature: signed.signature)
            return [letter, Letter(.ack(forged), to: letter.recipients)]
        default: return [letter]
        }
    }
}
