/// e^m in integers, so that every machine turns a model into the same travel times.
///
/// e^m is the product of e^(2^k) over the bits k of m. Factors have 30 fraction bits and are rounded to the nearest; each product is
/// rounded down. The 22 roundings leave a relative error below 2⁻²⁵: less than a millisecond in nine hours.
enum FixedExponential {
    /// Bits of an exponent's magnitude, of which 20 are its fraction: below 4, and e^4 would still leave room.
    private static let exponentBits = 22

    /// e^(2^(k − 20)) for k = 0…21, with 30 fraction bits.
    static let factors: [UInt64] = [
        1_073_742_848, 1_073_743_872, 1_073_745_920, 1_073_750_016, 1_073_758_208, 1_073_774_593, 1_073_807_362,
        1_073_872_904, 1_074_004_000, 1_074_266_240, 1_074_790_912, 1_075_841_025, 1_077_944_331, 1_082_163_286,
        1_090_650_797, 1_107_826_048, 1_142_992_222, 1_216_708_887, 1_378_711_793, 1_770_300_984, 2_918_732_889,
        7_933_938_573,
    ]

    /// `milliseconds` · e^`exponent`, rounded to the nearest; the exponent has 20 fraction bits and is within ±ln 8.
    static func scale(_ milliseconds: UInt32, exponent: Int64) -> UInt64 {
        let limit = Int64(TravelTimeLimits.logRatio) << 10
        precondition(abs(exponent) <= limit, "a model's log-ratio is within ±ln 8")
        let power = power(exponent.magnitude)
        // Below 2³¹ · 8 · 2³⁰ = 2⁶⁴, and the half that rounds is less than what 2,129 ÷ 1,024 leaves of ln 8.
        guard exponent >= 0 else { return ((UInt64(milliseconds) << 30) + power / 2) / power }
        return (UInt64(milliseconds) * power + (1 << 29)) >> 30
    }

    /// e^magnitude with 30 fraction bits: below 2³³.
    private static func power(_ magnitude: UInt64) -> UInt64 {
        var power: UInt64 = 1 << 30
        for bit in 0..<exponentBits where magnitude >> UInt64(bit) & 1 == 1 {
            power = (power * factors[bit]) >> 30
        }
        return power
    }
}
