import CLibuv

/// A timer of a loop: rings once or again and again. It may be made anywhere; it is armed and disarmed on its loop, as often as wanted: that
/// costs no allocation. It stops when nobody holds it any more.
public final class LoopTimer: Sendable {
    private let clock: Clock

    /// A timer that calls `onRing` on the loop, as soon as it is armed and due.
    public init(loop: EventLoop, onRing: @escaping @Sendable () -> Void) {
        clock = Clock(loop: loop, onRing: onRing)
    }

    deinit {
        clock.loop.execute { [clock] in clock.close() }
    }

    /// Rings once, when `milliseconds` have passed, and not at what was set before. On the loop only.
    public func arm(afterMilliseconds milliseconds: UInt64) {
        arm(atMilliseconds: clock.loop.monotonicMilliseconds + milliseconds)
    }

    /// Rings once, when the loop's monotonic clock shows `deadline`, at once if it is past, and not at what was set before. On the loop only.
    public func arm(atMilliseconds deadline: UInt64) {
        clock.start(at: deadline, every: 0)
    }

    /// Rings again and again, each time when `milliseconds` (at least 1) have passed. On the loop only.
    public func arm(everyMilliseconds milliseconds: UInt64) {
        precondition(milliseconds > 0, "a repeating timer leaves the loop time for others")
        clock.start(at: clock.loop.monotonicMilliseconds + milliseconds, every: milliseconds)
    }

    /// Does not ring any more until it is armed again. On the loop only.
    public func disarm() {
        clock.stop()
    }

    /// Whether it is going to ring. On the loop only.
    public var isArmed: Bool { clock.isArmed }
}

/// What libuv's handle retains, apart from the timer, so that a timer that nobody holds can go.
private final class Clock: HandleOwner {
    let loop: EventLoop
    private let state: LoopLocal<State>
    private let onRing: @Sendable () -> Void

    private enum State {
        /// Never armed: libuv does not know it yet.
        case fresh
        case open(Handle)
        case closed
    }

    init(loop: EventLoop, onRing: @escaping @Sendable () -> Void) {
        self.loop = loop
        self.onRing = onRing
        state = LoopLocal(.fresh, on: loop)
    }

    func start(at deadline: UInt64, every period: UInt64) {
        guard let handle = openHandle() else { return }
        // libuv counts from its own reading of the same clock, which may be that of the iteration's start.
        let now = unsafe uv_now(loop.pointer)
        let status = unsafe uv_timer_start(
            handle.timer, { unsafe owner($0?.pointee.data, as: Clock.self)?.onRing() },
            deadline > now ? deadline - now : 0, period)
        precondition(status == 0, "an open timer can be started")
    }

    func stop() {
        guard case .open(let handle) = state.value else { return }
        unsafe uv_timer_stop(handle.timer)
    }

    var isArmed: Bool {
        guard case .open(let handle) = state.value else { return false }
        return unsafe uv_is_active(handle.base) != 0
    }

    func close() {
        if case .open(let handle) = state.value { handle.close() }
        state.value = .closed
    }

    func loopStops() {
        close()
    }

    private func openHandle() -> Handle? {
        switch state.value {
        case .open(let handle): return handle
        case .closed: return nil
        case .fresh:
            guard !loop.isStopping else { return nil }
            let handle = Handle(UV_TIMER)
            let status = unsafe uv_timer_init(loop.pointer, handle.timer)
            precondition(status == 0, "a timer needs nothing that could be lacking")
            handle.adopt(self)
            state.value = .open(handle)
            return handle
        }
    }
}
