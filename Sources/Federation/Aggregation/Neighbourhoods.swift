/// Of each vector, the f others that are farthest: those that its mixing leaves out.
struct Neighbourhoods {
    /// n: every index is below.
    let count: Int
    /// How many are left out of each.
    let excluded: Int
    /// n × `excluded`, vector by vector.
    private let farthest: [UInt16]

    /// nil where a vector's squared norm is not below `RobustMean.squaredNormBound`.
    init?(of vectors: [[Int16]], excluding f: Int) {
        let gram = GramMatrix(of: vectors)
        guard gram.squaredNorms.allSatisfy({ $0 < RobustMean.squaredNormBound }) else { return nil }
        count = vectors.count
        excluded = f
        farthest = f == 0 ? [] : vectors.indices.flatMap { Self.farthest(f, from: $0, gram) }
    }

    /// Indices of the vectors that are left out for vector `index`.
    func farthest(from index: Int) -> ArraySlice<UInt16> {
        farthest[index * excluded..<(index + 1) * excluded]
    }

    /// A distance is below 2³³ and an index below 2¹⁰, so that both are compared as one integer, the index last.
    ///
    /// A vector can be among its own farthest only where as many as k others equal it: then it makes no difference.
    private static func farthest(_ f: Int, from index: Int, _ gram: GramMatrix) -> [UInt16] {
        var keys = (0..<gram.count).map { gram.squaredDistance(index, $0) << 10 | $0 }
        keys.sort()
        return keys.suffix(f).map { UInt16($0 & 1023) }
    }
}
