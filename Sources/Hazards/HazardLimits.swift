/// The numbers of the first rule, and the bound of everything that reports can make the hazards hold.
public enum HazardLimits {
    /// Distinct vehicles that make a reported hazard a confirmed one.
    public static let confirmingVehicles = 3
    /// Within how much log time they must have reported, in milliseconds.
    public static let confirmingMilliseconds: UInt64 = 120_000
    /// Distinct vehicles that clear a hazard by not seeing it.
    public static let clearingVehicles = 3
    /// Vehicles remembered a hazard and hour. Thirty spans of 120 s hold at most two vehicles each as long as nothing
    /// is confirmed: whatever is not confirmed has 60 at most, so the bound never stands in the way of a confirmation.
    public static let vehiclesPerHazard = 64
    /// Distinct vehicles that make a warning before anything is final: never one alone.
    public static let warningVehicles: UInt32 = 2
    /// How long such a warning stands unless it becomes final, in milliseconds.
    public static let warningMilliseconds: UInt64 = 10_000
    /// Observations that are looked at before they are final; above it there are no warnings.
    public static let outlookObservations = 4096
    /// Hazards at once. One more drives out the oldest that is only reported.
    public static let hazards = 8192
}
