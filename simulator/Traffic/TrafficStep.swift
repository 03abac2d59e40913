import Geography
import Telemetry

/// What vehicles saw in a step.
public struct TrafficStep: Hashable, Sendable {
    /// In the order of time, and of vehicles within a tick.
    public var observations: [SensedObservation] = []
}

/// One vehicle's observation, and why it was made.
public struct SensedObservation: Hashable, Sendable {
    /// The vehicle.
    public var vehicle: Int
    /// What it says.
    public var observation: Observation
    /// What is behind it, as the simulator knows.
    public var cause: Cause

    /// What is behind an observation.
    public enum Cause: Hashable, Sendable {
        /// The planted hazard with this index.
        case hazard(Int)
        /// Nothing: a false alarm.
        case ghost
        /// Something that the vehicle was told of and did not see, be it there or not.
        case absence
    }
}

/// How a vehicle does.
public struct VehicleState: Hashable, Sendable {
    /// Where its front is.
    public var coordinate: Coordinate
    /// The same on the map.
    public var place: EdgePlace
    /// Speed in centimetres a second: 0 to 10,000.
    public var speedCentimetresPerSecond: UInt32
    /// Where it is going.
    public var heading: Heading
}
