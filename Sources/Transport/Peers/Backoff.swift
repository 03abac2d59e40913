/// The pauses between attempts to reach a peer: each up to twice the one before, up to a cap, and a random part of it, so that validators that
/// lost each other together do not come back together.
struct Backoff: Hashable, Sendable {
    private let shortest: UInt64
    let longest: UInt64
    private var current: UInt64

    /// Pauses of `shortest` to `longest` milliseconds.
    init(shortest: UInt64, longest: UInt64) {
        precondition(shortest > 0 && shortest <= longest, "pauses grow")
        self.shortest = shortest
        self.longest = longest
        current = shortest
    }

    /// The next pause in milliseconds: between half and the whole of the present step. `random` gives a number below its argument.
    mutating func next(random: (UInt64) -> UInt64) -> UInt64 {
        let step = current
        current = min(longest, current * 2)
        return step - random(step / 2 + 1)
    }

    /// The peer was reached: the next pause is short again.
    mutating func reset() {
        current = shortest
    }
}
