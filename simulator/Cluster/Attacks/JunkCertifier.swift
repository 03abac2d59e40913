import Cryptography
@_spi(Simulation) import Consensus

/// Makes certificates and proofs of its own signature alone, under its own name and under those of all others.
struct JunkCertifier: Attack {
    private var lastCar: SignedCar?

    mutating func tamper(with letter: Letter, as liar: inout Liar) -> [Letter] {
        if case .car(let signed) = letter.message { lastCar = signed }
        return [letter]
    }

    mutating func provoke(as liar: inout Liar) -> [Letter] {
        let kind = VoteKind.allCases[Int(liar.random.below(3))]
        let view = liar.view + liar.random.below(20)
        let vote = Vote(
            forging: kind, epoch: liar.committee.epoch, view: view, hash: Digest.sha256([UInt8(view & 0xFF)]))
        let own = liar.sign(.vote(vote)).signature
        let alone = Certificate(forging: vote, signatures: [liar.me: own])
        let everybody = Dictionary(uniqueKeysWithValues: (0..<liar.committee.n).map { ($0, own) })
        var letters = [Letter(.certificate(alone), to: liar.others)]
        letters.append(Letter(.certificate(Certificate(forging: vote, signatures: everybody)), to: liar.others))
        if let lastCar {
            let ack = liar.ack(lastCar.car)
            let proof = ProofOfAvailability(forging: ack.ack, signatures: [liar.me: ack.signature])
            letters.append(Letter(.proof(proof), to: liar.others))
        }
        return letters
    }
}
