/// One update out of many, in exact integers.
///
/// Every validator must get the same bits from the same set of updates, on any machine, so there is no floating point
/// here and one rounding only, at the very end:
///
/// - **mean**: Σ x / n.
/// - **trimmed mean**: in each coordinate, the f lowest and the f highest of the n values are dropped:
///   Σ kept / (n − 2f).
/// - **mixed trimmed mean**: x becomes the sum of its k = n − f nearest vectors, itself included, and the trimmed mean
///   is taken over those sums: Σ kept / (k · (n − 2f)). Nearest is by the exact squared distance
///   |x|² + |y|² − 2⟨x, y⟩; of two at the same distance the one with the lower index is nearer.
///
/// The paper divides by k before it trims. Dividing all values by one positive number does not change their order, so
/// that the division can wait for the end, where it is rounded once and half to even.
///
/// Why it is exact: a vector is mixed only if its squared norm is below 2³¹. By Cauchy and Schwarz every product ⟨x,
/// y⟩ is then within ±2³¹, and wrapping Int32 arithmetic gives it exactly whatever the partial sums do. A coordinate
/// is within ±46,340, so a sum of 1,024 of them needs 27 bits.
///
/// The work for n vectors of d coordinates is done in blocks of `CoordinateBlock.width` coordinates, which stay in the
/// first or second cache: n²·d/2 products for the distances, n·f·d additions for the sums (the total without the f
/// farthest), and a sorting network for the trimming. Besides the result it needs about 4·n² + 2·n·f + 2,048·n bytes.
public enum RobustMean {
    /// Vectors at most; a pair of a distance and an index is compared as one integer.
    public static let maximumVectors = 1_024
    /// Coordinates at most.
    public static let maximumDimension = 1 << 24
    /// The squared norm of a vector that is to be mixed stays below this.
    public static let squaredNormBound = 1 << 31

    /// The vectors' aggregate by `rule`, one number a coordinate, with 16 fraction bits (1.0 = 65,536), rounded half to
    /// even.
    ///
    /// - Parameters:
    ///   - vectors: 1 to 1,024 of one length, 1 to 2²⁴, in the order that decides ties. Their unit is 2^-`scaleBits`.
    ///   - rule: asks for n > 2f, whatever its kind.
    ///   - scaleBits: 0 to 16.
    /// - Returns: nil where one of these bounds is broken, or where a vector that is to be mixed has a squared norm of
    ///   2³¹ or more.
    public static func aggregate(_ vectors: [[Int16]], rule: AggregationRule, scaleBits: Int) -> [Int32]? {
        let n = vectors.count
        let f = rule.assumedAttackers
        guard let d = vectors.first?.count, (1...maximumDimension).contains(d), n <= maximumVectors,
            vectors.allSatisfy({ $0.count == d }), f >= 0, f < n, n - 2 * f >= 1, (0...16).contains(scaleBits)
        else { return nil }
        switch rule.kind {
        case .mean:
            return trimmedMean(of: vectors, trim: 0, quotient: Quotient(shift: 16 - scaleBits, divisor: n))
        case .trimmedMean:
            return trimmedMean(of: vectors, trim: f, quotient: Quotient(shift: 16 - scaleBits, divisor: n - 2 * f))
        case .mixedTrimmedMean:
            guard let farthest = Neighbourhoods(of: vectors, excluding: f) else { return nil }
            let quotient = Quotient(shift: 16 - scaleBits, divisor: (n - f) * (n - 2 * f))
            return mixedTrimmedMean(of: vectors, farthest, trim: f, quotient: quotient)
        }
    }

    private static func trimmedMean(of vectors: [[Int16]], trim f: Int, quotient: Quotient) -> [Int32] {
        let network = TrimmingNetwork(count: vectors.count, trim: f)
        var block = CoordinateBlock(rows: vectors.count)
        var result: [Int32] = []
        result.reserveCapacity(vectors[0].count)
        for start in stride(from: 0, to: vectors[0].count, by: CoordinateBlock.width) {
            block.load(vectors, from: start)
            block.sort(by: network)
            block.appendSums(ofRows: f..<vectors.count - f, to: &result, quotient)
        }
        return result
    }

    private static func mixedTrimmedMean(
        of vectors: [[Int16]], _ farthest: Neighbourhoods, trim f: Int, quotient: Quotient
    ) -> [Int32] {
        let network = TrimmingNetwork(count: vectors.count, trim: f)
        var block = CoordinateBlock(rows: vectors.count)
        var mixed = MixedBlock(rows: vectors.count)
        var result: [Int32] = []
        result.reserveCapacity(vectors[0].count)
        for start in stride(from: 0, to: vectors[0].count, by: CoordinateBlock.width) {
            block.load(vectors, from: start)
            for part in stride(from: 0, to: block.count, by: MixedBlock.width) {
                mixed.mix(block, from: part, farthest)
                mixed.sort(by: network)
                mixed.appendSums(ofRows: f..<vectors.count - f, to: &result, quotient)
            }
        }
        return result
    }
}
