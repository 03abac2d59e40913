import Consensus
import Replica

/// What validators send each other.
enum Frame: Sendable {
    case message(PeerMessage)
    case cosignature(Cosignature)
}

/// A frame on its way. It is checked once for all who get it, since that depends on nothing but its bytes.
final class Envelope: Sendable {
    enum Verdict: Sendable {
        case message(VerifiedMessage)
        case cosignature(VerifiedCosignature)
        case forged
    }

    let frame: Frame
    let verdict: Verdict

    init(_ frame: Frame, checks: Checks) {
        self.frame = frame
        verdict = checks.verdict(on: frame)
    }
}
