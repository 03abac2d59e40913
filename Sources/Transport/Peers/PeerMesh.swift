import Cryptography
import EventLoop

/// The links of one validator to all others of its committee.
///
///  * Each pair of validators has one link: the lower index dials, the higher accepts. So no two connections ever compete, and which side has to
///    try again after a loss is never a question.
///  * A link is TLS 1.3 with a certificate on both sides, and each knows the other by the pin of its key in the committee's configuration.
///    Then both sides greet (`Greeting`), and the link is *up* for a side when it has read the other's greeting.
///  * A link carries frames (a `UInt32` length and as many bytes) whole and in order while it is up. What is sent while it is down, and what
///    was under way when it broke, is lost: consensus sends again what matters.
///  * A validator that takes frames too slowly is not waited for: when more than `TransportLimits.peerBufferedBytes` wait for it, its
///    link is closed and dialled again.
///  * A connection whose other side is gone without a word is given up by the kernel after some seconds (`LoopLimits`), and a
///    validator that connects anew replaces its old link at once.
///
/// Methods are called and events come on the loop; no event comes from inside a call of a method.
public final class PeerMesh: Sendable {
    private let loop: EventLoop
    private let membership: PeerSession.Membership
    private let limits: TransportLimits
    private let random: @Sendable (UInt64) -> UInt64
    private let onEvent: @Sendable (PeerEvent) -> Void
    private let state: LoopLocal<State>

    private struct State {
        var acceptor: Acceptor?
        var links: [Int: PeerLink] = [:]
        var isStopped = false
    }

    /// Listens, and dials the validators of a higher index, again and again, until it is stopped. On the loop only.
    public init(
        loop: EventLoop, configuration: PeerConfiguration, onEvent: @escaping @Sendable (PeerEvent) -> Void
    ) throws(PeerSetupError) {
        try configuration.check()
        self.loop = loop
        self.onEvent = onEvent
        membership = PeerSession.Membership(configuration)
        limits = configuration.limits.forPeers(configuration.peers.count)
        random = configuration.random
        state = LoopLocal(State(), on: loop)
        for peer in configuration.peers {
            state.value.links[peer.index] = try PeerLink(to: peer, from: configuration, loop: loop) { [weak self] in
                self?.dial(peer.index)
            }
        }
        state.value.acceptor = try listen(configuration)
        for peer in configuration.peers { dial(peer.index) }
    }

    /// Where the mesh listens; the port is the one that was found, where 0 was asked for. Nil once it is stopped.
    public var address: SocketAddress? { state.value.acceptor?.address }

    /// Whether the link to that validator is up.
    public func isUp(_ index: Int) -> Bool { state.value.links[index]?.session != nil }

    /// How many links are up.
    public var upCount: Int { state.value.links.values.count { $0.session != nil } }

    /// Sends a frame at the end of the turn. False where the link is down, or is now closed because too much waits for the peer.
    @discardableResult
    public func send(frame: [UInt8], to index: Int) -> Bool {
        precondition(
            (1...membership.frameBytes).contains(frame.count), "a frame has 1 to \(membership.frameBytes) bytes")
        return state.value.links[index]?.session?.send(frame) ?? false
    }

    /// Sends a frame to every validator whose link is up.
    public func broadcast(frame: [UInt8]) {
        for index in state.value.links.keys.sorted() { send(frame: frame, to: index) }
    }

    /// Bytes that wait for that validator.
    public func bufferedBytes(to index: Int) -> Int {
        state.value.links[index]?.session?.connection.bufferedBytes ?? 0
    }

    /// Takes no frames from that validator until `resume`, or until its link breaks: TCP holds it back.
    public func pause(_ index: Int) {
        state.value.links[index]?.session?.connection.pause()
    }

    /// Takes frames from that validator again.
    public func resume(_ index: Int) {
        state.value.links[index]?.session?.connection.resume()
    }

    /// Closes all links; the owner is told of each that was up. Must be called before the mesh is let go.
    public func stop() {
        guard !state.value.isStopped else { return }
        state.value.isStopped = true
        state.value.acceptor?.close()
        state.value.acceptor = nil
        for index in state.value.links.keys.sorted() { state.value.links[index]?.close() }
    }
}

extension PeerMesh {
    private func listen(_ configuration: PeerConfiguration) throws(PeerSetupError) -> Acceptor {
        let dialling = configuration.peers.filter { $0.index < configuration.index }
        let context = try PeerSetupError.ofIdentity { () throws(TLSError) in
            try TLSContext(server: configuration.identity, clients: .required(.anyOf(Set(dialling.map(\.pin)))))
        }
        do {
            return try Acceptor(
                loop: loop, host: configuration.listenHost, port: configuration.listenPort, security: .tls(context),
                limits: limits
            ) { [weak self] connection in
                self?.begin(connection, dialled: nil)
            }
        } catch {
            throw .listening(error)
        }
    }

    private func dial(_ index: Int) {
        guard !state.value.isStopped, let link = state.value.links[index], let context = link.context else { return }
        let connection = Connection.dial(
            loop: loop, host: link.peer.host, port: link.peer.port, security: .tls(context), limits: limits)
        state.value.links[index]?.attempt = begin(connection, dialled: index)
    }

    @discardableResult
    private func begin(_ connection: Connection, dialled: Int?) -> PeerSession {
        let session = PeerSession(connection, dialled: dialled, membership: membership)
        session.start { [weak self] session, event in
            guard let self else { return session.end(.connection(.closedHere)) }
            switch event {
            case .ready(let index): self.welcome(session, index)
            case .frame(let index, let frame): self.take(frame, of: session, index)
            case .ended(let reason): self.didEnd(session, reason)
            }
        }
        return session
    }

    private func welcome(_ session: PeerSession, _ index: Int) {
        guard !state.value.isStopped else { return session.end(.connection(.closedHere)) }
        if let old = state.value.links[index]?.session {
            state.value.links[index]?.didGoDown(at: loop.monotonicMilliseconds)
            old.end(.replaced)
            onEvent(.down(index, .replaced))
        }
        state.value.links[index]?.didComeUp(session, at: loop.monotonicMilliseconds)
        onEvent(.up(index))
    }

    private func take(_ frame: [UInt8], of session: PeerSession, _ index: Int) {
        guard state.value.links[index]?.session === session else { return }
        onEvent(.frame(index, frame))
    }

    private func didEnd(_ session: PeerSession, _ reason: LinkEnd) {
        if let index = session.peer, state.value.links[index]?.session === session {
            state.value.links[index]?.didGoDown(at: loop.monotonicMilliseconds)
            redial(session.dialled)
            onEvent(.down(index, reason))
        } else if let index = session.dialled {
            redial(index)
            onEvent(.unreachable(index, reason))
        } else if reason != .replaced {
            onEvent(.refused(session.connection.peer, reason))
        }
    }

    private func redial(_ index: Int?) {
        guard let index, !state.value.isStopped else { return }
        state.value.links[index]?.scheduleDial(random)
    }
}
