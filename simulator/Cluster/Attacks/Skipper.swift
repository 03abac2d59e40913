@_spi(Simulation) import Consensus

/// Proposes blocks that fit the last final block but pass over what was notarized since: as if the views between were nullified, or as if
/// the final block were that of the view before.
struct Skipper: Attack {
    mutating func tamper(with letter: Letter, as liar: inout Liar) -> [Letter] {
        guard case .proposal(let signed) = letter.message, let final = liar.final,
            signed.block.header.parentHash != final.hash
        else { return [letter] }
        let isMislabelled = liar.random.happens(permille: 500)
        let block = signed.block.moved(onto: final, of: isMislabelled ? signed.block.header.parentView : final.view)
        return liar.stand(behind: block).map { Letter($0, to: letter.recipients) }
    }
}
