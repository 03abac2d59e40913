/// The one rounding of travel times: to the nearest integer, halves to the even one. It favours neither side, and is the same everywhere.
public enum TravelTimeRounding {
    /// `numerator` ÷ `denominator`, rounded half to even. The denominator is above 0 and the quotient fits 64 bits.
    public static func halfToEven(_ numerator: Int128, over denominator: Int128) -> Int64 {
        precondition(denominator > 0, "a quotient's denominator is positive")
        var (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
        if remainder < 0 {
            quotient -= 1
            remainder += denominator
        }
        let rest = denominator - remainder
        if remainder > rest || (remainder == rest && quotient & 1 == 1) { quotient += 1 }
        return Int64(quotient)
    }
}
