/// A bounded sample of durations in milliseconds: exact up to its capacity, then a uniform sample of all (reservoir).
struct Percentiles {
    private static let capacity = 100_000
    private var values: [Double] = []
    private(set) var count = 0
    private var random: UInt64 = 0x9E37_79B9_7F4A_7C15

    mutating func add(_ milliseconds: Double) {
        count += 1
        if values.count < Self.capacity {
            values.append(milliseconds)
        } else if let index = slot() {
            values[index] = milliseconds
        }
    }

    /// The smallest value that at least the share `quantile` of the sample does not exceed; nil where there is none.
    func value(at quantile: Double) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        return sorted[min(sorted.count - 1, max(0, Int((quantile * Double(sorted.count)).rounded(.up)) - 1))]
    }

    private mutating func slot() -> Int? {
        random ^= random << 13
        random ^= random >> 7
        random ^= random << 17
        let index = Int(random % UInt64(count))
        return index < Self.capacity ? index : nil
    }
}
