@_spi(Simulation) import Consensus

/// Puts an invalid item into every third car, gives that one to nobody or to some, and valid cars on top of it to all. Whoever acknowledges
/// the invalid one helps it to a proof.
struct InvalidCarrier: Attack {
    private var bad: [UInt64: SignedCar] = [:]
    private var acks: [SignedAck] = []

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

    mutating func hear(_ message: PeerMessage, as liar: inout Liar) -> [Letter] {
        guard case .ack(let ack) = message, let invalid = bad[ack.ack.position], invalid.hash == ack.ack.hash else {
            return []
        }
        acks = (acks + [ack]).suffix(16)
        guard let proof = liar.proof(of: invalid.car, with: acks) else { return [] }
        return [Letter(.proof(proof), to: liar.others)]
    }
}
