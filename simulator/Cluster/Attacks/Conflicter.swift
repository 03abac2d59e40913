import Cryptography
@_spi(Simulation) import Consensus

/// Votes for everything at once: to notarize and finalize towards one part, to nullify towards the other, and for blocks that do not exist.
struct Conflicter: Attack {
    mutating func tamper(with letter: Letter, as liar: inout Liar) -> [Letter] {
        guard case .vote(let signed) = letter.message else { return [letter] }
        let (one, other) = liar.halves()
        let (view, hash) = (signed.vote.view, signed.vote.hash)
        var letters = [Letter(.vote(liar.vote(.nullify, view: view, hash: .zero)), to: other)]
        if signed.vote.kind != .nullify {
            letters.append(Letter(.vote(liar.vote(.notarize, view: view, hash: hash)), to: one))
            letters.append(Letter(.vote(liar.vote(.finalize, view: view, hash: hash)), to: one))
        }
        if liar.random.happens(permille: 200) {
            let nowhere = Digest.sha256(hash.bytes)
            letters.append(Letter(.vote(liar.vote(.notarize, view: view, hash: nowhere)), to: liar.others))
        }
        return letters
    }
}
