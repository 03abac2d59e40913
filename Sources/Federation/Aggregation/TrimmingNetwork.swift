/// The comparisons that part n values into the f lowest, the f highest and the rest, the same for any values: what SIMD
/// lanes need, for each holds another coordinate.
///
/// It is Batcher's odd-even merge sort (AFIPS 1968) for any n, without the comparators that only order values inside
/// one of the three parts: 340 of 403 are left for n = 50, f = 10. A comparator does not change the sum of its two
/// values, therefore one whose outputs end in the same part can go.
struct TrimmingNetwork {
    /// Puts the lower of two values into row `low` and the higher into row `high`; low < high.
    struct Comparator: Equatable {
        let low: UInt16
        let high: UInt16
    }

    /// Values that it parts: every comparator's rows are below.
    let count: Int
    /// In the order that they are applied.
    let comparators: [Comparator]

    /// For `count` values, 1 to 65,536, with 2 · `trim` < `count`.
    init(count n: Int, trim f: Int) {
        count = n
        comparators = f == 0 ? [] : Self.pruned(Self.oddEvenMergeSort(n), count: n, trim: f)
    }

    private static func oddEvenMergeSort(_ n: Int) -> [Comparator] {
        var comparators: [Comparator] = []
        var p = 1
        while p < n {
            var k = p
            while k >= 1 {
                appendMerge(sorted: p, distance: k, count: n, to: &comparators)
                k /= 2
            }
            p *= 2
        }
        return comparators
    }

    /// One step of merging runs of `p` sorted values into runs of 2p: values at distance `k` that belong to one run.
    private static func appendMerge(
        sorted p: Int, distance k: Int, count n: Int, to comparators: inout [Comparator]
    ) {
        for first in stride(from: k % p, to: n - k, by: 2 * k) {
            for low in first..<min(first + k, n - k) where low / (2 * p) == (low + k) / (2 * p) {
                comparators.append(Comparator(low: UInt16(low), high: UInt16(low + k)))
            }
        }
    }

    /// Backwards from the three parts: a row is open as soon as a later comparator reads it.
    private static func pruned(_ comparators: [Comparator], count n: Int, trim f: Int) -> [Comparator] {
        var parts: [Int?] = (0..<n).map { $0 < f ? 0 : ($0 < n - f ? 1 : 2) }
        var kept: [Comparator] = []
        for comparator in comparators.reversed() {
            let (low, high) = (Int(comparator.low), Int(comparator.high))
            if let part = parts[low], part == parts[high] { continue }
            parts[low] = nil
            parts[high] = nil
            kept.append(comparator)
        }
        return kept.reversed()
    }
}
