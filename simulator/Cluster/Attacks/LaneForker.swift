@_spi(Simulation) import Consensus

/// Signs two cars for a position of its lane and gives each to a part of the others.
struct LaneForker: Attack {
    private var audiences: [UInt64: (fork: SignedCar, audience: [ValidatorIndex])] = [:]

    mutating func tamper(with letter: Letter, as liar: inout Liar) -> [Letter] {
        guard case .car(let signed) = letter.message, signed.lane == liar.me else { return [letter] }
        if audiences[signed.position] == nil {
            audiences = audiences.filter { $0.key + 32 > signed.position }
            let items = signed.car.items + signed.car.items.prefix(1)
            audiences[signed.position] = (liar.car(signed.car.rival(items: items)), liar.halves().other)
        }
        guard let fork = audiences[signed.position] else { return [letter] }
        var first = letter
        first.recipients = letter.recipients.filter { !fork.audience.contains($0) }
        return [first, Letter(.car(fork.fork), to: letter.recipients.filter(fork.audience.contains))]
    }
}
