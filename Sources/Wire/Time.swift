/// A point in time that travels: milliseconds since 1970-01-01 UTC, leap seconds not counted.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01 UTC.
    public var milliseconds: UInt64

    /// The time `milliseconds` after 1970-01-01 UTC.
    public init(milliseconds: UInt64) {
        self.milliseconds = milliseconds
    }

    /// Whole seconds since 1970-01-01 UTC, rounded down.
    public var seconds: UInt64 { milliseconds / 1000 }

    /// The earlier first.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    /// The time `milliseconds` later; the last representable time where that overflows.
    public static func + (time: Timestamp, milliseconds: UInt64) -> Timestamp {
        let (sum, overflow) = time.milliseconds.addingReportingOverflow(milliseconds)
        return Timestamp(milliseconds: overflow ? .max : sum)
    }

    /// The time `milliseconds` earlier; 1970 where that is before it.
    public static func - (time: Timestamp, milliseconds: UInt64) -> Timestamp {
        Timestamp(milliseconds: time.milliseconds > milliseconds ? time.milliseconds - milliseconds : 0)
    }
}

/// A point on this process's monotonic clock, in milliseconds: for timers only. It never leaves the process.
public struct Instant: Hashable, Comparable, Sendable {
    /// Milliseconds since an arbitrary start.
    public var milliseconds: UInt64

    /// The instant `milliseconds` after the clock's start.
    public init(milliseconds: UInt64) {
        self.milliseconds = milliseconds
    }

    /// The earlier first.
    public static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

    /// The instant `milliseconds` later.
    public static func + (instant: Instant, milliseconds: UInt64) -> Instant {
        Instant(milliseconds: instant.milliseconds + milliseconds)
    }
}

/// Both clocks as a shell read them before a step: machines have no clock of their own.
public struct Moment: Hashable, Sendable {
    /// What timers are measured with.
    public var instant: Instant
    /// What the machine's owner believes the time to be.
    public var timestamp: Timestamp

    /// The moment at which both clocks were read.
    public init(instant: Instant, timestamp: Timestamp) {
        self.instant = instant
        self.timestamp = timestamp
    }
}

extension Instant? {
    /// The earlier of both; nil where there is neither.
    public func earlier(_ other: Instant?) -> Instant? {
        guard let self else { return other }
        guard let other, other < self else { return self }
        return other
    }
}
