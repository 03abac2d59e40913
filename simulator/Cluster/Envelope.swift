import Consensus
import Replica

/// What validators send each other.
enum Frame: Sendable {
    case message(PeerMessage)
    case cosignature(Cosignature)
    case transfer(TransferMessage)
}

/// A frame on its way. It is checked once for all who get it, since that depends on nothing but its bytes.
final class Envelope: Sendable {
    enum Verdict: Sendable {
        case message(VerifiedMessage)
        case cosignature(VerifiedCosignature)
        /// Nothing is signed: its content is compared or hashed.
        case transfer
        case forged
    }

    let frame: Frame
    /// The epoch that it belongs to: a message's own, anything else's sender's.
    let epoch: UInt64
    let verdict: Verdict

    init(_ frame: Frame, epoch: UInt64, checks: [Checks]) {
        self.frame = frame
        if case .message(let message) = frame { self.epoch = message.epoch } else { self.epoch = epoch }
        verdict = 1...UInt64(checks.count) ~= self.epoch ? checks[Int(self.epoch) - 1].verdict(on: frame) : .forged
    }
}
