import CLibuv

extension EventLoop {
    /// Milliseconds of a clock that never goes back, from an arbitrary start. From any thread. Timers are measured with it.
    public static var monotonicMilliseconds: UInt64 { uv_hrtime() / 1_000_000 }

    /// Milliseconds since 1970-01-01 UTC as this machine believes. From any thread.
    public static var wallMilliseconds: UInt64 {
        var time = timespec()
        // Safety: the system writes one `timespec`.
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(max(0, time.tv_sec)) * 1_000 + UInt64(time.tv_nsec) / 1_000_000
    }

    /// Milliseconds of a clock that never goes back, from an arbitrary start. From any thread.
    public var monotonicMilliseconds: UInt64 { Self.monotonicMilliseconds }

    /// Milliseconds since 1970-01-01 UTC as this machine believes. From any thread.
    public var wallMilliseconds: UInt64 { Self.wallMilliseconds }
}
