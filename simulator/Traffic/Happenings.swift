import Roads

/// What happened in traffic, in the order of time.
struct Happenings: Sendable {
    /// The vehicles that began a trip.
    var departures: [Int] = []
    /// Arcs that were left for the next.
    var crossings: [Crossing] = []
}

/// A vehicle's change from an arc to the next.
struct Crossing: Sendable {
    var vehicle: Int
    /// The arc that it has left.
    var arc: Arc
    /// How long before the end of the tick, from what it has driven since.
    var earlierMilliseconds: UInt64
}
