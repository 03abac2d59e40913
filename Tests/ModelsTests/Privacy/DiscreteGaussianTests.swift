import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@testable import Models

private let draws = 6_000

private func sample(_ numerator: UInt64, over denominator: UInt64, seed: UInt64) throws -> [Int64] {
    let gaussian = try #require(DiscreteGaussian(varianceNumerator: numerator, denominator: denominator))
    var random = SeededGenerator(seed: seed)
    return (0..<draws).map { _ in gaussian.next(using: &random) }
}

/// Within five standard errors: of the mean σ/√N, of the variance σ²·√(2/N).
@Test(arguments: [(1, 1), (3, 2), (100, 1), (123_457, 10), (4_294_967_296, 1)] as [(UInt64, UInt64)])
func meanAndVarianceAreThoseOfTheCurve(numerator: UInt64, denominator: UInt64) throws {
    let values = try sample(numerator, over: denominator, seed: 1).map(Double.init)
    let variance = Double(numerator) / Double(denominator)
    let mean = values.reduce(0, +) / Double(draws)
    let spread = values.reduce(0) { $0 + $1 * $1 } / Double(draws)
    #expect(mean * mean <= 25 * variance / Double(draws))
    #expect(abs(spread / variance - 1) <= 5 * (2 / Double(draws)).squareRoot())
}

/// χ² over the values up to ±4 and the rest together, ten cells at most: above 40 once in 100,000 seeds.
@Test(arguments: [(1, 10), (1, 4), (1, 1), (5, 2)] as [(UInt64, UInt64)])
func everyValueComesAsOftenAsItsProbabilitySays(numerator: UInt64, denominator: UInt64) throws {
    let values = try sample(numerator, over: denominator, seed: 2)
    let weights = (-40...40).map { x in exp(-Double(x * x) * Double(denominator) / (2 * Double(numerator))) }
    let total = weights.reduce(0, +)
    var (statistic, expectedRest, rest) = (0.0, Double(draws), draws)
    for x in -4...4 {
        let expected = Double(draws) * weights[x + 40] / total
        guard expected >= 5 else { continue }
        let seen = values.count { $0 == Int64(x) }
        statistic += (Double(seen) - expected) * (Double(seen) - expected) / expected
        expectedRest -= expected
        rest -= seen
    }
    statistic += (Double(rest) - expectedRest) * (Double(rest) - expectedRest) / max(expectedRest, 1)
    #expect(statistic < 40)
}

@Test func aSeedDecidesTheNoise() throws {
    #expect(try sample(100, over: 1, seed: 3) == sample(100, over: 1, seed: 3))
    #expect(try sample(100, over: 1, seed: 3) != sample(100, over: 1, seed: 4))
}

@Test func varianceIsBounded() {
    #expect(DiscreteGaussian(varianceNumerator: 0, denominator: 1) == nil)
    #expect(DiscreteGaussian(varianceNumerator: 1, denominator: 0) == nil)
    #expect(DiscreteGaussian(varianceNumerator: 1, denominator: 65_537) == nil)
    #expect(DiscreteGaussian(varianceNumerator: 1 << 32 + 1, denominator: 1) == nil)
    #expect(DiscreteGaussian(varianceNumerator: .max, denominator: 65_536) == nil)
    #expect(DiscreteGaussian(varianceNumerator: 1 << 48, denominator: 65_536) != nil)
}

@Test func theLargestFractionsDoNotOverflow() throws {
    let values = try sample(1 << 48, over: 65_536, seed: 5)
    #expect(values.contains { $0.magnitude > 100_000 })
    #expect(try sample(1, over: 65_536, seed: 6).allSatisfy { $0 == 0 })
}

/// exp(−γ) for γ below and above 1, within five standard errors.
@Test(arguments: [(1, 3), (1, 1), (7, 2)] as [(UInt64, UInt64)])
func aCoinOfAnExponentialIsFair(numerator: UInt64, denominator: UInt64) {
    var random = SeededGenerator(seed: 7)
    let heads = (0..<draws).count { _ in
        Bernoulli.exponential(UInt128(numerator), over: UInt128(denominator), using: &random)
    }
    let p = exp(-Double(numerator) / Double(denominator))
    let difference = Double(heads) / Double(draws) - p
    #expect(difference * difference <= 25 * p * (1 - p) / Double(draws))
}
