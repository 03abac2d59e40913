@_spi(Simulation) import Consensus

/// Puts an invalid item into every third car, gives that one to nobody or to some, and valid cars on top of it to all.
struct InvalidCarrier: Attack {
    private var bad: [UInt64: SignedCar] = [:]

    mutating func tamper(with letter: Letter, as liar: inout Liar) -> [Letter] {
        guard case .car(let signed) = letter.message, signed.lane == liar.me, signed.position % 3 == 0 else {
            return [letter]
        }
        if bad[signed.position] == nil {
            bad = bad.filter { $0.key + 32 > signed.position }
            bad[signed.position] = liar.car(signed.car.rival(items: signed.car.items + [Town.invalidItem]))
        }
        guard let invalid = bad[signed.position] else { return [letter] }
        return [Letter(.car(invalid), to: liar.random.happens(permille: 700) ? letter.recipients : [])]
    }
}
