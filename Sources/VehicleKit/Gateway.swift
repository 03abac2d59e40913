import Cryptography

/// A validator's door for vehicles.
public struct Gateway: Hashable, Sendable {
    /// An IP address or a name.
    public var host: String
    /// The port.
    public var port: UInt16
    /// SHA-256 of the DER SubjectPublicKeyInfo of its TLS key; nil for a plain connection, which is for loopback only.
    public var tlsPin: Digest?

    /// The door at `host` and `port`.
    public init(host: String, port: UInt16, tlsPin: Digest? = nil) {
        self.host = host
        self.port = port
        self.tlsPin = tlsPin
    }
}

extension Gateway: CustomStringConvertible {
    /// `host:port`.
    public var description: String { "\(host):\(port)" }
}
