import COpenSSL

/// One TLS 1.3 connection without a socket: bytes in, bytes out.
///
/// Whoever owns it gives it what the peer sent (`receive`), sends the peer what it has to say (`takeOutput`, after each call, also after one
/// that ended it: an alert may be waiting), and looks at `state`. It keeps at most one incomplete record of what came in; what is to go out is
/// as long as what was sent, and the owner takes it at once. It belongs to one thread at a time.
@safe public final class TLSEngine {
    /// How far a connection is.
    public enum State: Hashable, Sendable {
        /// The two sides agree on keys.
        case handshaking
        /// Both sides may send.
        case open
        /// Over: nothing is received or sent any more. Nil where one side said that it has sent everything.
        case closed(TLSError?)
    }

    /// How far the connection is.
    public private(set) var state = State.handshaking
    /// Whether the connection has been open, even if it is closed by now: what came in one piece can open it, say something and close it.
    public private(set) var hasBeenOpen = false
    /// The pin of the peer's key, once the connection has been open, if the peer showed one.
    public private(set) var peerPin: Digest?

    private let context: TLSContext
    private let connection: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer
    private var refusedPin: Digest?

    /// A fresh connection of the context's kind. A client's has its first message ready at once.
    public init(context: TLSContext) throws(TLSError) {
        self.context = context
        // Safety: `SSL_set_bio` gives both BIOs to the connection, which frees them.
        guard let connection = unsafe SSL_new(context.raw) else { throw .ofIdentity("no memory") }
        guard let incoming = unsafe waymark_memory_bio(), let outgoing = unsafe waymark_memory_bio() else {
            unsafe SSL_free(connection)
            throw .ofIdentity("no memory")
        }
        unsafe SSL_set_bio(connection, incoming, outgoing)
        unsafe self.connection = connection
        unsafe self.incoming = incoming
        unsafe self.outgoing = outgoing
        // Safety: the connection is freed with the engine and calls nobody after that.
        unsafe SSL_set_ex_data(connection, 0, Unmanaged.passUnretained(self).toOpaque())
        if context.isServer {
            unsafe SSL_set_accept_state(connection)
        } else {
            unsafe SSL_set_connect_state(connection)
            shakeHands()
        }
    }

    deinit {
        unsafe SSL_free(connection)
    }

    /// Takes bytes as they came from the peer and returns what they mean, which may be nothing yet.
    public func receive(_ bytes: [UInt8]) -> [UInt8] {
        guard !isClosed, !bytes.isEmpty else { return [] }
        // Safety: the BIO copies the bytes; a memory BIO takes all of them.
        guard let count = Int32(exactly: bytes.count), unsafe BIO_write(incoming, bytes, count) == count else {
            preconditionFailure("a memory BIO takes what fits the memory")
        }
        if case .handshaking = state { shakeHands() }
        guard case .open = state else { return [] }
        return read()
    }

    /// Encrypts `bytes` for the peer. Without effect unless the connection is open.
    public func send(_ bytes: [UInt8]) {
        guard case .open = state, !bytes.isEmpty else { return }
        var written = 0
        ERR_clear_error()
        // Safety: OpenSSL only reads the bytes, and only during the call.
        let status = unsafe SSL_write_ex(connection, bytes, bytes.count, &written)
        if status != 1 { state = .closed(.fromPeer()) }
    }

    /// What is to be sent to the peer, in order; each byte once.
    public func takeOutput() -> [UInt8] {
        let count = unsafe BIO_ctrl_pending(outgoing)
        guard count > 0 else { return [] }
        // Safety: OpenSSL initializes as many bytes as it says that it has read, at most the capacity.
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = unsafe Int(max(0, BIO_read(outgoing, buffer.baseAddress, Int32(clamping: count))))
        }
    }

    /// Tells the peer that all has been sent, and ends the connection.
    public func finish() {
        guard !isClosed else { return }
        // In the middle of a handshake there is nothing to finish; the peer sees the end of the stream.
        if case .open = state { unsafe SSL_shutdown(connection) }
        ERR_clear_error()
        state = .closed(nil)
    }

    /// The peer's bytes have come to their end.
    public func endInput() {
        if !isClosed { state = .closed(.truncated) }
    }

    private var isClosed: Bool {
        if case .closed = state { true } else { false }
    }

    private func shakeHands() {
        ERR_clear_error()
        let status = unsafe SSL_do_handshake(connection)
        if status == 1 {
            peerPin = shownPin()
            hasBeenOpen = true
            state = .open
        } else if unsafe SSL_get_error(connection, status) != SSL_ERROR_WANT_READ {
            let error = TLSError.fromPeer()
            state = .closed(refusedPin.map { .peerRefused(pin: $0) } ?? error)
        }
    }

    private func read() -> [UInt8] {
        var received: [UInt8] = []
        // Safety: OpenSSL initializes the first `count` bytes, at most the buffer's; they are copied before the next round.
        unsafe withUnsafeTemporaryAllocation(byteCount: Self.recordBytes, alignment: 16) { buffer in
            while true {
                var count = 0
                ERR_clear_error()
                let status = unsafe SSL_read_ex(connection, buffer.baseAddress, buffer.count, &count)
                guard status == 1 else { return didNotRead(status) }
                unsafe received.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
        }
        return received
    }

    /// A record carries at most 2^14 bytes.
    private static let recordBytes = 16 * 1024

    private func didNotRead(_ status: Int32) {
        switch unsafe SSL_get_error(connection, status) {
        case SSL_ERROR_WANT_READ: break
        case SSL_ERROR_ZERO_RETURN: finish()
        default: state = .closed(.fromPeer())
        }
    }

    private func shownPin() -> Digest? {
        guard let certificate = unsafe SSL_get1_peer_certificate(connection) else { return nil }
        return try? unsafe Certificate(owning: certificate).pin()
    }
}

extension TLSEngine {
    /// Whether the certificate that `store` is to check has an expected key. OpenSSL asks during a handshake, in the middle of `shakeHands`.
    static func judge(_ store: OpaquePointer?) -> Bool {
        guard let store = unsafe store, let connection = unsafe waymark_checked_ssl(store),
            let data = unsafe SSL_get_ex_data(connection, 0)
        else { return false }
        // Safety: `init` stored the engine that owns the connection.
        let engine = unsafe Unmanaged<TLSEngine>.fromOpaque(data).takeUnretainedValue()
        if let certificate = unsafe X509_STORE_CTX_get0_cert(store), let pin = unsafe Certificate.pin(of: certificate) {
            if engine.context.policy?.accepts(pin) == true { return true }
            engine.refusedPin = pin
        }
        unsafe X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED)
        return false
    }
}
