import Consensus
import Replica
import Wire

/// What one validator sends another, as the body of a frame: a kind in one byte, then that kind's layout.
enum PeerFrame: Sendable {
    /// Kind 1: consensus and its data layer.
    case message(PeerMessage)
    /// Kind 2: a cosignature of a head.
    case cosignature(Cosignature)
    /// Kind 3: the state and the log, for one that is too far behind for history.
    case transfer(TransferMessage)

    /// The frame's body.
    func encoded() -> [UInt8] {
        switch self {
        case .message(let message): [1] + message.encoded()
        case .cosignature(let cosignature): [2] + cosignature.encoded()
        case .transfer(let message): [3] + message.encoded()
        }
    }

    /// Reads a body that a peer sent.
    init(decoding body: [UInt8]) throws(WireError) {
        guard let kind = body.first else { throw .truncated(needed: 1, left: 0) }
        let rest = Array(body.dropFirst())
        switch kind {
        case 1: self = .message(try PeerMessage(decoding: rest))
        case 2: self = .cosignature(try Cosignature(decoding: rest))
        case 3: self = .transfer(try TransferMessage(decoding: rest))
        default: throw .invalid(field: "frame kind", value: UInt64(kind))
        }
    }
}
