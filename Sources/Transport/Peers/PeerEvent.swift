import EventLoop
import Wire

/// What a mesh tells its owner.
public enum PeerEvent: Sendable {
    /// The link to the validator of that index is up: what is sent now goes out.
    case up(Int)
    /// It was up and is down.
    case down(Int, LinkEnd)
    /// A frame from a validator whose link is up.
    case frame(Int, [UInt8])
    /// An attempt to reach a validator came to nothing; there will be another.
    case unreachable(Int, LinkEnd)
    /// Someone connected and was not a validator of this committee.
    case refused(SocketAddress, LinkEnd)
}

/// Why a link ended or did not come to be.
public enum LinkEnd: Error, Equatable, Sendable {
    /// The connection's own reason.
    case connection(CloseReason)
    /// A frame without a byte.
    case emptyFrame
    /// A frame longer than frames may be.
    case oversizedFrame(count: Int, limit: Int)
    /// The first frame is not a greeting.
    case badGreeting(WireError)
    /// The greeting names another committee, or another pair of validators than their keys do.
    case wrongCommittee
    /// The same validator has connected anew.
    case replaced
}

extension LinkEnd: CustomStringConvertible {
    /// The reason in words, for a log line.
    public var description: String {
        switch self {
        case .connection(let reason): reason.description
        case .emptyFrame: "a frame without a byte"
        case .oversizedFrame(let count, let limit): "a frame of \(count) bytes, at most \(limit)"
        case .badGreeting(let error): "no greeting: \(error)"
        case .wrongCommittee: "a greeting for another committee or another validator"
        case .replaced: "the validator has connected anew"
        }
    }
}
