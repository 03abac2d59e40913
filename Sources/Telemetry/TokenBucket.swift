import Wire

/// How many messages a second, and how many at once.
public struct TokenRate: Hashable, Sendable {
    /// Messages a second in the long run.
    public var perSecond: UInt32
    /// Messages at once after a rest.
    public var burst: UInt32

    /// A rate.
    public init(perSecond: UInt32, burst: UInt32) {
        self.perSecond = perSecond
        self.burst = burst
    }
}

/// Lets messages pass at a rate. Integers only: a message costs a thousand, and a millisecond earns `perSecond`, so
/// nothing is rounded and every validator counts alike.
public struct TokenBucket: Hashable, Sendable {
    private static let cost: UInt64 = 1000

    private let rate: TokenRate
    private var level: UInt64
    private var updatedAt: UInt64

    /// A full bucket at `milliseconds` of the clock that it is used with.
    public init(_ rate: TokenRate, atMilliseconds milliseconds: UInt64) {
        self.rate = rate
        level = UInt64(rate.burst) * Self.cost
        updatedAt = milliseconds
    }

    /// A full bucket at log time.
    public init(_ rate: TokenRate, at time: Timestamp) {
        self.init(rate, atMilliseconds: time.milliseconds)
    }

    /// A full bucket at an instant of the process's clock.
    public init(_ rate: TokenRate, at instant: Instant) {
        self.init(rate, atMilliseconds: instant.milliseconds)
    }

    /// Takes one message's worth and says whether it was there. A clock that steps back earns nothing and loses
    /// nothing.
    public mutating func take(atMilliseconds milliseconds: UInt64) -> Bool {
        refill(until: milliseconds)
        guard level >= Self.cost else { return false }
        level -= Self.cost
        return true
    }

    /// Takes one message's worth at log time.
    public mutating func take(at time: Timestamp) -> Bool { take(atMilliseconds: time.milliseconds) }

    /// Takes one message's worth at an instant.
    public mutating func take(at instant: Instant) -> Bool { take(atMilliseconds: instant.milliseconds) }

    private mutating func refill(until milliseconds: UInt64) {
        guard milliseconds > updatedAt else { return }
        let (earned, overflow) = (milliseconds - updatedAt).multipliedReportingOverflow(by: UInt64(rate.perSecond))
        let full = UInt64(rate.burst) * Self.cost
        level = overflow || earned >= full - level ? full : level + earned
        updatedAt = milliseconds
    }
}

extension TokenBucket {
    /// `level: UInt64 || updated at: UInt64`, the level in thousandths of a message; the rate is configuration.
    public func encoded() -> [UInt8] {
        var writer = Writer(capacity: 16)
        writer.write(level)
        writer.write(updatedAt)
        return writer.bytes
    }

    /// The bucket of these bytes under `rate`.
    public init(_ rate: TokenRate, from reader: inout Reader) throws(WireError) {
        self.rate = rate
        level = try reader.read(UInt64.self)
        updatedAt = try reader.read(UInt64.self)
        guard level <= UInt64(rate.burst) * Self.cost else { throw .invalid(field: "token level", value: level) }
    }
}
