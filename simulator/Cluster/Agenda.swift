import HeapModule

/// What happens next, in the order of time, and of insertion at equal times.
struct Agenda<Event>: Sendable where Event: Sendable {
    private struct Appointment: Comparable, Sendable {
        let time: UInt64
        let order: UInt64
        let event: Event

        static func < (left: Appointment, right: Appointment) -> Bool {
            (left.time, left.order) < (right.time, right.order)
        }

        static func == (left: Appointment, right: Appointment) -> Bool { left.order == right.order }
    }

    private var heap: Heap<Appointment> = []
    private var inserted: UInt64 = 0

    mutating func add(_ event: Event, at time: UInt64) {
        heap.insert(Appointment(time: time, order: inserted, event: event))
        inserted += 1
    }

    /// The next event that is due at `end` or before, and its time.
    mutating func popFirst(until end: UInt64) -> (event: Event, time: UInt64)? {
        guard let first = heap.min, first.time <= end else { return nil }
        heap.removeMin()
        return (first.event, first.time)
    }
}
