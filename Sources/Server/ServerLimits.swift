import Telemetry

/// The bound of everything in a server that is fed from outside. Transport and Replica have their own.
public enum ServerLimits {
    /// Sessions of vehicles at once.
    public static let sessions = 20_000
    /// Messages that a session may send, before any signature is checked.
    public static let sessionRate = TokenRate(perSecond: 2000, burst: 4000)
    /// Unsent bytes of a connection above which its subscriptions wait.
    public static let congestedBytes = 256 << 10
    /// Messages of vehicles whose signatures wait to be checked; what comes above it is refused as `busy`.
    public static let waitingAdmissions = 16_384
    /// Bytes of these messages: updates are larger than reports.
    public static let waitingAdmissionBytes = 64 << 20
    /// Messages that one job of the pool checks: small enough that both cores share a burst.
    public static let admissionsPerJob = 64
    /// Frames of one peer whose signatures wait to be checked; what comes above it is dropped, since consensus sends again.
    public static let waitingFramesPerPeer = 2048
    /// Requests of one peer for state or log that are being answered; what comes above it is dropped, since it asks again.
    public static let transfersPerPeer = 8
    /// Least time between two hints to one validator that its epoch is over, in milliseconds.
    public static let epochReminderMilliseconds: UInt64 = 200
    /// Snapshots that are kept beside the newest two because others fetch them, …
    public static let pinnedSnapshots = 2
    /// … and for how long after they were asked for, in milliseconds.
    public static let pinMilliseconds: UInt64 = 60_000
    /// How long a validator that takes over a state waits for a piece or a page before it asks another, in milliseconds.
    public static let transferPatience: UInt64 = 1000
    /// Pages of the log that it asks for at a time, beyond those that are written.
    public static let pagesAhead = 8
    /// Certificates whose check is remembered.
    public static let cachedEnrolments = 16_384
    /// Certificates that a session may have shown: a vehicle has one, a concentrator a few hundred.
    public static let certificatesPerSession = 1024
    /// Executed blocks that wait to be written to tiles and index. Above it the gateway answers `busy`.
    public static let unwrittenBlocks = 4096
    /// Submissions of earlier blocks whose receipts wait for a write of tiles and index; what comes above it is refused as `busy`.
    public static let unprovenReports = 65_536
    /// Cars and blocks whose place in the journal is remembered until they are indexed.
    public static let notedRecords = 65_536
    /// Notices that wait for a slow watcher; the oldest are dropped.
    public static let notices = 4096
    /// How often records whose time is over are deleted, in milliseconds.
    public static let retentionIntervalMilliseconds: UInt64 = 60_000
    /// How often tiles, index and checkpoint are written at most, in milliseconds: what came meanwhile is written together.
    public static let writeIntervalMilliseconds: UInt64 = 200
    /// After a write it rests so many times as long as that took, so that under load more is written together …
    public static let writeRestFactor: UInt64 = 4
    /// … but not longer than this, in milliseconds.
    public static let writeRestMilliseconds: UInt64 = 800
}
