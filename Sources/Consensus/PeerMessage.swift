import Cryptography
import Wire

/// What validators say to each other. Nothing in it is believed before `MessageVerifier` has seen it.
public enum PeerMessage: Hashable, Sendable {
    /// A car, from its owner.
    case car(SignedCar)
    /// An acknowledgement, to the car's owner.
    case ack(SignedAck)
    /// A car can be ordered.
    case proof(ProofOfAvailability)
    /// The leader's block.
    case proposal(SignedProposal)
    /// A vote.
    case vote(SignedVote)
    /// What a quorum voted.
    case certificate(Certificate)
    /// Asks for cars.
    case carRequest(CarRequest)
    /// The answer.
    case carBatch(CarBatch)
    /// Asks for a block.
    case blockRequest(BlockRequest)
    /// The answer.
    case block(Block)
    /// Asks for certificates, which come as `certificate`.
    case certificateRequest(CertificateRequest)
    /// Asks for final blocks.
    case historyRequest(HistoryRequest)
    /// The answer.
    case historyBatch(HistoryBatch)
    /// Asks, after a start, what was heard from the asker before.
    case recallRequest(RecallRequest)
    /// The answer.
    indirect case recollection(Recollection)

    /// The epoch that it belongs to.
    public var epoch: UInt64 {
        switch self {
        case .car(let signed): signed.car.header.epoch
        case .ack(let signed): signed.ack.epoch
        case .proof(let proof): proof.ack.epoch
        case .proposal(let signed): signed.block.header.epoch
        case .vote(let signed): signed.vote.epoch
        case .certificate(let certificate): certificate.vote.epoch
        case .carRequest(let request): request.epoch
        case .carBatch(let batch): batch.cars[0].car.header.epoch
        case .blockRequest(let request): request.epoch
        case .block(let block): block.header.epoch
        case .certificateRequest(let request): request.epoch
        case .historyRequest(let request): request.epoch
        case .historyBatch(let batch): batch.epoch
        case .recallRequest(let request): request.epoch
        case .recollection(let answer): answer.epoch
        }
    }
}

extension PeerMessage: Layout {
    /// Reads the kind and the message. A kind that this version does not know is refused, not skipped.
    public init(reading reader: inout Reader) throws(WireError) {
        switch try reader.read(UInt8.self) {
        case 1: self = .car(try SignedCar(reading: &reader))
        case 2: self = .ack(try SignedAck(reading: &reader))
        case 3: self = .proof(try ProofOfAvailability(reading: &reader))
        case 4: self = .proposal(try SignedProposal(reading: &reader))
        case 5: self = .vote(try SignedVote(reading: &reader))
        case 6: self = .certificate(try Certificate(reading: &reader))
        case 7: self = .carRequest(try CarRequest(reading: &reader))
        case 8: self = .carBatch(try CarBatch(reading: &reader))
        case 9: self = .blockRequest(try BlockRequest(reading: &reader))
        case 10: self = .block(try Block(reading: &reader))
        case 11: self = .certificateRequest(try CertificateRequest(reading: &reader))
        case 12: self = .historyRequest(try HistoryRequest(reading: &reader))
        case 13: self = .historyBatch(try HistoryBatch(reading: &reader))
        case 14: self = .recallRequest(try RecallRequest(reading: &reader))
        case 15: self = .recollection(try Recollection(reading: &reader))
        case let other: throw .invalid(field: "message kind", value: UInt64(other))
        }
    }

    /// Writes the kind and the message.
    public func write(into writer: inout Writer) {
        switch self {
        case .car(let car): writer.write(tag: 1, car)
        case .ack(let ack): writer.write(tag: 2, ack)
        case .proof(let proof): writer.write(tag: 3, proof)
        case .proposal(let proposal): writer.write(tag: 4, proposal)
        case .vote(let vote): writer.write(tag: 5, vote)
        case .certificate(let certificate): writer.write(tag: 6, certificate)
        case .carRequest(let request): writer.write(tag: 7, request)
        case .carBatch(let batch): writer.write(tag: 8, batch)
        case .blockRequest(let request): writer.write(tag: 9, request)
        case .block(let block): writer.write(tag: 10, block)
        case .certificateRequest(let request): writer.write(tag: 11, request)
        case .historyRequest(let request): writer.write(tag: 12, request)
        case .historyBatch(let batch): writer.write(tag: 13, batch)
        case .recallRequest(let request): writer.write(tag: 14, request)
        case .recollection(let answer): writer.write(tag: 15, answer)
        }
    }
}
