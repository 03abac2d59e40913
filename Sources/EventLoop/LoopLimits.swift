/// The bounds of everything in a loop that could grow.
public enum LoopLimits {
    /// Bytes read from a socket at once: the size of the one buffer that all streams of a loop share.
    public static let readBytes = 64 * 1024
    /// Connections that the kernel keeps for a listener until they are accepted.
    public static let backlog: Int32 = 1024
    /// How often a turn runs jobs that jobs have added, before sockets are looked at again.
    public static let jobRoundsPerTurn = 64
    /// Addresses of one name that a dial tries.
    public static let addressesPerName = 8
    /// How long a dial may take unless its caller says otherwise.
    public static let connectMilliseconds: UInt64 = 10_000
    /// How long a stream that was finished waits for the peer to end its side.
    public static let lingerMilliseconds: UInt64 = 2_000
    /// How long what was sent may stay unacknowledged before the peer counts as gone.
    public static let unacknowledgedMilliseconds: UInt32 = 15_000
    /// How long a connection is silent before the kernel asks whether the peer is still there.
    public static let keepAliveSeconds: UInt32 = 15
}
