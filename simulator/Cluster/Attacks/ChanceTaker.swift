@_spi(Simulation) import Consensus

/// Where it leads, orders the newest car of its lane without a proof: an invalid one, one that only some were given, or one far above what is
/// proven.
struct ChanceTaker: Attack {
    private var newest: SignedCar?

    mutating func tamper(with letter: Letter, as liar: inout Liar) -> [Letter] {
        switch letter.message {
        case .car(let signed) where signed.lane == liar.me:
            let isNew = newest.map { $0.position < signed.position } ?? true
            guard isNew else { return [letter] }
            let isInvalid = liar.random.happens(permille: 400)
            let car = isInvalid ? liar.car(signed.car.rival(items: signed.car.items + [Town.invalidItem])) : signed
            newest = car
            return [Letter(.car(car), to: isInvalid ? letter.recipients : liar.some(of: letter.recipients))]
        case .proposal(let signed):
            guard let newest, let block = signed.block.ordering(newest.car) else { return [letter] }
            return liar.stand(behind: block).map { Letter($0, to: letter.recipients) }
        default: return [letter]
        }
    }
}
