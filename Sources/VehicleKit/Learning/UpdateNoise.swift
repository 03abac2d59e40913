import Models

/// The noise that a vehicle adds to a whole number of an update before anyone sees it: discrete Gaussian, with a
/// deviation that is a multiple of the number's sensitivity.
///
/// `DiscreteGaussian` goes to deviations of 65,536. Where a sensitivity Δ needs more, it is drawn in steps of s, with a
/// deviation that is the same multiple of ⌈Δ/s⌉, and a number that is even over one step is added. That number makes
/// the remainder by s of what is sent say nothing, and given the remainder two numbers that differ by Δ lie at most
/// ⌈Δ/s⌉ steps apart: so the noise hides as much.
struct UpdateNoise: Sendable {
    private let steps: DiscreteGaussian
    private let stepSize: Int64

    /// Steps are of one unit up to this sensitivity: a deviation of thirty times as much can be drawn.
    private static let largestSensitivity: UInt64 = 2_184

    /// Noise of `milli`/1000 times `sensitivity`, or nil where that cannot be made: above 30 times, but for a
    /// sensitivity of 1.
    init?(milli: UInt32, sensitivity: UInt64) {
        guard sensitivity > 0 else { return nil }
        let size = (sensitivity + Self.largestSensitivity - 1) / Self.largestSensitivity
        let sensitivitySteps = (sensitivity + size - 1) / size
        guard let steps = Self.gaussian(milli: milli, times: sensitivitySteps) else { return nil }
        self.steps = steps
        stepSize = Int64(size)
    }

    /// σ = milli/1000 · factor. σ² has 16 fraction bits, rounded up: there is never less noise than was promised.
    private static func gaussian(milli: UInt32, times factor: UInt64) -> DiscreteGaussian? {
        let denominator = DiscreteGaussian.maximumDenominator
        let product = UInt128(milli) * UInt128(factor)
        let numerator = (product * product * UInt128(denominator) + 999_999) / 1_000_000
        guard numerator <= UInt128(DiscreteGaussian.maximumVariance) * UInt128(denominator) else { return nil }
        return DiscreteGaussian(varianceNumerator: UInt64(numerator), denominator: denominator)
    }

    func next(using random: inout some RandomNumberGenerator) -> Int64 {
        let spread = stepSize == 1 ? 0 : Int64.random(in: 0..<stepSize, using: &random) - stepSize / 2
        return steps.next(using: &random) * stepSize + spread
    }
}
