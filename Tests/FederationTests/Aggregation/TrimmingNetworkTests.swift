import Testing

@testable import Federation

/// A network that parts all rows of zeros and ones parts all rows of numbers (Knuth, TAOCP 3, 5.3.4).
@Test(arguments: 1...11)
func everyRowOfZerosAndOnesIsParted(n: Int) {
    for f in 0...(n - 1) / 2 {
        let network = TrimmingNetwork(count: n, trim: f)
        for bits in 0..<(1 << n) {
            var row = (0..<n).map { bits >> $0 & 1 }
            for comparator in network.comparators where row[Int(comparator.low)] > row[Int(comparator.high)] {
                row.swapAt(Int(comparator.low), Int(comparator.high))
            }
            let ones = bits.nonzeroBitCount
            guard f > 0 else { continue }
            #expect(row.prefix(f).reduce(0, +) == max(0, ones - (n - f)), "\(f) \(bits)")
            #expect(row.suffix(f).reduce(0, +) == min(f, ones), "\(f) \(bits)")
        }
    }
}

@Test(arguments: [1, 2, 3, 50, 200, 1024])
func comparatorsStayAmongTheRows(n: Int) {
    for f in [0, (n - 1) / 5, (n - 1) / 2] {
        for comparator in TrimmingNetwork(count: n, trim: f).comparators {
            #expect(comparator.low < comparator.high && comparator.high < n)
        }
    }
}

@Test func whatOnlyOrdersTheKeptValuesIsLeftOut() {
    #expect(TrimmingNetwork(count: 50, trim: 10).comparators.count == 340)
    #expect(TrimmingNetwork(count: 50, trim: 0).comparators.isEmpty)
    #expect(TrimmingNetwork(count: 3, trim: 1).comparators.count == 3)
}
