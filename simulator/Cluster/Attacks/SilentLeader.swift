@_spi(Simulation) import Consensus

/// Takes part in everything but never proposes.
struct SilentLeader: Attack {
    mutating func tamper(with letter: Letter, as liar: inout Liar) -> [Letter] {
        if case .proposal = letter.message { [] } else { [letter] }
    }
}
