import COpenSSL

/// Which keys a peer may have, by pin.
public enum PinPolicy: Sendable {
    /// One of these.
    case anyOf(Set<Digest>)
    /// What the closure says, which is called during the handshake and must not wait.
    case decidedBy(@Sendable (Digest) -> Bool)

    func accepts(_ pin: Digest) -> Bool {
        switch self {
        case .anyOf(let pins): pins.contains(pin)
        case .decidedBy(let decide): decide(pin)
        }
    }
}

/// What a server asks of its clients' certificates.
public enum ClientCertificate: Sendable {
    /// No certificate: the client is known by what it sends later, or not at all.
    case notAsked
    /// A certificate of an expected key, or none.
    case optional(PinPolicy)
    /// A certificate of an expected key.
    case required(PinPolicy)
}

/// What all connections of one kind share: which side we are, who we are and whom we accept. TLS 1.3 only; certificates count by
/// their key alone, which the handshake proves the peer to hold.
@safe public final class TLSContext: Sendable {
    // Safety: set up in `init` and only read after that, which OpenSSL allows from any thread.
    nonisolated(unsafe) let raw: OpaquePointer
    let isServer: Bool
    let policy: PinPolicy?

    /// Most bytes of certificates that a peer may send.
    private static let certificateBytes = 16 * 1024

    /// The side that accepts connections.
    public convenience init(server identity: TLSIdentity, clients: ClientCertificate) throws(TLSError) {
        switch clients {
        case .notAsked: try self.init(isServer: true, identity, nil, SSL_VERIFY_NONE)
        case .optional(let policy): try self.init(isServer: true, identity, policy, SSL_VERIFY_PEER)
        case .required(let policy):
            try self.init(isServer: true, identity, policy, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT)
        }
    }

    /// The side that opens connections, to servers with an expected key; with an identity where servers ask for one.
    public convenience init(client identity: TLSIdentity?, servers: PinPolicy) throws(TLSError) {
        try self.init(isServer: false, identity, servers, SSL_VERIFY_PEER)
    }

    private init(isServer: Bool, _ identity: TLSIdentity?, _ policy: PinPolicy?, _ mode: Int32) throws(TLSError) {
        OpenSSLLibrary.prepare()
        guard let raw = unsafe SSL_CTX_new(isServer ? TLS_server_method() : TLS_client_method()) else {
            throw .ofIdentity("no memory")
        }
        unsafe self.raw = raw
        self.isServer = isServer
        self.policy = policy
        guard unsafe waymark_only_tls13(raw) == 1 else { throw .ofIdentity("no TLS 1.3") }
        unsafe waymark_keep_little(raw, Self.certificateBytes)
        unsafe SSL_CTX_set_verify(raw, mode, nil)
        // Safety: the callback gets no state but the connection's own (`TLSEngine.judge`).
        unsafe SSL_CTX_set_cert_verify_callback(raw, { store, _ in unsafe TLSEngine.judge(store) ? 1 : 0 }, nil)
        if let identity { try use(identity) }
    }

    deinit {
        unsafe SSL_CTX_free(raw)
    }

    private func use(_ identity: TLSIdentity) throws(TLSError) {
        let certificate = try Certificate(pem: identity.certificatePEM)
        let key = try PrivateKey(pem: identity.keyPEM)
        guard unsafe SSL_CTX_use_certificate(raw, certificate.raw) == 1,
            unsafe SSL_CTX_use_PrivateKey(raw, key.raw) == 1
        else { throw .ofIdentity("OpenSSL does not take the identity") }
    }
}
