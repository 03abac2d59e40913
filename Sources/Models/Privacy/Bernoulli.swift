/// Coins whose probability is exact.
enum Bernoulli {
    /// True with probability exp(−numerator / denominator): algorithm 1 of Canonne, Kamath and Steinke (arXiv
    /// 2004.00010).
    ///
    /// The denominator is 1 to 2¹⁰⁰. For every whole unit a coin of exp(−1) must come up first, so that a large
    /// exponent ends the act early and not late.
    static func exponential(
        _ numerator: UInt128, over denominator: UInt128, using random: inout some RandomNumberGenerator
    ) -> Bool {
        precondition(denominator >= 1 && denominator <= 1 << 100, "the coin's exponent is a bounded fraction")
        let (whole, rest) = numerator.quotientAndRemainder(dividingBy: denominator)
        for _ in 0..<whole {
            if !fraction(1, over: 1, using: &random) { return false }
        }
        return fraction(rest, over: denominator, using: &random)
    }

    /// For an exponent γ of 0 to 1: the first k whose coin of probability γ/k falls is odd with probability exp(−γ),
    /// the alternating series of exp.
    private static func fraction(
        _ numerator: UInt128, over denominator: UInt128, using random: inout some RandomNumberGenerator
    ) -> Bool {
        var k: UInt128 = 1
        // k reaches 100 with a probability below 1/100!; the product stays below 2¹²⁸.
        while k < 100, UInt128.random(in: 0..<denominator * k, using: &random) < numerator { k += 1 }
        return !k.isMultiple(of: 2)
    }
}
