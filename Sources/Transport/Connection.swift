import Cryptography
import EventLoop

/// A connection to a vehicle, a gateway or a validator: plain or TLS 1.3 over a TCP stream, with one interface. Methods are called and events
/// come on the loop.
///
/// It is made by accepting (`Acceptor`) or dialling (`dial`), is told once by `start` to whom its events go, then reports `open`, bytes, and as
/// its last event, exactly once, `closed` with the reason. No event comes from inside a call of a method.
///
/// What is sent in a turn is encrypted and written at its end, together. What waits for a slow peer is bounded by
/// `TransportLimits`; a connection that exceeds the bound is closed as `congested`, so its owner either watches `bufferedBytes` or accepts that.
public final class Connection: Sendable {
    /// How the bytes of a connection travel.
    public enum Security: Sendable {
        /// As they are.
        case plain
        /// Encrypted; the context says which side we are and whom we accept.
        case tls(TLSContext)
    }

    /// What happened to a connection.
    public enum Event: Hashable, Sendable {
        /// Both sides may send. With the pin of the peer's key, where it showed one.
        case open(peerPin: Digest?)
        /// Bytes from the peer, at least one.
        case received([UInt8])
        /// All that had to wait has been written.
        case drained
        /// The connection is gone.
        case closed(CloseReason)
    }

    /// The loop that the connection lives on.
    public let loop: EventLoop
    /// The peer's address, or the one that is being dialled.
    public let peer: SocketAddress
    let security: Security
    let state: LoopLocal<State>

    struct State {
        var phase: Phase
        var engine: TLSEngine?
        /// What is to be encrypted at the end of the turn; empty without TLS.
        var unsealed: [UInt8] = []
        var reason: CloseReason?
        var deadline: LoopTimer?
        var bufferedBytesLimit: Int
        var handshakeMilliseconds: UInt64
        var onEvent: (@Sendable (Event) -> Void)?
        var onGone: (@Sendable () -> Void)?
    }

    enum Phase {
        case fresh(Origin)
        case dialling(TCPDial)
        case shakingHands(TCPStream)
        case open(TCPStream)
        /// The reason stands; the stream's last bytes are under way.
        case ending(TCPStream)
        case closed
    }

    enum Origin {
        case accepted(TCPStream)
        case toBeDialled
    }

    init(
        loop: EventLoop, peer: SocketAddress, origin: Origin, security: Security, bufferedBytesLimit: Int,
        handshakeMilliseconds: UInt64
    ) {
        self.loop = loop
        self.peer = peer
        self.security = security
        state = LoopLocal(
            State(
                phase: .fresh(origin), bufferedBytesLimit: bufferedBytesLimit,
                handshakeMilliseconds: handshakeMilliseconds),
            on: loop)
    }

    /// A connection to `host`, an IP address or a name, that dials when it is started.
    public static func dial(
        loop: EventLoop, host: String, port: UInt16, security: Security, limits: TransportLimits = .standard
    ) -> Connection {
        Connection(
            loop: loop, peer: SocketAddress(host: host, port: port), origin: .toBeDialled, security: security,
            bufferedBytesLimit: limits.connectionBufferedBytes, handshakeMilliseconds: limits.handshakeMilliseconds)
    }

    /// A connection over an accepted stream.
    public static func accept(
        _ stream: TCPStream, security: Security, limits: TransportLimits = .standard
    ) -> Connection {
        Connection(
            loop: stream.loop, peer: stream.peer, origin: .accepted(stream), security: security,
            bufferedBytesLimit: limits.connectionBufferedBytes, handshakeMilliseconds: limits.handshakeMilliseconds)
    }

    /// Opens the connection, and tells `onEvent` of everything from now on. Once.
    public func start(onEvent: @escaping @Sendable (Event) -> Void) {
        guard case .fresh(let origin) = state.value.phase else {
            preconditionFailure("a connection is started once, and not after its end")
        }
        state.value.onEvent = onEvent
        let deadline = LoopTimer(loop: loop) { [weak self] in self?.end(.timedOut) }
        deadline.arm(afterMilliseconds: state.value.handshakeMilliseconds)
        state.value.deadline = deadline
        switch origin {
        case .accepted(let stream): begin(over: stream)
        case .toBeDialled:
            let dial = TCPStream.connect(
                loop: loop, host: peer.host, port: peer.port,
                deadlineMilliseconds: state.value.handshakeMilliseconds
            ) { self.didDial($0) }
            state.value.phase = .dialling(dial)
        }
    }

    /// Sends `bytes` at the end of the turn. False, and without effect, where the connection is not open or the bytes are more than may
    /// wait: then it is closed as `congested`.
    @discardableResult
    public func send(_ bytes: [UInt8]) -> Bool {
        guard case .open(let stream) = state.value.phase else { return false }
        guard bufferedBytes + bytes.count <= state.value.bufferedBytesLimit else {
            end(.congested(bufferedBytes: bufferedBytes))
            return false
        }
        switch security {
        case .plain: stream.write(bytes)
        case .tls: gather(bytes)
        }
        return true
    }

    /// Gives up the connection now. What the kernel does not take at once is lost.
    public func close() {
        end(.closedHere)
    }

    /// Closes after everything that was sent has reached the peer, within a bound of time.
    public func finish() {
        finish(.closedHere)
    }

    /// Stops reading: TCP holds the peer back.
    public func pause() {
        if case .open(let stream) = state.value.phase { stream.pause() }
    }

    /// Reads again.
    public func resume() {
        if case .open(let stream) = state.value.phase { stream.resume() }
    }

    /// Bytes that were sent and that the kernel has not taken.
    public var bufferedBytes: Int {
        switch state.value.phase {
        case .shakingHands(let stream), .open(let stream), .ending(let stream):
            state.value.unsealed.count + stream.bufferedBytes
        case .fresh, .dialling, .closed: 0
        }
    }

    /// Whether bytes can be sent.
    public var isOpen: Bool {
        if case .open = state.value.phase { true } else { false }
    }
}
