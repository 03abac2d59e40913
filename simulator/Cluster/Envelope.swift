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
    let verdict: Verdict

    init(_ frame: Frame, checks: Checks) {
        self.frame = frame
        verdict = checks.verdict(on: frame)
    }
}
