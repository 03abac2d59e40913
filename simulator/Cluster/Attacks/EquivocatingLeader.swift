@_spi(Simulation) import Consensus

/// Proposes two blocks in a view, each to a part of the others, and votes for both.
struct EquivocatingLeader: Attack {
    private var rivals: [UInt64: (block: Block, audience: [ValidatorIndex])] = [:]

    mutating func tamper(with letter: Letter, as liar: inout Liar) -> [Letter] {
        switch letter.message {
        case .proposal(let signed): return split(signed, letter, &liar)
        case .vote(let signed):
            guard let rival = rivals[signed.vote.view], signed.vote.kind != .nullify else { return [letter] }
            let vote = liar.vote(signed.vote.kind, view: signed.vote.view, hash: rival.block.hash)
            var first = letter
            first.recipients = letter.recipients.filter { !rival.audience.contains($0) }
            return [first, Letter(.vote(vote), to: rival.audience)]
        default: return [letter]
        }
    }

    private mutating func split(_ signed: SignedProposal, _ letter: Letter, _ liar: inout Liar) -> [Letter] {
        if rivals[signed.block.view] == nil {
            let (_, other) = liar.halves()
            rivals = rivals.filter { $0.key + 16 > signed.block.view }
            rivals[signed.block.view] = (signed.block.rival(laterBy: 1 + liar.random.below(20)), other)
        }
        guard let rival = rivals[signed.block.view] else { return [letter] }
        var first = letter
        first.recipients = letter.recipients.filter { !rival.audience.contains($0) }
        return [first, Letter(.proposal(liar.proposal(rival.block)), to: rival.audience)]
    }
}
