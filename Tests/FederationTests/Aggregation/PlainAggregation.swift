import Federation

/// The rules once more, as slow and as plain as they can be written: what the fast ones are held against.
enum PlainAggregation {
    static func aggregate(_ vectors: [[Int16]], rule: AggregationRule, scaleBits: Int) -> [Int32] {
        let wide = vectors.map { $0.map(Int.init) }
        let (n, f) = (vectors.count, rule.assumedAttackers)
        switch rule.kind {
        case .mean: return trimmedMean(wide, trim: 0, mixed: 1, scaleBits)
        case .trimmedMean: return trimmedMean(wide, trim: f, mixed: 1, scaleBits)
        case .mixedTrimmedMean: return trimmedMean(mixed(wide, n - f), trim: f, mixed: n - f, scaleBits)
        }
    }

    static func mixed(_ vectors: [[Int]], _ k: Int) -> [[Int]] {
        vectors.map { x in
            let distances = vectors.enumerated().map { index, y in
                (distance: zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }, index: index)
            }
            let nearest = distances.sorted { ($0.distance, $0.index) < ($1.distance, $1.index) }.prefix(k)
            return x.indices.map { coordinate in nearest.reduce(0) { $0 + vectors[$1.index][coordinate] } }
        }
    }

    static func trimmedMean(_ vectors: [[Int]], trim f: Int, mixed k: Int, _ scaleBits: Int) -> [Int32] {
        vectors[0].indices.map { coordinate in
            let kept = vectors.map { $0[coordinate] }.sorted()[f..<vectors.count - f]
            return roundedHalfEven(kept.reduce(0, +) << (16 - scaleBits), over: k * kept.count)
        }
    }

    /// By the floor and what is left above it.
    static func roundedHalfEven(_ numerator: Int, over denominator: Int) -> Int32 {
        var floor = numerator / denominator
        if floor * denominator > numerator { floor -= 1 }
        let left = 2 * (numerator - floor * denominator)
        if left > denominator || (left == denominator && !floor.isMultiple(of: 2)) { floor += 1 }
        return Int32(floor)
    }
}
