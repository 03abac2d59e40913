import Cryptography
@_spi(Simulation) import Consensus

/// Asks to nullify every view, whatever it voted for.
struct Nuller: Attack {
    mutating func tamper(with letter: Letter, as liar: inout Liar) -> [Letter] {
        guard case .vote(let signed) = letter.message else { return [letter] }
        let nullify = PeerMessage.vote(liar.vote(.nullify, view: signed.vote.view, hash: .zero))
        return [Letter(nullify, to: letter.recipients)]
    }
}
