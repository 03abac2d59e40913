@_spi(Simulation) import Consensus

/// Gives its cars to one other only, never the same for long, and answers nobody who asks for them.
struct Withholder: Attack {
    mutating func tamper(with letter: Letter, as liar: inout Liar) -> [Letter] {
        switch letter.message {
        case .car(let signed):
            let others = liar.others
            var narrow = letter
            narrow.recipients = [others[Int(signed.position / 4) % others.count]]
            return [narrow]
        case .carBatch, .block, .historyBatch: return []
        default: return [letter]
        }
    }
}
