/// The products ⟨x, y⟩ of all pairs of vectors, and their squared norms.
///
/// n²·d/2 products of Int16 are the bulk of the mixing. They are summed in wrapping Int32, in tiles of two by two
/// rows whose sums stay in registers; written as the even plus the odd lanes of a widened product, the compiler makes
/// one instruction of eight products and four additions (`pmaddwd`, part of every x86-64). 50 × 1,000,000 take about
/// 70 ms.
struct GramMatrix {
    /// Vectors.
    let count: Int
    /// |x|² of each vector, exact.
    private(set) var squaredNorms: [Int]
    /// Rows of the matrix: `count`, rounded up to full tiles.
    private let side: Int
    /// side × side, row by row; filled on and above the diagonal. Exact where both squared norms are below 2³¹.
    private var products: [Int32]

    init(of vectors: [[Int16]]) {
        count = vectors.count
        side = (count + 1) / 2 * 2
        squaredNorms = [Int](repeating: 0, count: count)
        products = [Int32](repeating: 0, count: side * side)
        var block = CoordinateBlock(rows: side)
        for start in stride(from: 0, to: vectors[0].count, by: CoordinateBlock.width) {
            block.load(vectors, from: start)
            addSquares(block)
            addProducts(block)
        }
    }

    /// |x − y|² of vectors i and j: below 2³³.
    func squaredDistance(_ i: Int, _ j: Int) -> Int {
        let product = products[min(i, j) * side + max(i, j)]
        return squaredNorms[i] + squaredNorms[j] - 2 * Int(product)
    }

    /// Two squares of Int16 sum to 2³¹ at most: they are taken as unsigned and summed in halves of 16 bits, which 32
    /// steps cannot overflow.
    private mutating func addSquares(_ block: CoordinateBlock) {
        for row in 0..<count {
            var low = SIMD4<UInt32>()
            var high = SIMD4<UInt32>()
            for step in 0..<block.steps {
                let x = block.lanes[row * CoordinateBlock.stride + step]
                let squares = SIMD4<UInt32>(truncatingIfNeeded: Self.pairedProducts(x, x))
                low &+= squares & 0xFFFF
                high &+= squares &>> 16
            }
            squaredNorms[row] += Int(low.wrappedSum()) + Int(high.wrappedSum()) << 16
        }
    }

    private mutating func addProducts(_ block: CoordinateBlock) {
        for i in Swift.stride(from: 0, to: side, by: 2) {
            for j in Swift.stride(from: i, to: side, by: 2) {
                let sums = Self.tile(block, i, j)
                products[i * side + j] &+= sums[0]
                products[i * side + j + 1] &+= sums[1]
                products[(i + 1) * side + j] &+= sums[2]
                products[(i + 1) * side + j + 1] &+= sums[3]
            }
        }
    }

    /// ⟨i, j⟩, ⟨i, j+1⟩, ⟨i+1, j⟩, ⟨i+1, j+1⟩ over the block.
    private static func tile(_ block: CoordinateBlock, _ i: Int, _ j: Int) -> SIMD4<Int32> {
        precondition(i >= 0 && i + 1 < block.rows && j >= 0 && j + 1 < block.rows, "a tile lies inside the block")
        let stride = CoordinateBlock.stride
        let (i0, i1, j0, j1) = (i * stride, (i + 1) * stride, j * stride, (j + 1) * stride)
        var (s00, s01, s10, s11) = (SIMD4<Int32>(), SIMD4<Int32>(), SIMD4<Int32>(), SIMD4<Int32>())
        // Safety: the buffer is lent for the call; four rows inside the block are read, each in its first `steps` <=
        // `stride` places.
        unsafe block.lanes.withUnsafeBufferPointer { lanes in
            for step in 0..<block.steps {
                let (a0, a1) = unsafe (lanes[i0 &+ step], lanes[i1 &+ step])
                let (b0, b1) = unsafe (lanes[j0 &+ step], lanes[j1 &+ step])
                s00 &+= pairedProducts(a0, b0)
                s01 &+= pairedProducts(a0, b1)
                s10 &+= pairedProducts(a1, b0)
                s11 &+= pairedProducts(a1, b1)
            }
        }
        return SIMD4(s00.wrappedSum(), s01.wrappedSum(), s10.wrappedSum(), s11.wrappedSum())
    }

    /// a₀b₀ + a₁b₁, a₂b₂ + a₃b₃, …
    @inline(__always)
    private static func pairedProducts(_ a: SIMD8<Int16>, _ b: SIMD8<Int16>) -> SIMD4<Int32> {
        let products = SIMD8<Int32>(truncatingIfNeeded: a) &* SIMD8<Int32>(truncatingIfNeeded: b)
        return products.evenHalf &+ products.oddHalf
    }
}
