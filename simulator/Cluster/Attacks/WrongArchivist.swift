@_spi(Simulation) import Consensus

/// Answers whoever catches up with something else than was asked for.
struct WrongArchivist: Attack {
    private var lastBlock: Block?

    mutating func tamper(with letter: Letter, as liar: inout Liar) -> [Letter] {
        switch letter.message {
        case .block(let block): return [Letter(.block(block.rival(laterBy: 1)), to: letter.recipients)]
        case .proposal(let signed):
            lastBlock = signed.block
            return [letter]
        case .carBatch, .historyBatch:
            return lastBlock.map { [Letter(.block($0), to: letter.recipients)] } ?? []
        default: return [letter]
        }
    }
}
