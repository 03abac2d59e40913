/// Why a session ends.
public enum MQTTClose: Hashable, Sendable {
    /// The peer said DISCONNECT.
    case byPeer(MQTTReason, text: String?)
    /// The peer's bytes are nothing that we serve.
    case fault(MQTTError)
    /// CONNECT was answered with this reason.
    case connectRefused(MQTTReason)
    /// No CONNECT, or no CONNACK, came in time.
    case connectTimeout
    /// Nothing came for one and a half keep-alives.
    case keepAliveTimeout
    /// More unacknowledged publishes than Receive Maximum.
    case receiveMaximumExceeded
    /// A publish was refused and version 3.1.1 has no other way to say so.
    case publishRefused(MQTTReason, text: String)
    /// The owner ended it.
    case byOwner(MQTTReason)
    /// The connection went without a word.
    case connectionLost

    /// The code that says this.
    public var reason: MQTTReason {
        switch self {
        case .byPeer(let reason, _), .connectRefused(let reason), .publishRefused(let reason, _),
            .byOwner(let reason):
            reason
        case .fault(let error): error.reason
        case .connectTimeout, .keepAliveTimeout: .keepAliveTimeout
        case .receiveMaximumExceeded: .receiveMaximumExceeded
        case .connectionLost: .unspecifiedError
        }
    }
}

extension MQTTClose: CustomStringConvertible {
    /// The reason in words, for a log line.
    public var description: String {
        switch self {
        case .byPeer(let reason, let text): "the peer disconnected: \(text ?? "\(reason)")"
        case .fault(let error): error.description
        case .connectRefused(let reason): "connect refused: \(reason)"
        case .connectTimeout: "no answer to the connection in time"
        case .keepAliveTimeout: "nothing came for one and a half keep-alives"
        case .receiveMaximumExceeded: "more unacknowledged publishes than Receive Maximum"
        case .publishRefused(let reason, let text): "publish refused: \(reason), \(text)"
        case .byOwner(let reason): "ended here: \(reason)"
        case .connectionLost: "the connection was lost"
        }
    }
}
