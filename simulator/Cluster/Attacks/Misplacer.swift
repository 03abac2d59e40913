import Cryptography
@_spi(Simulation) import Consensus

/// Proposes blocks that build on nothing, on the chain's start, or on what was never notarized, and nullifies none of the views between.
struct Misplacer: Attack {
    private var seen: [Digest] = []

    mutating func tamper(with letter: Letter, as liar: inout Liar) -> [Letter] {
        guard case .proposal(let signed) = letter.message else { return [letter] }
        seen = (seen + [signed.block.hash]).suffix(8)
        let view = signed.block.view
        let candidates = seen + [liar.committee.chainID, Digest.sha256(signed.block.hash.bytes)]
        let parent = candidates[Int(liar.random.below(UInt64(candidates.count)))]
        let parentView = view > 1 ? liar.random.below(view) : 0
        guard parent != signed.block.hash else { return [letter] }
        let block = signed.block.misplaced(on: parent, of: parentView)
        return [Letter(.proposal(liar.proposal(block)), to: letter.recipients)]
    }
}
