import Wire

/// How far a signed message's time may lie from the clock that judges it.
///
/// The same message is judged three times, each time with more room, so that what a gateway accepts does not fail later
/// for having travelled: by the gateway's own clock as a courtesy, by the car's sealing time as a matter of the car's
/// validity, and by log time, which alone decides. A vehicle signs again after 30 s.
public struct Timeliness: Hashable, Sendable {
    /// How far the message may lie in the past, in milliseconds.
    public let maxAgeMilliseconds: UInt64
    /// How far it may lie in the future, in milliseconds.
    public let maxLeadMilliseconds: UInt64

    /// By the receiving gateway's own clock: leaves 5 s to wait for a car, and room for clocks 2 s apart.
    public static let gateway = Timeliness(maxAgeMilliseconds: 25_000, maxLeadMilliseconds: 3000)
    /// By the sealing time of a car: a car with a report outside it is invalid.
    public static let car = Timeliness(maxAgeMilliseconds: 30_000, maxLeadMilliseconds: 30_000)
    /// By log time, at execution: leaves a sealed car 30 s to be ordered.
    public static let execution = Timeliness(maxAgeMilliseconds: 60_000, maxLeadMilliseconds: 5000)

    /// Why a message of `time` is refused at `now`, or nil: both limits are inside.
    public func refusal(of time: Timestamp, at now: Timestamp) -> Refusal? {
        if time + maxAgeMilliseconds < now { return .stale }
        if time > now + maxLeadMilliseconds { return .future }
        return nil
    }
}
