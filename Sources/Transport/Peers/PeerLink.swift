import Cryptography
import EventLoop

/// What a mesh knows of its link to one validator.
struct PeerLink {
    let peer: PeerAddress
    /// How to dial the peer; nil where the peer dials us.
    let context: TLSContext?
    /// The connection in use; nil while the link is down.
    private(set) var session: PeerSession?
    /// The connection that is being made.
    var attempt: PeerSession?
    private var backoff: Backoff
    private let redial: LoopTimer
    private var upSince: UInt64 = 0

    /// A link that is down. `onDial` is called when it is time to try again.
    init(
        to peer: PeerAddress, from configuration: PeerConfiguration, loop: EventLoop,
        onDial: @escaping @Sendable () -> Void
    ) throws(PeerSetupError) {
        self.peer = peer
        backoff = Backoff(
            shortest: configuration.limits.redialMilliseconds, longest: configuration.limits.longestRedialMilliseconds)
        redial = LoopTimer(loop: loop, onRing: onDial)
        guard peer.index > configuration.index else {
            context = nil
            return
        }
        context = try PeerSetupError.ofIdentity { () throws(TLSError) in
            try TLSContext(client: configuration.identity, servers: .anyOf([peer.pin]))
        }
    }

    mutating func didComeUp(_ session: PeerSession, at now: UInt64) {
        self.session = session
        attempt = nil
        upSince = now
    }

    /// The connection in use is not in use any more.
    mutating func didGoDown(at now: UInt64) {
        session = nil
        // A link that breaks as soon as it is up does not earn a short pause.
        if now - upSince >= backoff.longest { backoff.reset() }
    }

    /// Dials after a pause.
    mutating func scheduleDial(_ random: (UInt64) -> UInt64) {
        attempt = nil
        redial.arm(afterMilliseconds: backoff.next(random: random))
    }

    /// Ends both connections and dials no more.
    func close() {
        redial.disarm()
        attempt?.end(.connection(.closedHere))
        session?.end(.connection(.closedHere))
    }
}
