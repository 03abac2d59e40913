import Geography
import Models
import Roads
import Telemetry
import Wire

/// What vehicles saw, felt and did in a step. All lists are in the order of time, and of a defined order within a tick.
public struct TrafficStep: Hashable, Sendable {
    /// What they saw.
    public var observations: [SensedObservation] = []
    /// What their accelerometers felt.
    public var windows: [SensedWindow] = []
    /// The arcs that they drove from tail to head.
    public var traversals: [Traversal] = []
    /// The vehicles that began a new trip; in a run's first step all of them.
    public var newTrips: [Int] = []
}

/// What one vehicle's accelerometer felt around a place.
public struct SensedWindow: Hashable, Sendable {
    /// The vehicle.
    public var vehicle: Int
    /// Where it was: at the bump or pothole, or at the end of the window.
    public var arc: Arc
    /// Metres from the arc's tail.
    public var offset: Double
    /// Vertical acceleration in m/s², gravity included, at `Ride.sampleRate`: 100 to 200 samples.
    public var acceleration: [Float]
    /// What the wheels rolled over, as the simulator knows.
    public var surface: Surface
}

/// An arc that a vehicle has driven from its tail to its head.
public struct Traversal: Hashable, Sendable {
    /// The vehicle.
    public var vehicle: Int
    /// The arc.
    public var arc: Arc
    /// When it passed the tail.
    public var enteredAt: Timestamp
    /// How long it took to the head: at least 1. Places between two ticks are taken as passed at an even speed.
    public var milliseconds: UInt32
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
