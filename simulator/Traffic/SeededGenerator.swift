#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A stream of numbers from a seed: SplitMix64 (Steele, Lea, Flood 2014). The same seed gives the same run on every
/// machine.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// The stream of this seed.
    public init(seed: UInt64) {
        state = seed
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

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
        let bits = next()
        let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
        // Each of the four has the mean 32,767.5 and the variance (65,536² − 1) / 12.
        return (Double(sum) - 131_070) / 37_837.227
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
