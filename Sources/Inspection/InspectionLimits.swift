/// Bounds of everything that a request or the stream of notices can make grow.
enum InspectionLimits {
    /// Connections at a time; a further one waits in the kernel's queue.
    static let connections = 512
    /// Pages that follow `/events` at a time; a further one is answered 503.
    static let watchers = 64
    /// Hazards held for watchers and `/api/v1/hazards`. Above it the answers say that they are not complete.
    static let hazards = 20_000
    /// Vehicles held for watchers; a further one is not shown until another is forgotten.
    static let vehicles = 20_000
    /// Blocks held for watchers and `/api/v1/blocks`.
    static let blocks = 256
    /// Blocks that a newly opened page gets.
    static let firstBlocks = 20
    /// Changes that may wait for one slow watcher; above it, it is started afresh from the present state.
    static let waitingChanges = 4_096
    /// Entries in one answer.
    static let entriesPerAnswer: UInt64 = 256
    /// Observations in the answer about one hazard, unless its last block has more.
    static let observationsPerHazard = 100
    /// Bundles of 256 entries that are read back for one hazard: 131,072 entries, about half a second.
    static let bundlesPerTrail = 512
    /// Blocks in one answer.
    static let blocksPerAnswer: UInt64 = 256
    /// Rounds of each model in one answer.
    static let roundsPerAnswer: UInt64 = 256
    /// Files of versions kept in memory, of 26 MB at most: two models' current ones, and those before.
    static let versionFiles = 4
    /// Corners of all roads in the answer to `/api/v1/roads`: about 12 MB. Minor roads beyond it are left out, and the answer says so.
    static let roadCorners = 1_500_000

    /// Arcs of a map up to which the learned speed of every one is told: about a megabyte of text.
    static let speedArcs = 100_000
    /// For how long a vehicle's last position is kept, in milliseconds: with the time between two beats at most 60 s.
    static let sightingMilliseconds: UInt64 = 50_000
    /// For how long a cleared hazard is still shown, in milliseconds.
    static let clearedMilliseconds: UInt64 = 60_000
    /// For how long a request with `size=` waits for the log to reach it, in milliseconds.
    static let sizeWaitMilliseconds: UInt64 = 1_000
    /// The head advances at least this often where the committee works: an idle one proposes a heartbeat every 5 s.
    static let headMilliseconds: UInt64 = 15_000
    /// Between two batches of events to one watcher, in milliseconds.
    static let batchMilliseconds: UInt64 = 100
    /// Between two beats that keep an idle connection of a watcher alive, in milliseconds.
    static let heartbeatMilliseconds: UInt64 = 10_000
    /// A watcher that has not taken a batch for so long is disconnected, in milliseconds.
    static let stalledMilliseconds: UInt64 = 30_000
}
