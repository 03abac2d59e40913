import Cryptography
@_spi(Simulation) import Consensus

/// Signs two cars for a position of its lane, gives each to a part of the others, to another part whenever it sends them again, and makes
/// proofs of both where it can.
struct LaneForker: Attack {
    private var forks: [UInt64: SignedCar] = [:]
    private var acks: [SignedAck] = []

    mutating func tamper(with letter: Letter, as liar: inout Liar) -> [Letter] {
        guard case .car(let signed) = letter.message, signed.lane == liar.me else { return [letter] }
        if forks[signed.position] == nil {
            forks = forks.filter { $0.key + 32 > signed.position }
            let items = signed.car.items + signed.car.items.prefix(1)
            forks[signed.position] = liar.car(signed.car.rival(items: items))
        }
        guard let fork = forks[signed.position] else { return [letter] }
        let audience = liar.some(of: letter.recipients)
        var first = letter
        first.recipients = letter.recipients.filter { !audience.contains($0) }
        return [first, Letter(.car(fork), to: audience)]
    }

    mutating func hear(_ message: PeerMessage, as liar: inout Liar) -> [Letter] {
        guard case .ack(let ack) = message, let fork = forks[ack.ack.position], fork.hash == ack.ack.hash else {
            return []
        }
        acks = (acks + [ack]).suffix(16)
        guard let proof = liar.proof(of: fork.car, with: acks) else { return [] }
        return [Letter(.proof(proof), to: liar.some(of: liar.others))]
    }
}
