@_spi(Simulation) import Consensus

/// Proposes just inside or just after the time that the others give it.
struct LateLeader: Attack {
    mutating func tamper(with letter: Letter, as liar: inout Liar) -> [Letter] {
        guard case .proposal = letter.message else { return [letter] }
        var late = letter
        late.delay = liar.random.within(300...2500)
        return [late]
    }
}
