import Telemetry

/// The bound of everything in a replica that is fed from outside. Consensus has its own (`ConsensusSettings`).
public enum ReplicaLimits {
    /// Reports and updates of sessions that wait for their block. What comes above it is refused as `busy`.
    public static let waitingSubmissions = 65_536
    /// Sessions that may wait for one and the same report or update: a vehicle that reconnects, not a crowd.
    public static let sessionsPerSubmission = 8
    /// Heads, executed or only announced by others, whose cosignatures are collected. A validator that lags further drops the oldest:
    /// a newer head covers an older one.
    public static let openHeads = 1024
    /// Own cars without a proof whose reports are remembered.
    public static let ownCarsRemembered = 256
    /// How long an observation that others vouch for is looked at without being ordered, in milliseconds.
    public static let outlookMilliseconds: UInt64 = 30_000
    /// Reports a vehicle may commit: ten a second of log time, a burst of a hundred.
    public static let reportRate = TokenRate(perSecond: 10, burst: 100)
    /// Entries that convict one validator: more adds nothing.
    public static let convictionsPerValidator = 16
    /// How long a head may stand without its quorum before cosignatures are sent again, in milliseconds.
    public static let cosignatureResendMilliseconds: UInt64 = 1000
    /// Bytes of one piece of a snapshot's image.
    public static let pieceBytes = 512 << 10
    /// Pieces of one image: 2 GiB.
    public static let piecesPerOffer = 4096
    /// Snapshots in one answer: the newest two, and two that are kept longer because others are fetching them.
    public static let snapshotsOffered = 4
    /// Pieces that are asked for at a time.
    public static let piecesInFlight = 4
    /// Entries in one page of the log, …
    public static let entriesPerPage = 4096
    /// … and bytes at which a page is closed; its last entry may pass it.
    public static let pageBytes = 1 << 20
}
