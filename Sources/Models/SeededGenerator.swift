/// A stream of numbers from a seed: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). The same seed gives the same stream on every machine;
/// nothing secret comes from it.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    @usableFromInline var state: UInt64

    @usableFromInline static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// The stream of this seed.
    @inlinable
    public init(seed: UInt64) {
        state = seed
    }

    /// The next 64 bits.
    @inlinable
    public mutating func next() -> UInt64 {
        state &+= Self.step
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// What the stream of `seed` has at `place`, counted from 0, without those before it.
    static func number(at place: UInt64, seed: UInt64) -> UInt64 {
        var generator = SeededGenerator(seed: seed &+ place &* step)
        return generator.next()
    }

    /// A sum of four uniform numbers of 16 bits, less its mean: near to normally distributed around 0, within ±131,070, with a deviation of
    /// 37,837.227, for each of the four has the variance (65,536² − 1) / 12.
    public mutating func nextBell() -> Int64 {
        let bits = next()
        let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
        return Int64(sum) - 131_070
    }
}
