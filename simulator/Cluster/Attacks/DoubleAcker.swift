@_spi(Simulation) import Consensus

/// Acknowledges whatever it hears of, unread, and a car that does not exist beside each that does.
struct DoubleAcker: Attack {
    private var last: SignedCar?

    mutating func tamper(with letter: Letter, as liar: inout Liar) -> [Letter] {
        if case .car(let signed) = letter.message { last = signed }
        guard case .ack(let signed) = letter.message, let last else { return [letter] }
        let fork = liar.ack(last.car.rival(items: [[1, 2, 3]]))
        return [letter, Letter(.ack(fork), to: [signed.ack.lane])]
    }
}
