import Models

/// A piece of road as wheels meet it: how rough it is, and what lies in it.
public struct RoadShape: Hashable, Sendable {
    /// G_d(n₀) of ISO 8608 in m³.
    public var roughness: Double
    /// What lies in it.
    public var obstacle: Obstacle

    /// One of the many pieces that have this surface.
    ///
    /// A regular road is of the classes A to C of ISO 8608, a worn one of B to D. Roughness and measures were fitted
    /// within what roads have so that strength, peaks and spectra are near to those of the recorded series (Gonzalez et
    /// al., IEEE T-ITS 18(11), 2017).
    init(of surface: Surface, random: inout SeededGenerator) {
        switch surface {
        case .regular:
            self.init(roughness: random.logUniform(in: 40e-6...640e-6), obstacle: .none)
        case .worn:
            self.init(roughness: random.logUniform(in: 256e-6...2048e-6), obstacle: .none)
        case .asphaltBump:
            let length = random.uniform(in: 3...4)
            self.init(
                roughness: random.logUniform(in: 40e-6...640e-6),
                obstacle: .hump(length: length, height: random.uniform(in: 0.1...0.15)))
        case .metalBump:
            let height = random.uniform(in: 0.05...0.08)
            self.init(
                roughness: random.logUniform(in: 40e-6...640e-6),
                obstacle: .studs(rows: random.happens(permille: 750) ? 1 : 2, pitch: 0.3, length: 0.2, height: height))
        case .pothole:
            let length = random.uniform(in: 0.6...1.2)
            self.init(
                roughness: random.logUniform(in: 256e-6...1536e-6),
                obstacle: .hole(length: length, depth: random.uniform(in: 0.035...0.07), rim: 0.2))
        }
    }

    init(roughness: Double, obstacle: Obstacle) {
        (self.roughness, self.obstacle) = (roughness, obstacle)
    }
}
