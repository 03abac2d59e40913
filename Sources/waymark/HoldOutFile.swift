import Models
import Traffic

/// Hold-outs that `demo` and `keys committee` make: recorded series that no vehicle feels, or series of the simulator's road surfaces, of
/// vehicles that are in no fleet.
enum HoldOutFile {
    /// Samples of each surface: one more or less changes an accuracy by a tenth of a point.
    static let samplesPerSurface = 200

    /// Recorded series where there are some, else synthetic ones.
    static func make(_ recordings: SurfaceRecordings?, seed: UInt64) throws -> [UInt8] {
        try recordings?.holdOut().encoded() ?? synthetic(seed: seed)
    }

    /// The file of a hold-out from this seed.
    static func synthetic(seed: UInt64) throws -> [UInt8] {
        var sampler = SurfaceSampler(seed: seed ^ 0x486F_6C64_4F75_7400)
        var samples: [LabelledFeatures] = []
        for _ in 0..<samplesPerSurface {
            for surface in Surface.allCases {
                samples.append(
                    LabelledFeatures(try SurfaceFeatures(window: sampler.sample(surface)), surface: surface))
            }
        }
        return try HoldOut(samples: samples).encoded()
    }
}
