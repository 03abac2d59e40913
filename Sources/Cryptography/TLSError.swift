import COpenSSL

/// Why there is no secure connection.
public enum TLSError: Error, Hashable, Sendable {
    /// A certificate or key of our own cannot be used.
    case badIdentity(String)
    /// The peer's certificate has a key that is not among those expected.
    case peerRefused(pin: Digest)
    /// The peer ended the connection with an alert, named as in RFC 8446.
    case alert(String)
    /// The peer's bytes are not TLS 1.3, or were changed on their way; OpenSSL's reason.
    case violation(String)
    /// The bytes ended without the peer saying so: something may be missing.
    case truncated
}

extension TLSError: CustomStringConvertible {
    /// The reason in words, for a log line.
    public var description: String {
        switch self {
        case .badIdentity(let reason): "unusable TLS identity: \(reason)"
        case .peerRefused(let pin): "the peer's key is not expected: \(pin)"
        case .alert(let name): "the peer refused: \(name)"
        case .violation(let reason): "not acceptable as TLS 1.3: \(reason)"
        case .truncated: "the connection was cut short"
        }
    }
}

extension TLSError {
    /// OpenSSL's oldest unread error of this thread, as what a peer did to a connection. Empties the queue.
    static func fromPeer() -> TLSError {
        let code = ERR_get_error()
        ERR_clear_error()
        // An alert that was received is reported as its number above an offset.
        let reason = ERR_GET_REASON(code)
        let alert = reason - SSL_AD_REASON_OFFSET
        guard ERR_GET_LIB(code) == ERR_LIB_SSL, (0...255).contains(alert) else { return .violation(text(code)) }
        return unsafe .alert(String(cString: SSL_alert_desc_string_long(alert)))
    }

    /// OpenSSL's oldest unread error of this thread, as a fault of our own identity. Empties the queue.
    static func ofIdentity(_ what: String) -> TLSError {
        let code = ERR_get_error()
        ERR_clear_error()
        return .badIdentity(code == 0 ? what : "\(what): \(text(code))")
    }

    private static func text(_ code: UInt) -> String {
        // Safety: the text is a constant of OpenSSL's.
        guard let reason = unsafe ERR_reason_error_string(code) else { return "unknown reason" }
        return unsafe String(cString: reason)
    }
}
