/// The bound of everything in a vehicle that could grow.
public enum VehicleLimits {
    /// Reports that wait for their receipt: all of them lie inside the validators' replay window, so none is refused
    /// for its number.
    public static let outboxReports = 1024
    /// Signings of one report that a receipt may be for; above it the oldest is forgotten.
    public static let versionsPerReport = 128
    /// Areas that a vehicle follows.
    public static let followedCells = 512
    /// Filters in one SUBSCRIBE.
    public static let filtersPerSubscribe = 64
    /// Hazards that a vehicle keeps in mind.
    public static let hazards = 8192
    /// Heads that a verifier remembers to have checked.
    public static let checkedHeads = 256
    /// Publishes that wait for their PUBACK on one connection.
    public static let unacknowledged = 64
}
