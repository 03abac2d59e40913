import Cryptography
@_spi(Simulation) import Consensus

/// Asks to nullify its own block as soon as it has proposed it, to some before they see the block and to some after.
struct SelfNullifier: Attack {
    mutating func tamper(with letter: Letter, as liar: inout Liar) -> [Letter] {
        guard case .proposal(let signed) = letter.message else { return [letter] }
        let (one, other) = liar.halves()
        let nullify = PeerMessage.vote(liar.vote(.nullify, view: signed.block.view, hash: .zero))
        var late = letter
        late.recipients = letter.recipients.filter(one.contains)
        late.delay = liar.random.within(0...60)
        var early = letter
        early.recipients = letter.recipients.filter(other.contains)
        return [Letter(nullify, to: one), late, early, Letter(nullify, to: other, delay: liar.random.within(0...60))]
    }
}
