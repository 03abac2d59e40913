/// Integers with the probability of the normal curve: P(x) ∝ exp(−x² / 2σ²), drawn exactly.
///
/// Canonne, Kamath and Steinke, "The Discrete Gaussian for Differential Privacy" (NeurIPS 2020, arXiv 2004.00010):
/// algorithms 1 to 3, in integers only. A rounded floating-point normal has another distribution than its proof is
/// about, and its low bits have given secrets away (Mironov, CCS 2012). Noise of variance σ² on integers of L2
/// sensitivity Δ keeps within the continuous one's Rényi divergence α·Δ² / 2σ² at every order α (section 2 there).
///
/// Its variance is at most σ²: a millionth less at σ = 1, nothing that a Double shows from σ = 2 on, but an eighth of
/// it at σ² = 0.1.
public struct DiscreteGaussian: Hashable, Sendable {
    /// σ² at most: 65,536 quanta of standard deviation, more than an Int16 has.
    public static let maximumVariance: UInt64 = 1 << 32
    /// Denominator of σ² at most.
    public static let maximumDenominator: UInt64 = 1 << 16

    /// σ² times `denominator`: at least 1.
    public let numerator: UInt64
    /// 1 to 65,536.
    public let denominator: UInt64
    /// t = ⌊σ⌋ + 1, the scale of the Laplace distribution that is drawn from first.
    private let t: UInt64

    /// The distribution of σ² = `numerator` / `denominator`, or nil where σ² is 0 or a bound is broken.
    public init?(varianceNumerator numerator: UInt64, denominator: UInt64) {
        guard (1...Self.maximumDenominator).contains(denominator), numerator >= 1,
            numerator <= Self.maximumVariance * denominator
        else { return nil }
        self.numerator = numerator
        self.denominator = denominator
        t = Self.squareRoot(numerator / denominator) + 1
    }

    /// Algorithm 3: a Laplace number y stays with probability exp(−(|y| − σ²/t)² / 2σ²), else the next is tried. More
    /// than every second stays where σ ≥ 1.
    public func next(using random: inout some RandomNumberGenerator) -> Int64 {
        let (a, b) = (UInt128(numerator), UInt128(denominator))
        // With σ² = a/b the exponent is (|y|·t·b − a)² / 2abt². |y| < 2²⁷, so that the root is below 2⁶¹; the
        // denominator is below 2⁹⁹.
        let divisor = 2 * a * b * UInt128(t) * UInt128(t)
        while true {
            let y = laplace(using: &random)
            let scaled = UInt128(y.magnitude) * UInt128(t) * b
            let root = scaled > a ? scaled - a : a - scaled
            if Bernoulli.exponential(root * root, over: divisor, using: &random) { return y }
        }
    }

    /// Algorithm 2 for a whole scale t: P(y) ∝ exp(−|y| / t).
    private func laplace(using random: inout some RandomNumberGenerator) -> Int64 {
        while true {
            let u = UInt64.random(in: 0..<t, using: &random)
            guard Bernoulli.exponential(UInt128(u), over: UInt128(t), using: &random) else { continue }
            var v: UInt64 = 0
            // The bound keeps |y| below 2²⁷; it is met with probability exp(−1023).
            while v < 1023, Bernoulli.exponential(1, over: 1, using: &random) { v += 1 }
            let magnitude = Int64(u + t * v)
            let isNegative = Bool.random(using: &random)
            // Zero would come twice, once with each sign.
            if isNegative && magnitude == 0 { continue }
            return isNegative ? -magnitude : magnitude
        }
    }

    /// ⌊√x⌋, bit by bit; x ≤ 2³².
    private static func squareRoot(_ x: UInt64) -> UInt64 {
        var root: UInt64 = 0
        for bit in stride(from: 16, through: 0, by: -1) {
            let next = root | 1 << UInt64(bit)
            if next * next <= x { root = next }
        }
        return root
    }
}
