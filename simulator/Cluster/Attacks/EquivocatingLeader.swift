@_spi(Simulation) import Consensus

/// Proposes two blocks in a view, each to a part of the others, to another part whenever it sends them again, and votes for both.
struct EquivocatingLeader: Attack {
    private var rivals: [UInt64: Block] = [:]

    mutating func tamper(with letter: Letter, as liar: inout Liar) -> [Letter] {
        switch letter.message {
        case .proposal(let signed): return split(signed, letter, &liar)
        case .vote(let signed):
            guard let rival = rivals[signed.vote.view], signed.vote.kind != .nullify else { return [letter] }
            let vote = liar.vote(signed.vote.kind, view: signed.vote.view, hash: rival.hash)
            return split(letter, .vote(vote), &liar)
        default: return [letter]
        }
    }

    private mutating func split(_ signed: SignedProposal, _ letter: Letter, _ liar: inout Liar) -> [Letter] {
        if rivals[signed.block.view] == nil {
            rivals = rivals.filter { $0.key + 16 > signed.block.view }
            rivals[signed.block.view] = signed.block.rival(laterBy: 1 + liar.random.below(20))
        }
        guard let rival = rivals[signed.block.view] else { return [letter] }
        return split(letter, .proposal(liar.proposal(rival)), &liar)
    }

    private func split(_ letter: Letter, _ other: PeerMessage, _ liar: inout Liar) -> [Letter] {
        let audience = liar.some(of: letter.recipients)
        var first = letter
        first.recipients = letter.recipients.filter { !audience.contains($0) }
        return [first, Letter(other, to: audience)]
    }
}
