/// The bounds of everything that a peer or a vehicle could make grow. All bytes and times of the links are bounded here.
public struct TransportLimits: Hashable, Sendable {
    /// Bytes that may wait for a vehicle's or another client's connection; above, the connection is closed.
    public var connectionBufferedBytes = 4 << 20
    /// Connections that an acceptor has at a time; above, new ones are closed at once.
    public var connections = 20_000
    /// How long a connection may take from its first byte, or from dialling, until it is open.
    public var handshakeMilliseconds: UInt64 = 10_000
    /// Bytes of one frame between validators, its length not counted.
    public var frameBytes = 8 << 20
    /// Bytes that may wait for one validator; above, its link is closed and dialled again. Consensus sends again what matters.
    public var peerBufferedBytes = 32 << 20
    /// Connections from validators at a time, beyond one for each: those of validators that have just restarted, and of strangers.
    public var sparePeerConnections = 64
    /// The shortest pause between two attempts to reach a validator.
    public var redialMilliseconds: UInt64 = 100
    /// The longest pause between two attempts to reach a validator.
    public var longestRedialMilliseconds: UInt64 = 5_000

    /// What suits a committee of tens and vehicles by the ten thousand.
    public static let standard = TransportLimits()

    /// The standard limits, to be changed.
    public init() {}

    /// The limits of the connections that make up the links to `count` validators.
    func forPeers(_ count: Int) -> TransportLimits {
        var limits = self
        limits.connectionBufferedBytes = peerBufferedBytes
        limits.connections = count + sparePeerConnections
        return limits
    }
}
