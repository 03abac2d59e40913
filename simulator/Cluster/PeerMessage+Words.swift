import Consensus
import Cryptography

extension PeerMessage {
    /// A number that tells messages apart, the same in every run.
    var fingerprint: UInt64 {
        switch self {
        case .car(let signed): 1 ^ signed.hash.prefix
        case .ack(let signed): 2 ^ signed.ack.hash.prefix ^ UInt64(signed.signer)
        case .proof(let proof): 3 ^ proof.hash.prefix
        case .proposal(let signed): 4 ^ signed.block.hash.prefix
        case .vote(let signed):
            5 ^ signed.vote.hash.prefix ^ signed.vote.view << 8 ^ UInt64(signed.vote.kind.rawValue)
                ^ UInt64(signed.signer)
        case .certificate(let certificate):
            6 ^ certificate.hash.prefix ^ certificate.view << 8 ^ UInt64(certificate.kind.rawValue)
        case .carRequest(let request): 7 ^ request.hash.prefix
        case .carBatch(let batch): 8 ^ batch.cars[0].hash.prefix
        case .blockRequest(let request): 9 ^ request.hash.prefix
        case .block(let block): 10 ^ block.hash.prefix
        case .certificateRequest(let request): 11 ^ request.first << 8
        case .historyRequest(let request): 12 ^ request.height << 8
        case .historyBatch(let batch): 13 ^ batch.blocks[0].hash.prefix
        case .recallRequest(let request): 14 ^ request.nonce << 8
        case .recollection(let answer): 15 ^ answer.nonce << 8
        }
    }

    /// What it says, in words.
    var words: String {
        switch self {
        case .car(let signed): "\(car(signed.position, of: signed.lane, signed.hash)), \(signed.car.items.count) items"
        case .ack(let signed):
            "acknowledged by \(signed.signer): \(car(signed.ack.position, of: signed.ack.lane, signed.ack.hash))"
        case .proof(let proof): "proof of \(car(proof.position, of: proof.lane, proof.hash))"
        case .proposal(let signed): "proposal of view \(signed.block.view), \(words(of: signed.block))"
        case .vote(let signed): "vote of \(signed.signer) to \(signed.vote.kind) view \(signed.vote.view)"
        case .certificate(let certificate): "certificate to \(certificate.kind) view \(certificate.view)"
        case .carRequest(let request): "asks for \(car(request.position, of: request.lane, request.hash))"
        case .carBatch(let batch): "\(batch.cars.count) cars of lane \(batch.cars[0].lane)"
        case .blockRequest: "asks for a block"
        case .block(let block): words(of: block)
        case .certificateRequest(let request): "asks for certificates of views \(request.first) to \(request.last)"
        case .historyRequest(let request): "asks for blocks from \(request.height) on"
        case .historyBatch(let batch): "\(batch.blocks.count) blocks from \(batch.blocks[0].height) on"
        case .recallRequest: "asks what it said before"
        case .recollection(let answer):
            "remembers \(answer.newestVote.map { "its vote in view \($0.vote.view)" } ?? "nothing of it")"
        }
    }

    private func words(of block: Block) -> String {
        let tips = block.cut.map { change in
            (change.isOptimistic ? "optimistically " : "") + car(change.position, of: change.lane, change.hash)
        }
        return (["block \(block.height)"] + tips).joined(separator: ", ")
    }

    /// A car with the beginning of its hash, which tells the cars of a forked lane apart.
    private func car(_ position: UInt64, of lane: ValidatorIndex, _ hash: Digest) -> String {
        "car \(position) of lane \(lane) (\(hash.description.prefix(4)))"
    }
}
