/// The one rounding of an aggregation: a sum, shifted to 16 fraction bits, over the number of its terms.
struct Quotient {
    /// 0 to 16.
    let shift: Int
    /// 1 to 2²⁰.
    let divisor: Int

    /// sum · 2^shift / divisor, rounded to the nearest integer and from the middle to the even one.
    ///
    /// The sum is one of `divisor` numbers within ±2¹⁵: shifted it is below 2⁵², and the quotient, no larger than the
    /// largest of them times 2^shift, fits an Int32.
    @inline(__always)
    func callAsFunction(_ sum: Int) -> Int32 {
        let (q, r) = (sum << shift).quotientAndRemainder(dividingBy: divisor)
        let twice = 2 * r.magnitude
        let isUp = twice > divisor.magnitude || (twice == divisor.magnitude && q & 1 == 1)
        return Int32(truncatingIfNeeded: isUp ? q + sum.signum() : q)
    }
}
