/// What a window of vertical acceleration says about the road: 38 numbers, near to mean 0 and variance 1 on recorded drives.
///
/// In their order: the signal's level and shape (10), how its energy is spread over time (14), its slow part (9), and its spectrum
/// (5). None tells how long the window is, since windows are cut by whoever records. They are floating point and stay on the
/// vehicle; only `quantized` is ever compared.
public struct SurfaceFeatures: Hashable, Sendable {
    /// How many features there are.
    public static let count = 38
    /// Values of a window: at 50 Hz, 1 s to 8 s.
    public static let windowLengths = 50...400
    /// Values a second.
    public static let sampleRate = 50
    /// Acceleration beyond this is no road but a fault, in m/s².
    public static let accelerationLimit: Float = 400
    /// Fraction bits of a quantized feature.
    public static let fractionBits = 8
    /// A quantized feature's 1.0.
    static let one: Float = 256
    /// Features are kept within ± this; on recorded drives they stay within 4.5.
    static let limit: Float = 8

    /// The features, each within ±8.
    public let values: [Float]

    /// The features with 8 fraction bits (1.0 is 256), rounded half to even: what a model is trained on and judged by.
    public var quantized: [Int16] {
        values.map { Int16(($0 * SurfaceFeatures.one).rounded(.toNearestOrEven)) }
    }

    /// The features of `window`: vertical acceleration at 50 Hz in m/s², 50 to 400 values, with gravity or without.
    public init(window: [Float]) throws(ModelError) {
        guard SurfaceFeatures.windowLengths.contains(window.count) else { throw .windowLength(found: window.count) }
        // Not a number is within no range.
        let range = -SurfaceFeatures.accelerationLimit...SurfaceFeatures.accelerationLimit
        if let index = window.firstIndex(where: { !range.contains($0) }) { throw .notPlausible(index: index) }
        let wave = Waveform(window.map { Double($0) })
        let raw = wave.shape + wave.energy + wave.slowPart + wave.spectrum
        values = zip(raw, SurfaceFeatures.scales).map { value, scale in
            min(SurfaceFeatures.limit, max(-SurfaceFeatures.limit, (Float(value) - scale.mean) * scale.inverse))
        }
    }
}

extension SurfaceFeatures {
    /// Mean and inverse deviation of each feature over the 400 series of Gonzalez et al. (IEEE T-ITS 18(11), 2017), rounded. They are
    /// constants and not learnt, so that all vehicles speak of the same features.
    private static let scales: [(mean: Float, inverse: Float)] = [
        // Shape: level, jerk, crest, lopsidedness, two quantiles, zero crossings, autocorrelation at 0.26 and 0.4 s, that of the size.
        (-0.026, 1.83), (-0.509, 2.29), (1.256, 4.59), (-0.008, 2.90), (-1.634, 4.33), (-0.476, 5.63), (0.224, 12.2),
        (-0.279, 3.39), (-0.166, 3.67), (0.075, 4.04),
        // Energy over 0.1 s: highest to median, highest to mean, time above 1/2, above 1/10, longest time above the mean.
        (3.060, 0.962), (1.940, 2.60), (2.563, 2.11), (4.100, 1.56), (2.817, 3.18),
        // Energy over 0.26 s and over 0.5 s: highest to mean, time above 1/4, above 1/10.
        (1.407, 2.85), (4.021, 1.72), (4.522, 1.64), (1.097, 3.21), (4.353, 1.92), (4.729, 1.85),
        // The shortest time that holds 30, 50 and 80 % of the energy.
        (2.338, 1.04), (3.296, 1.13), (4.234, 1.42),
        // Means over 0.1 s, 0.18 s, 0.3 s and 0.5 s: kurtosis, skewness, the lowest, lopsidedness.
        (1.455, 2.47), (-0.099, 1.27), (-0.062, 1.33), (0.428, 1.55), (-0.034, 2.95), (1.220, 3.20), (-0.051, 1.41),
        (1.132, 3.02), (-0.071, 1.37),
        // Shares of the energy around 0, 1.6, 6, 13 and 23 Hz.
        (0.680, 0.913), (1.560, 1.53), (-0.222, 0.856), (-1.901, 0.653), (-3.251, 0.614),
    ]
}
