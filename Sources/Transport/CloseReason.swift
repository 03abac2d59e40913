import Cryptography
import EventLoop

/// Why a connection is gone.
public enum CloseReason: Error, Hashable, Sendable {
    /// Its owner closed it.
    case closedHere
    /// The peer closed it in the orderly way.
    case closedByPeer
    /// It could not be made, or broke: the system's reason.
    case broken(LoopError)
    /// The two sides found no secure connection, or the peer broke it.
    case insecure(TLSError)
    /// It was not open in time.
    case timedOut
    /// The peer took too little of what was sent; so many bytes were waiting.
    case congested(bufferedBytes: Int)
}

extension CloseReason: CustomStringConvertible {
    /// The reason in words, for a log line.
    public var description: String {
        switch self {
        case .closedHere: "closed"
        case .closedByPeer: "closed by the peer"
        case .broken(let error): error.description
        case .insecure(let error): error.description
        case .timedOut: "not open in time"
        case .congested(let count): "the peer is too slow: \(count) bytes wait for it"
        }
    }
}
