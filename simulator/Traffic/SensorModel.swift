/// How well a vehicle's sensors see.
public struct SensorModel: Hashable, Sendable {
    /// Of 1,000 hazards that a vehicle passes, so many go unseen.
    public var missPermille: UInt64 = 100
    /// The same where the vehicle was told of the hazard: who knows where to look sees more.
    public var informedMissPermille: UInt64 = 25
    /// Vehicle-seconds to one sighting of something that is not there, of a kind by chance. Independent vehicles do not agree on these.
    public var secondsPerGhost: UInt64 = 100_000

    /// The usual sensors: one miss in ten, in forty where the hazard is known, and a ghost in 28 hours.
    public init() {}
}
