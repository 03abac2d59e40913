#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What a vehicle's rounds have told about it so far, at most: a budget of (ε, δ) differential privacy.
///
/// The vehicle keeps one Rényi divergence for each of a list of orders α. Rounds add up order by order (Mironov,
/// "Rényi Differential Privacy", CSF 2017, proposition 1), and at the end the best order gives ε. The conversion is
/// the tight one of Canonne, Kamath and Steinke (arXiv 2004.00010, proposition 12; equation 20 of Balle et al., arXiv
/// 2001.05990):
///
///     ε(δ) = min over α of  D(α) + ln(1 − 1/α) − ln(δ·α) / (α − 1)
///
/// and ε = 0 where δ alone covers the divergence, by δ ≤ √(1 − exp(−D)) (Bretagnolle and Huber). Orders, conversion
/// and the series for fractional orders are those that dp-accounting 0.6 uses by default, so that both give the same
/// figures.
///
/// Where each vehicle adds its own noise, `noiseMultiplier` is that noise's σ over the clip bound and `samplingRate`
/// the probability of taking part, which amplifies privacy only against those who do not see who took part: against
/// validators, who do, it is 1.
public struct PrivacyAccountant: Hashable, Sendable {
    /// Orders α: 1.1, 1.2, … 10.9, then 11 to 63, 128, 256, 512 and 1,024.
    public static let orders: [Double] =
        (11..<110).map { Double($0) / 10 } + (11..<64).map(Double.init) + [128, 256, 512, 1024]

    /// Noise multipliers within reason.
    public static let noiseMultipliers = 0.1...1000.0

    /// The Rényi divergence so far at each order, in nats.
    public private(set) var divergences = [Double](repeating: 0, count: orders.count)

    /// A budget of which nothing is spent.
    public init() {}

    /// Adds `rounds` releases of a sum with Gaussian noise, each with the vehicle's data in it with probability
    /// `samplingRate`. About 1 ms.
    ///
    /// - Parameters:
    ///   - rounds: T ≥ 0.
    ///   - samplingRate: q, 0 to 1.
    ///   - noiseMultiplier: the noise's standard deviation over the L2 clip bound, 0.1 to 1,000.
    /// - Returns: false, and nothing is added, where one of them is out of its range.
    public mutating func spend(rounds: Int, samplingRate: Double, noiseMultiplier: Double) -> Bool {
        guard rounds >= 0, (0...1).contains(samplingRate), Self.noiseMultipliers.contains(noiseMultiplier) else {
            return false
        }
        guard rounds > 0, samplingRate > 0 else { return true }
        let round = SampledGaussian(q: samplingRate, σ: noiseMultiplier)
        for (index, order) in Self.orders.enumerated() {
            divergences[index] += Double(rounds) * round.divergence(order: order)
        }
        return true
    }

    /// The ε that fails with probability `delta` at most, the least over all orders; 0 < delta < 1, else
    /// infinite.
    public func epsilon(delta: Double) -> Double {
        guard delta > 0, delta < 1 else { return .infinity }
        let candidates = zip(Self.orders, divergences).map { Self.epsilon(order: $0, divergence: $1, delta) }
        return max(0, candidates.min() ?? .infinity)
    }

    private static func epsilon(order α: Double, divergence D: Double, _ δ: Double) -> Double {
        if δ * δ + expm1(-D) > 0 { return 0 }
        return D + log1p(-1 / α) - log(δ * α) / (α - 1)
    }
}
