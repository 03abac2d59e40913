import Models

/// Heights along a wheel's track, at equal distances.
///
/// The road's roughness is that of ISO 8608: a displacement spectrum G_d(n) = G_d(n₀)·(n/n₀)⁻² over the spatial
/// frequency n, which is a random walk, held near 0 by forgetting waves longer than 100 m. G_d(n₀) has its geometric
/// mean at 16·10⁻⁶ m³ on a road of class A, and four times as much with each class from there.
struct RoadProfile: Sendable {
    /// Metres.
    private(set) var heights: [Double]

    /// From one height to the next, in metres: a wheel at 16 m/s passes two thirds of it in a step of 1 ms.
    static let spacing = 0.025
    /// n₀: the reference spatial frequency, in cycles a metre.
    static let n0 = 0.1
    /// n_c: below it waves are forgotten, in cycles a metre.
    static let nc = 0.01

    /// Heights of a patch: no road is equally rough everywhere, so each 4 m have their own share of the roughness.
    static let patch = 160

    /// A flat road of this length in metres.
    init(length: Double) {
        heights = Array(repeating: 0, count: Int(length / RoadProfile.spacing) + 2)
    }

    /// Where this far along the track the road is, in metres; the last height beyond the end.
    func height(at x: Double) -> Double {
        let place = max(x, 0) / RoadProfile.spacing
        let index = min(Int(place), heights.count - 2)
        let share = min(place - Double(index), 1)
        return heights[index] + share * (heights[index + 1] - heights[index])
    }

    /// Adds roughness of a G_d(n₀) in m³.
    ///
    /// White noise of the one-sided density 2σ² integrates to 2σ²/(2πn)², so σ = 2πn₀·√(G_d(n₀)/2).
    mutating func roughen(_ Gd: Double, random: inout SeededGenerator) {
        let step = 2 * .pi * RoadProfile.n0 * (Gd / 2 * RoadProfile.spacing).squareRoot()
        let kept = 1 - 2 * .pi * RoadProfile.nc * RoadProfile.spacing
        var (z, patch) = (0.0, 1.0)
        for index in heights.indices {
            if index % RoadProfile.patch == 0 { patch = random.logUniform(in: 0.25...2.5) }
            z = z * kept + step * patch * random.normal()
            heights[index] += z
        }
    }

    /// Adds an obstacle that begins this far along the track.
    mutating func add(_ obstacle: Obstacle, at start: Double) {
        let first = max(Int(start / RoadProfile.spacing), 0)
        let last = min(Int((start + obstacle.length) / RoadProfile.spacing) + 1, heights.count - 1)
        guard first <= last else { return }
        for index in first...last {
            heights[index] += obstacle.height(at: Double(index) * RoadProfile.spacing - start)
        }
    }

    /// The way of the centre of a rigid wheel of this radius in metres, less the radius: a wheel comes to an edge
    /// before its centre does, and reaches the ground of no hole that is shorter than it.
    func enveloped(radius: Double) -> RoadProfile {
        let reach = Int(radius * 0.8 / RoadProfile.spacing)
        let drops = (0...reach).map { tap in
            let s = Double(tap) * RoadProfile.spacing
            return radius - (radius * radius - s * s).squareRoot()
        }
        var profile = self
        for index in heights.indices {
            var highest = heights[index]
            for tap in 1...reach {
                let ahead = heights[min(index + tap, heights.count - 1)]
                highest = max(highest, max(ahead, heights[max(index - tap, 0)]) - drops[tap])
            }
            profile.heights[index] = highest
        }
        return profile
    }
}
