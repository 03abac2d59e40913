#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

import Models

/// What the simulator draws.
extension SeededGenerator {
    /// A number of a range, each as likely as the other.
    mutating func uniform(in range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * Double(next() >> 11) / 9_007_199_254_740_992
    }

    /// A number of a range of positive ones, each order of magnitude as likely as the other.
    mutating func logUniform(in range: ClosedRange<Double>) -> Double {
        range.lowerBound * pow(range.upperBound / range.lowerBound, uniform(in: 0...1))
    }

    /// A number of mean 0 and variance 1, near to the normal distribution: the sum of four uniform ones, within ±2√3.
    mutating func normal() -> Double {
        Double(nextBell()) / 37_837.227
    }

    /// An index of these weights, each as likely as its share of their sum, which is above 0.
    mutating func index(weights: [Double]) -> Int {
        var rest = uniform(in: 0...1) * weights.reduce(0, +)
        for (index, weight) in weights.enumerated() where weight > 0 {
            rest -= weight
            if rest < 0 { return index }
        }
        return weights.lastIndex { $0 > 0 } ?? 0
    }

    /// True in `permille` of 1,000 cases.
    mutating func happens(permille: UInt64) -> Bool {
        next() % 1000 < permille
    }
}
