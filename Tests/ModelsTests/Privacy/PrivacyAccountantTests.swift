import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@testable import Models

private struct Figure: Sendable, CustomTestStringConvertible {
    let q: Double
    let σ: Double
    let T: Int
    let δ: Double
    let ε: Double

    init(_ q: Double, _ σ: Double, _ T: Int, _ δ: Double, _ ε: Double) {
        (self.q, self.σ, self.T, self.δ, self.ε) = (q, σ, T, δ, ε)
    }

    var testDescription: String { "q \(q), σ \(σ), T \(T), δ \(δ)" }
}

/// What dp-accounting 0.6.0 says: the six figures of the goals, then further ones.
private let recorded = [
    Figure(0.01, 1, 1000, 1e-5, 2.1014), Figure(0.02, 1, 500, 1e-5, 3.1443), Figure(0.1, 2, 200, 1e-4, 3.1967),
    Figure(0.005, 0.6, 2000, 1e-6, 7.4023), Figure(0.05, 4, 500, 1e-5, 1.1904), Figure(1, 10, 100, 1e-5, 4.7285),
    Figure(0.3, 1.5, 50, 1e-6, 9.8999), Figure(0.001, 0.8, 10_000, 1e-7, 2.0234), Figure(0.5, 20, 1000, 1e-5, 3.6368),
    Figure(1, 0.5, 1, 1e-5, 10.7255), Figure(0.01, 50, 100, 1e-9, 0.01456), Figure(1, 200, 1, 0.5, 0),
]

private func spent(_ T: Int, _ q: Double, _ σ: Double) -> PrivacyAccountant {
    var accountant = PrivacyAccountant()
    let isSpent = accountant.spend(rounds: T, samplingRate: q, noiseMultiplier: σ)
    #expect(isSpent)
    return accountant
}

@Test(arguments: recorded)
private func theRecordedFiguresAreMetWithinAThousandth(figure: Figure) {
    let ε = spent(figure.T, figure.q, figure.σ).epsilon(delta: figure.δ)
    #expect(abs(ε - figure.ε) <= 1e-3, "\(ε)")
}

/// ln A(α) as the integral that it is, by the trapezoidal rule, whose error on such a curve is below rounding at this
/// step.
private func logMoment(_ q: Double, _ σ: Double, _ α: Double) -> Double {
    let h = min(σ, σ * σ) / 8
    let points = stride(from: -12 * σ, through: α + 12 * σ, by: h)
    let moment = points.reduce(0) { sum, z in
        sum + pow(1 - q + q * exp((2 * z - 1) / (2 * σ * σ)), α) * exp(-z * z / (2 * σ * σ))
    }
    return log(moment * h / (σ * (2 * Double.pi).squareRoot()))
}

@Test(arguments: [(0.01, 1), (0.3, 1.5), (0.5, 20), (0.005, 0.6)] as [(Double, Double)])
func wholeOrdersHaveTheIntegralsMoment(q: Double, σ: Double) {
    for α in [2, 3, 5, 8] {
        let integral = logMoment(q, σ, Double(α))
        #expect(abs(SampledGaussian(q: q, σ: σ).logMoment(wholeOrder: α) - integral) <= 1e-9 * max(1, integral))
    }
}

@Test(arguments: [(0.01, 1), (0.1, 2), (0.05, 4), (0.005, 0.6), (0.02, 1)] as [(Double, Double)])
func fractionalOrdersAreBoundedFromAboveAndClosely(q: Double, σ: Double) {
    for α in [1.5, 2.3, 3.2, 5.5, 7.8, 10.9] {
        let integral = logMoment(q, σ, α)
        let bound = SampledGaussian(q: q, σ: σ).logMomentBound(order: α)
        #expect(bound >= integral - 1e-12, "\(α)")
        #expect(bound <= integral * (α < 3 ? 1.4 : 1.01), "\(α): \(bound) \(integral)")
    }
}

@Test func whoIsInEveryRoundHasTheGaussiansDivergence() {
    let divergences = spent(3, 1, 2).divergences
    for (order, divergence) in zip(PrivacyAccountant.orders, divergences) {
        #expect(abs(divergence - 3 * order / 8) <= 1e-12 * order)
    }
}

@Test func roundsAddUp() {
    var accountant = spent(100, 0.1, 2)
    let isSpent = accountant.spend(rounds: 50, samplingRate: 0.1, noiseMultiplier: 2)
    #expect(isSpent)
    let together = spent(150, 0.1, 2)
    #expect(abs(accountant.epsilon(delta: 1e-5) - together.epsilon(delta: 1e-5)) <= 1e-9)
}

@Test func moreRoundsMoreChanceAndLessNoiseCostMore() {
    let ε = spent(100, 0.1, 2).epsilon(delta: 1e-5)
    #expect(spent(101, 0.1, 2).epsilon(delta: 1e-5) > ε)
    #expect(spent(100, 0.11, 2).epsilon(delta: 1e-5) > ε)
    #expect(spent(100, 0.1, 1.9).epsilon(delta: 1e-5) > ε)
    #expect(spent(100, 0.1, 2).epsilon(delta: 1e-6) > ε)
}

@Test func nothingSpentIsNothingTold() {
    #expect(PrivacyAccountant().epsilon(delta: 1e-9) == 0)
    #expect(spent(1000, 0, 1).epsilon(delta: 1e-9) == 0)
    #expect(spent(0, 1, 1).epsilon(delta: 1e-9) == 0)
}

@Test func whatIsOutOfRangeIsRefusedAndNotSpent() {
    var accountant = PrivacyAccountant()
    for (T, q, σ) in [(-1, 0.5, 1), (1, 1.5, 1), (1, -0.5, 1), (1, .nan, 1), (1, 0.5, 0), (1, 0.5, .nan)] {
        let isSpent = accountant.spend(rounds: T, samplingRate: q, noiseMultiplier: σ)
        #expect(!isSpent)
    }
    #expect(accountant == PrivacyAccountant())
    #expect(accountant.epsilon(delta: 0) == .infinity)
    #expect(accountant.epsilon(delta: .nan) == .infinity)
}
