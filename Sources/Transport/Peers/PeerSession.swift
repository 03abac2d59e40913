import Cryptography
import EventLoop

/// One connection between two validators, from its first byte to its end: greets, checks the greeting, cuts frames.
final class PeerSession: Sendable {
    enum Event: Sendable {
        /// The peer has proven to be the validator of that index.
        case ready(Int)
        case frame(Int, [UInt8])
        /// Always the last, exactly once.
        case ended(LinkEnd)
    }

    /// What a session needs to know of the committee.
    struct Membership: Sendable {
        var committee: Digest
        var epoch: UInt64
        var index: Int
        var indexByPin: [Digest: Int]
        var frameBytes: Int

        init(_ configuration: PeerConfiguration) {
            committee = configuration.committee
            epoch = configuration.epoch
            index = configuration.index
            // `PeerConfiguration.check` has found the pins to differ.
            indexByPin = Dictionary(configuration.peers.map { ($0.pin, $0.index) }) { first, _ in first }
            frameBytes = configuration.limits.frameBytes
        }
    }

    let connection: Connection
    /// The validator that was dialled; nil where the other side dialled.
    let dialled: Int?
    private let membership: Membership
    private let state: LoopLocal<State>

    private struct State {
        var phase = Phase.opening
        var decoder = FrameDecoder(limit: Greeting.encodedBytes)
        var end: LinkEnd?
    }

    private enum Phase {
        case opening
        /// The handshake has shown whose key the peer holds; its greeting is missing.
        case greeting(peer: Int)
        case ready(peer: Int)
    }

    init(_ connection: Connection, dialled: Int?, membership: Membership) {
        self.connection = connection
        self.dialled = dialled
        self.membership = membership
        state = LoopLocal(State(), on: connection.loop)
    }

    /// The validator on the other side, once that is proven.
    var peer: Int? {
        if case .ready(let peer) = state.value.phase { peer } else { nil }
    }

    func start(onEvent: @escaping @Sendable (PeerSession, Event) -> Void) {
        connection.start { event in
            switch event {
            case .open(let peerPin): self.greet(peerPin)
            case .received(let bytes): self.take(bytes, onEvent)
            case .drained: break
            case .closed(let reason): onEvent(self, .ended(self.state.value.end ?? .connection(reason)))
            }
        }
    }

    /// Sends a frame. False where the link is not up, or is closed for being congested.
    func send(_ frame: [UInt8]) -> Bool {
        guard case .ready = state.value.phase else { return false }
        return connection.send(FrameDecoder.header(count: frame.count)) && connection.send(frame)
    }

    func end(_ reason: LinkEnd) {
        state.value.end = state.value.end ?? reason
        connection.close()
    }

    private func greet(_ peerPin: Digest?) {
        // The TLS context accepts no other keys; who changes that must think of this place.
        guard let peer = peerPin.flatMap({ membership.indexByPin[$0] }) else { return end(.wrongCommittee) }
        let greeting = Greeting(
            committee: membership.committee, epoch: membership.epoch, from: UInt32(membership.index), to: UInt32(peer)
        ).encoded()
        state.value.phase = .greeting(peer: peer)
        connection.send(FrameDecoder.header(count: greeting.count))
        connection.send(greeting)
    }

    private func take(_ bytes: [UInt8], _ onEvent: @Sendable (PeerSession, Event) -> Void) {
        state.value.decoder.append(bytes)
        // The owner may end the session on hearing of a frame; what came behind it is then not wanted.
        while state.value.end == nil, connection.isOpen, let frame = nextFrame() {
            switch state.value.phase {
            case .opening: preconditionFailure("a connection is open before it brings bytes")
            case .greeting(let peer): if check(frame, from: peer) { onEvent(self, .ready(peer)) }
            case .ready(let peer): onEvent(self, .frame(peer, frame))
            }
        }
    }

    private func nextFrame() -> [UInt8]? {
        do throws(FrameDecoder.Fault) {
            return try state.value.decoder.next()
        } catch {
            switch error {
            case .empty: end(.emptyFrame)
            case .tooLong(let count, let limit): end(.oversizedFrame(count: count, limit: limit))
            }
            return nil
        }
    }

    private func check(_ frame: [UInt8], from peer: Int) -> Bool {
        do {
            let greeting = try Greeting(decoding: frame)
            let expected = Greeting(
                committee: membership.committee, epoch: membership.epoch, from: UInt32(peer),
                to: UInt32(membership.index))
            // In another epoch the same validators may have other indices; their keys have said who they are.
            let isFromOther = greeting.epoch != membership.epoch && greeting.committee == membership.committee
            guard greeting == expected || isFromOther else {
                end(.wrongCommittee)
                return false
            }
        } catch {
            end(.badGreeting(error))
            return false
        }
        state.value.phase = .ready(peer: peer)
        state.value.decoder.limit = membership.frameBytes
        return true
    }
}
