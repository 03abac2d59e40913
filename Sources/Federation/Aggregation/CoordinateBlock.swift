/// Up to 256 coordinates of every vector, side by side: what is worked on at a time.
///
/// Row i holds vector i, eight coordinates a lane vector; what is beyond the vectors' end is zero. 512 bytes a
/// vector: 50 of them fit the first cache.
struct CoordinateBlock {
    /// Lane vectors that a row has room for.
    static let stride = 32
    /// Coordinates of a full block.
    static let width = 8 * stride

    let rows: Int
    /// Coordinates in use, 1 to `width`.
    private(set) var count = 0
    /// Lane vectors in use, 1 to `stride`.
    private(set) var steps = 0
    /// rows × stride.
    private(set) var lanes: [SIMD8<Int16>]

    init(rows: Int) {
        self.rows = rows
        lanes = [SIMD8<Int16>](repeating: .zero, count: rows * Self.stride)
    }

    /// The next coordinates of the vectors, from `start` on. There may be more rows than vectors: those stay zero.
    mutating func load(_ vectors: [[Int16]], from start: Int) {
        count = min(Self.width, vectors[0].count - start)
        steps = (count + 7) / 8
        for row in vectors.indices {
            lanes[row * Self.stride + steps - 1] = .zero
            copy(vectors[row], from: start, toRow: row)
        }
    }

    private mutating func copy(_ vector: [Int16], from start: Int, toRow row: Int) {
        precondition(start + count <= vector.count && row < rows, "a block lies inside its vectors")
        let (first, bytes) = (row * Self.stride * 16, count * 2)
        // Safety: both buffers are lent for the call. `count` coordinates from `start` are inside the vector, and a
        // row has room for `width` >= `count` of them, as checked above.
        unsafe lanes.withUnsafeMutableBytes { row in
            unsafe vector.withUnsafeBytes { source in
                let part = unsafe UnsafeRawBufferPointer(rebasing: source[start * 2..<start * 2 + bytes])
                unsafe UnsafeMutableRawBufferPointer(rebasing: row[first..<first + bytes]).copyMemory(from: part)
            }
        }
    }

    /// Runs the comparators in every coordinate.
    mutating func sort(by network: TrimmingNetwork) {
        precondition(network.count <= rows, "a comparator's rows are rows of this block")
        let steps = steps
        // Safety: the buffer is lent for the call. A comparator's two rows are below the network's count, hence in
        // bounds, and each step stays among the first `steps` <= `stride` places of its row.
        unsafe lanes.withUnsafeMutableBufferPointer { lanes in
            for comparator in network.comparators {
                let (low, high) = (Int(comparator.low) * Self.stride, Int(comparator.high) * Self.stride)
                for step in 0..<steps {
                    let a = unsafe lanes[low &+ step]
                    let b = unsafe lanes[high &+ step]
                    unsafe lanes[low &+ step] = pointwiseMin(a, b)
                    unsafe lanes[high &+ step] = pointwiseMax(a, b)
                }
            }
        }
    }

    /// Appends the quotient of the sum of these rows in each coordinate in use. 1,024 rows of Int16 sum to 2²⁵ at most.
    func appendSums(ofRows kept: Range<Int>, to result: inout [Int32], _ quotient: Quotient) {
        for step in 0..<steps {
            let sums = sum(ofRows: kept, step)
            for lane in 0..<min(8, count - step * 8) {
                result.append(quotient(Int(sums[lane])))
            }
        }
    }

    @inline(__always)
    private func sum(ofRows kept: Range<Int>, _ step: Int) -> SIMD8<Int32> {
        precondition(kept.lowerBound >= 0 && kept.upperBound <= rows && step < Self.stride, "rows of this block")
        var sum = SIMD8<Int32>()
        // Safety: the buffer is lent for the call; the rows and the step are in bounds, as checked above.
        unsafe lanes.withUnsafeBufferPointer { lanes in
            for row in kept {
                unsafe sum &+= SIMD8<Int32>(truncatingIfNeeded: lanes[row &* Self.stride &+ step])
            }
        }
        return sum
    }
}
