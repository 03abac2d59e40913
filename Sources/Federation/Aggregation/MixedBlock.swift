/// Up to 64 coordinates of every mixed vector: sums of k = n − f vectors each, made where they are needed and never
/// kept.
///
/// Row i holds mixed vector i, eight coordinates a lane vector. 512 bytes a vector with the widened originals.
struct MixedBlock {
    /// Lane vectors that a row has room for.
    static let stride = 8
    /// Coordinates of a full block.
    static let width = 8 * stride

    let rows: Int
    /// Coordinates in use, 1 to `width`.
    private(set) var count = 0
    /// Lane vectors in use, 1 to `stride`.
    private(set) var steps = 0
    /// rows × stride: the vectors themselves, widened.
    private var originals: [SIMD8<Int32>]
    /// stride: the sums of all vectors.
    private var totals: [SIMD8<Int32>]
    /// rows × stride: the mixed vectors, then sorted in each coordinate.
    private var lanes: [SIMD8<Int32>]

    init(rows: Int) {
        self.rows = rows
        originals = [SIMD8<Int32>](repeating: .zero, count: rows * Self.stride)
        totals = [SIMD8<Int32>](repeating: .zero, count: Self.stride)
        lanes = originals
    }

    /// Mixes the coordinates of `block` from coordinate `start` on, a multiple of `width`.
    mutating func mix(_ block: CoordinateBlock, from start: Int, _ neighbourhoods: Neighbourhoods) {
        precondition(neighbourhoods.count == rows && block.rows == rows, "one neighbourhood a row")
        count = min(Self.width, block.count - start)
        steps = (count + 7) / 8
        widen(block, from: start / 8)
        for row in 0..<rows {
            subtract(neighbourhoods.farthest(from: row), intoRow: row)
        }
    }

    private mutating func widen(_ block: CoordinateBlock, from first: Int) {
        for step in 0..<steps { totals[step] = .zero }
        for row in 0..<rows {
            for step in 0..<steps {
                let lane = block.lanes[row * CoordinateBlock.stride + first + step]
                let wide = SIMD8<Int32>(truncatingIfNeeded: lane)
                originals[row * Self.stride + step] = wide
                totals[step] &+= wide
            }
        }
    }

    /// The total without the vectors `farthest`: their f subtractions are fewer than the k additions of the nearest.
    private mutating func subtract(_ farthest: ArraySlice<UInt16>, intoRow row: Int) {
        let steps = steps
        let totals = totals
        // Safety: the buffer is lent for the call. Neighbours are below the neighbourhoods' count, which is `rows`,
        // and each step stays among the first `steps` <= `stride` places of its row.
        unsafe originals.withUnsafeBufferPointer { originals in
            for step in 0..<steps {
                var sum = totals[step]
                for other in farthest {
                    unsafe sum &-= originals[Int(other) &* Self.stride &+ step]
                }
                lanes[row * Self.stride + step] = sum
            }
        }
    }

    /// Runs the comparators in every coordinate.
    mutating func sort(by network: TrimmingNetwork) {
        precondition(network.count <= rows, "a comparator's rows are rows of this block")
        let steps = steps
        // Safety: as in `CoordinateBlock.sort(by:)`.
        unsafe lanes.withUnsafeMutableBufferPointer { lanes in
            for comparator in network.comparators {
                let (low, high) = (Int(comparator.low) * Self.stride, Int(comparator.high) * Self.stride)
                for step in 0..<steps {
                    let a = unsafe lanes[low &+ step]
                    let b = unsafe lanes[high &+ step]
                    // min(b − a, 0): sums are within ±2²⁶, so the difference does not wrap. SSE2 has no minimum of
                    // Int32, and a compare and two selections take longer.
                    let difference = b &- a
                    let excess = difference & (difference &>> 31)
                    unsafe lanes[low &+ step] = a &+ excess
                    unsafe lanes[high &+ step] = b &- excess
                }
            }
        }
    }

    /// Appends the quotient of the sum of these rows in each coordinate in use.
    ///
    /// A sum of 1,022 rows within ±2²⁶ does not fit an Int32: the upper and the lower 16 bits are summed apart.
    func appendSums(ofRows kept: Range<Int>, to result: inout [Int32], _ quotient: Quotient) {
        for step in 0..<steps {
            var high = SIMD8<Int32>()
            var low = SIMD8<Int32>()
            for row in kept {
                let mixed = lanes[row * Self.stride + step]
                high &+= mixed &>> 16
                low &+= mixed & 0xFFFF
            }
            for lane in 0..<min(8, count - step * 8) {
                result.append(quotient(Int(high[lane]) << 16 + Int(low[lane])))
            }
        }
    }
}
