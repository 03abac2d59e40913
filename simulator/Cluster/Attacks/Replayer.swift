@_spi(Simulation) import Consensus

/// Sends again what it sent long ago, and the like from an epoch that is not this one.
struct Replayer: Attack {
    private var sent: [PeerMessage] = []

    mutating func tamper(with letter: Letter, as liar: inout Liar) -> [Letter] {
        if sent.count < 512 {
            sent.append(letter.message)
        } else {
            sent[Int(liar.random.below(512))] = letter.message
        }
        return [letter]
    }

    mutating func provoke(as liar: inout Liar) -> [Letter] {
        guard !sent.isEmpty else { return [] }
        let old = sent[Int(liar.random.below(UInt64(sent.count)))]
        return [Letter(old, to: liar.others), Letter(moved(old, liar), to: liar.others)]
    }

    private func moved(_ message: PeerMessage, _ liar: Liar) -> PeerMessage {
        let epoch = liar.committee.epoch + 1
        switch message {
        case .vote(let signed):
            let vote = Vote(forging: signed.vote.kind, epoch: epoch, view: signed.vote.view, hash: signed.vote.hash)
            return .vote(SignedVote(forging: vote, signer: liar.me, signature: liar.sign(.vote(vote)).signature))
        case .car(let signed): return .car(liar.car(signed.car.moved(toEpoch: epoch)))
        default: return message
        }
    }
}
