/// What a wheel rolls over: the classes that the perception model tells apart.
///
/// They are those of the recorded data set (Gonzalez et al., IEEE T-ITS 18(11), 2017), so that the model can be judged by it.
public enum Surface: UInt8, CaseIterable, Sendable {
    /// A road in good repair.
    case regular = 0
    /// A road whose surface is worn out: rough everywhere.
    case worn = 1
    /// A speed bump of asphalt: long and round.
    case asphaltBump = 2
    /// A speed bump of metal studs: short and hard.
    case metalBump = 3
    /// A hole in the road.
    case pothole = 4
}
