import Telemetry

/// The bound of everything in a vehicle that could grow.
public enum VehicleLimits {
    /// Reports that wait for their receipt: all of them lie inside the validators' replay window, so none is refused
    /// for its number.
    public static let outboxReports = 1024
    /// The payload of an update: the rest of its bytes is far less.
    public static let updatePayloadBytes = TelemetryLimits.updateBytes - 256
    /// How long after a round's deadline the answer to an update may come, in milliseconds.
    public static let answerAfterDeadlineMilliseconds: UInt64 = 60_000
    /// Files of versions that the vehicles of a loop share.
    public static let sharedVersions = 8
    /// Windows without which a learner takes no part in a round of perception.
    public static let leastWindows = 4
    /// Windows that a learner remembers.
    public static let diaryWindows = 256
    /// Signings of one report or update that a receipt may be for; above it the oldest is forgotten.
    public static let signingsPerReport = 128
    /// Areas that a vehicle follows.
    public static let followedCells = 512
    /// Filters in one SUBSCRIBE.
    public static let filtersPerSubscribe = 64
    /// Hazards that a vehicle keeps in mind.
    public static let hazards = 8192
    /// Decisions on later committees than the next that wait for those between.
    public static let decisionsAhead = 64
    /// Heads that a verifier remembers to have checked.
    public static let checkedHeads = 256
    /// Publishes that wait for their PUBACK on one connection.
    public static let unacknowledged = 64
}
