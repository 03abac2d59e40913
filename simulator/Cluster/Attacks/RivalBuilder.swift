import Cryptography
@_spi(Simulation) import Consensus

/// Where it leads two views in a row, builds its second block on another first one than that which was notarized, has that other one
/// ready for whoever asks, and helps nothing to become final.
struct RivalBuilder: Attack {
    private var last: (proposed: Digest, rival: Block)?

    mutating func tamper(with letter: Letter, as liar: inout Liar) -> [Letter] {
        if letter.message.helpsToFinalize { return [] }
        guard case .proposal(let signed) = letter.message else { return [letter] }
        let header = signed.block.header
        guard let last, header.parentHash == last.proposed else {
            self.last = (signed.block.hash, signed.block.rival(laterBy: 1))
            return [letter]
        }
        let block = signed.block.moved(onto: last.rival, of: header.parentView)
        return liar.stand(behind: block).map { Letter($0, to: letter.recipients) }
    }

    mutating func hear(_ message: PeerMessage, as liar: inout Liar) -> [Letter] {
        guard case .blockRequest(let request) = message, let rival = last?.rival, request.hash == rival.hash else {
            return []
        }
        return [Letter(.block(rival), to: liar.others)]
    }
}

extension PeerMessage {
    fileprivate var helpsToFinalize: Bool {
        switch self {
        case .vote(let signed): signed.vote.kind == .finalize
        case .certificate(let certificate): certificate.kind == .finalize
        default: false
        }
    }
}
