import Models

/// Series of all surfaces without traffic: for hold-outs and studies.
///
/// Each sample is another vehicle on another piece of road, at a speed at which drivers pass it.
public struct SurfaceSampler: Sendable {
    private var random: SeededGenerator

    /// The series of this seed.
    public init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// The vertical acceleration of a drive over this surface in m/s², gravity included: 100 to 200 samples at 50 Hz.
    public mutating func sample(_ surface: Surface) -> [Float] {
        let ride = Ride(random: &random)
        let shape = RoadShape(of: surface, random: &random)
        let speed = random.uniform(in: surface.passingSpeeds)
        return random.window(of: ride, over: shape, speed: speed)
    }
}

extension SeededGenerator {
    /// A window of 2 to 4 s in which an obstacle comes early enough to be felt by both axles.
    mutating func window(of ride: Ride, over shape: RoadShape, speed: Double) -> [Float] {
        let samples = Int(uniform(in: 100...200))
        return ride.acceleration(
            over: shape, speed: speed, samples: samples, obstacleShare: uniform(in: 0.15...0.4), random: &self)
    }
}
