/// Sine, cosine and the Mercator ordinate in integers, so that every machine computes the same bits.
///
/// Validators agree on the cell of an observation and on the length of a road. Floating point would do for either, were it not that
/// `sin` and `log` differ in their last bits between C libraries. Numbers here have 60 fraction bits in an `Int128`: a product of
/// two numbers below 64 in magnitude fits. Errors stay below 2⁻⁵⁵, tests compare with the floating-point formulas.
enum FixedPoint {
    /// Fraction bits of every number here.
    static let fractionBits: Int128 = 60
    /// 1.
    static let one: Int128 = 1 << fractionBits
    /// π/2.
    static let quarterTurn: Int128 = 3_622_009_729_038_561_421 / 2

    /// π ÷ 1.8e9, which turns 1e-7 degrees into radians, with 90 fraction bits.
    private static let radiansPerUnit90: Int128 = 2_160_612_962_779_783_726
    /// ln 2 ÷ 4π, which turns log₂((1 + sin φ) ÷ (1 − sin φ)) into a fraction of the Mercator square's side.
    private static let sidePerOctave: Int128 = 63_593_882_024_457_438

    /// An angle of `units` 1e-7 degrees in radians; |units| ≤ 1.8e9.
    static func radians(units: Int32) -> Int128 {
        (Int128(units) * radiansPerUnit90) >> 30
    }

    /// sin `angle` for |angle| ≤ π/2, by its Taylor series: 15 terms leave less than one unit at π/2.
    static func sine(_ angle: Int128) -> Int128 {
        let square = multiply(angle, angle)
        var term = angle
        var sum = angle
        for k in stride(from: Int128(2), through: 28, by: 2) {
            term = -multiply(term, square) / (k * (k + 1))
            sum += term
        }
        return min(max(sum, -one), one)
    }

    /// cos `angle` for |angle| ≤ π/2.
    static func cosine(_ angle: Int128) -> Int128 {
        sine(quarterTurn - abs(angle))
    }

    /// How far north of the equator the latitude is on the Mercator square, as a fraction of the square's side, within ±1/2 up to ±85.05°:
    /// atanh(sin φ) ÷ 2π = log₂((1 + sin φ) ÷ (1 − sin φ)) · ln 2 ÷ 4π.
    static func mercator(latitudeUnits: Int32) -> Int128 {
        let s = sine(radians(units: Int32(latitudeUnits.magnitude)))
        let octaves = log2(((one + s) << fractionBits) / (one - s))
        let north = (octaves * sidePerOctave) >> fractionBits
        return latitudeUnits < 0 ? -north : north
    }

    /// log₂ of a number ≥ 1, one bit of fraction a squaring.
    ///
    /// The mantissa is a `UInt64` with 63 fraction bits. Squaring doubles its logarithm, and doubles earlier errors too, but the k-th bit
    /// weighs 2⁻ᵏ: what truncation loses over all steps stays below 2⁻⁶⁰.
    static func log2(_ number: Int128) -> Int128 {
        precondition(number >= one, "the logarithm is taken of numbers from 1 on")
        let exponent = Int128(127 - number.leadingZeroBitCount)
        var mantissa = UInt64(truncatingIfNeeded: exponent > 63 ? number >> (exponent - 63) : number << (63 - exponent))
        var result = (exponent - fractionBits) << fractionBits
        var bit = one >> 1
        while bit > 0 {
            let square = mantissa.multipliedFullWidth(by: mantissa)
            if square.high >> 63 == 1 {
                result += bit
                mantissa = square.high
            } else {
                mantissa = square.high << 1 | square.low >> 63
            }
            bit >>= 1
        }
        return result
    }

    /// The largest integer whose square is at most `number`, by Newton's method from above.
    static func squareRoot(_ number: Int128) -> Int128 {
        guard number > 1 else { return max(number, 0) }
        var root = Int128(1) << Int128((129 - number.leadingZeroBitCount) / 2)
        while true {
            let next = (root + number / root) >> 1
            if next >= root { return root }
            root = next
        }
    }

    private static func multiply(_ left: Int128, _ right: Int128) -> Int128 {
        (left * right) >> fractionBits
    }
}
