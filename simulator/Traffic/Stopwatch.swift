import Roads

/// Measures how long vehicles take from the tail of an arc to its head.
struct Stopwatch: Sendable {
    /// Milliseconds of the run at which each vehicle passed the tail of its arc; nil where it set out in its middle.
    private var entered: [UInt64?]

    init(vehicles: Int) {
        entered = Array(repeating: nil, count: vehicles)
    }

    /// When a vehicle entered the arc that it has left, and how many milliseconds it was on it; nil where it set out in
    /// its middle.
    mutating func note(
        _ crossing: Crossing, tickEnd: UInt64
    ) -> (enteredMilliseconds: UInt64, milliseconds: UInt32)? {
        let now = tickEnd - min(crossing.earlierMilliseconds, tickEnd)
        guard let tail = entered[crossing.vehicle] else {
            entered[crossing.vehicle] = now
            return nil
        }
        // Two arcs that are both driven within a millisecond are still driven in turn.
        let head = max(now, tail + 1)
        entered[crossing.vehicle] = head
        return (tail, UInt32(clamping: head - tail))
    }
}
