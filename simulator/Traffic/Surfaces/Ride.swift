#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import Models

/// How one vehicle rides, and how its accelerometer feels it: seeded, so that no two vehicles tell the same road alike.
///
/// Front and rear are a quarter car each, the rear a wheelbase later. That is exact where a body resists nodding as
/// much as its two ends would as separate masses, which passenger cars come near to. The sensor lies between the axles
/// and feels its share of either.
public struct Ride: Hashable, Sendable {
    /// Either end of the vehicle.
    var car = QuarterCar()
    /// Metres from axle to axle.
    var wheelbase = 2.6
    /// Where the sensor is: 0 over the front axle, 1 over the rear.
    var sensorShare = 0.5
    /// Metres.
    var wheelRadius = 0.3
    /// What the sensor's mounting makes of an acceleration.
    var gain = 1.0
    /// The frequency in Hz from which on the mounting softens an acceleration: a low pass of the first order, after it
    /// a second.
    var corner = 8.0
    /// What the sensor shows beyond gravity at rest, in m/s².
    var bias = 0.0
    /// Standard deviation of the sensor's noise, in m/s².
    var noise = 0.1

    /// Samples a second.
    public static let sampleRate = 50
    /// Steps of a quarter car between two samples: 1 ms each.
    static let stepsPerSample = 20
    /// Driven before the first sample, so that the start is forgotten, in s.
    static let leadSeconds = 1.0

    /// The usual vehicle with a quiet sensor.
    init() {}

    /// One of the many vehicles there are.
    public init(random: inout SeededGenerator) {
        let mass = random.uniform(in: 0.85...1.2)
        car.k1 *= random.uniform(in: 1.0...1.4) / mass
        car.k2 *= random.uniform(in: 0.9...1.1) / mass
        car.c *= random.uniform(in: 0.7...1.0) / mass
        car.μ /= mass
        car.asymmetry = random.uniform(in: 0.3...0.6)
        wheelbase = random.uniform(in: 2.4...2.8)
        sensorShare = random.uniform(in: 0.3...0.7)
        wheelRadius = random.uniform(in: 0.28...0.34)
        gain = random.uniform(in: 0.8...1.2)
        corner = random.uniform(in: 7...14)
        bias = random.uniform(in: -0.1...0.6)
        noise = random.uniform(in: 0.05...0.15)
    }

    /// What the sensor shows in m/s², gravity included, at `sampleRate`, while the vehicle drives over such a road at a
    /// speed in m/s. An obstacle begins under the front wheel at `obstacleShare` of the window.
    public func acceleration(
        over shape: RoadShape, speed: Double, samples: Int, obstacleShare: Double, random: inout SeededGenerator
    ) -> [Float] {
        let profile = track(shape, speed, samples, obstacleShare, &random)
        let accelerations = body(on: profile, speed: speed, samples: samples)
        return accelerations.map { Float(QuarterCar.g + bias + gain * $0 + noise * random.normal()) }
    }

    /// The way of the wheels' centres: the rear wheel stands at its beginning.
    private func track(
        _ shape: RoadShape, _ speed: Double, _ samples: Int, _ share: Double, _ random: inout SeededGenerator
    ) -> RoadProfile {
        let seconds = Double(samples) / Double(Ride.sampleRate)
        var profile = RoadProfile(length: wheelbase + (Ride.leadSeconds + seconds) * speed)
        profile.roughen(shape.roughness, random: &random)
        profile.add(shape.obstacle, at: wheelbase + (Ride.leadSeconds + seconds * share) * speed)
        return profile.enveloped(radius: wheelRadius)
    }

    /// The body's acceleration at the sensor in m/s², each sample the mean of its steps, as a sensor against aliasing
    /// does it.
    private func body(on profile: RoadProfile, speed: Double, samples: Int) -> [Double] {
        let Δt = 1 / Double(Ride.sampleRate * Ride.stepsPerSample)
        let lead = Int(Ride.leadSeconds * Double(Ride.sampleRate))
        let pass = 1 - exp(-2 * .pi * corner * Δt)
        var (front, rear) = (QuarterCar.State(), QuarterCar.State())
        var (x, soft, softer) = (0.0, 0.0, 0.0)
        return (0..<lead + samples).map { _ in
            var sum = 0.0
            for _ in 0..<Ride.stepsPerSample {
                let ahead = car.advance(&front, h: profile.height(at: x + wheelbase), Δt: Δt)
                let behind = car.advance(&rear, h: profile.height(at: x), Δt: Δt)
                soft += pass * (ahead + sensorShare * (behind - ahead) - soft)
                softer += pass * (soft - softer)
                sum += softer
                x += speed * Δt
            }
            return sum / Double(Ride.stepsPerSample)
        }.suffix(samples)
    }
}
