import Models

/// How long to wait before the next attempt: twice as long after each failure up to a cap, and a random part of it, so
/// that a thousand vehicles that failed together do not come back together.
struct Patience: Hashable, Sendable {
    /// The longest wait after the first failure, in milliseconds.
    let firstMilliseconds: UInt64
    /// The longest wait after any, in milliseconds.
    let capMilliseconds: UInt64

    /// Milliseconds to wait after so many failures, at least 1: between half of the longest wait and all of it.
    func delay(afterFailures failures: Int, using random: inout SeededGenerator) -> UInt64 {
        let doublings = UInt64(min(max(failures, 1) - 1, 30))
        let longest = min(firstMilliseconds << doublings, capMilliseconds)
        return UInt64.random(in: longest / 2...longest, using: &random)
    }
}
