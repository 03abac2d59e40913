import CLibuv
import Synchronization

/// A libuv loop that is also the serial executor of the actors bound to it (`LoopBound`).
///
/// One thread runs the loop. Everything that libuv owns (sockets, timers) is touched on that thread only, and each such method says so
/// by a precondition, not by trust. What comes from other threads comes as a job: an `await` on a bound actor, or `execute`.
///
/// An iteration of libuv is: due timers, then *the end of the turn*, then the wait for sockets, then their callbacks. We do at the end
/// of the turn, in this order:
///
///  1. run the jobs that have gathered, including those that they add;
///  2. call the hooks of `afterPoll`, once each: here a server takes its turn over everything that came in;
///  3. call what `atEndOfTurn` has gathered: here streams hand the kernel what was written to them, in one call per stream.
///
/// All callbacks of the sockets, timers and jobs since the last wait lie before that point and nothing waits between them and it, so what is
/// put into an inbox anywhere is seen by the very next turn. Jobs that are added on the loop's own thread therefore need no wake-up.
public final class EventLoop: SerialExecutor, Sendable {
    /// The thread's name, as a debugger shows it.
    public let name: String

    let jobs = JobQueue()
    private let raw: RawLoop
    private let thread = Atomic<UInt>(0)
    // Safety: read and written by the loop's thread only; `local` is its one accessor and checks that.
    private nonisolated(unsafe) var unchecked = Local()

    /// What belongs to the loop's thread.
    private struct Local {
        var hooks: [@Sendable () -> Void] = []
        var turnEnds: [() -> Void] = []
        var stopContinuations: [CheckedContinuation<Void, Never>] = []
        var isStopping = false
    }

    /// A loop that waits for `run`. From the first one on, the process does not die of writing to a socket that nobody reads (SIGPIPE).
    public init(name: String) throws(LoopError) {
        waymark_ignore_sigpipe()
        self.name = name
        raw = try RawLoop()
        raw.install(owner: self)
        jobs.open(wake: raw.wake)
    }

    deinit {
        raw.destroy()
    }

    /// Runs the loop on the calling thread until `stop`.
    public func run() {
        precondition(thread.exchange(uv_thread_self(), ordering: .sequentiallyConsistent) == 0, "a loop runs once")
        raw.run()
        // Callbacks of the last handles may have added jobs, and these work for the pool; after that there is nothing left.
        while !jobs.closeIfEmpty() {
            endTurn()
            raw.run()
        }
        let waiting = local.stopContinuations
        local = Local()
        local.isStopping = true
        raw.destroy()
        // The system gives the number of a thread that has ended to another: that one is not us.
        thread.store(.max, ordering: .sequentiallyConsistent)
        for continuation in waiting { continuation.resume() }
    }

    /// Closes every stream, listener and timer, each of which tells its owner, and ends `run`. From any thread. Work that the pool
    /// has begun is finished first. A job that is added after the end is never run.
    public func stop() {
        execute { [self] in
            guard !local.isStopping else { return }
            local.isStopping = true
            raw.closeEverything()
            jobs.mute()
        }
    }

    /// Returns when the loop has ended; `stop` must have been or be called.
    public func waitUntilStopped() async {
        await withCheckedContinuation { continuation in
            let isTaken = jobs.add(.closure { [self] in local.stopContinuations.append(continuation) }, wake: true)
            if !isTaken { continuation.resume() }
        }
    }

    /// Whether the caller is on the loop's thread.
    public var isOnLoop: Bool {
        thread.load(ordering: .relaxed) == uv_thread_self()
    }

    /// Calls `body` at the end of each turn, once an iteration, as long as the loop runs. From any thread.
    public func afterPoll(_ body: @escaping @Sendable () -> Void) {
        execute { [self] in local.hooks.append(body) }
    }

    /// Calls `body` once, at the end of the current turn, after the hooks of `afterPoll`: for handing on what a turn has produced. It must not
    /// tell the turn's owner anything, which would then wait for the next socket; `execute` is for that. On the loop only.
    public func atEndOfTurn(_ body: @escaping () -> Void) {
        local.turnEnds.append(body)
    }

    /// Whether `stop` has taken effect: nothing can be opened any more. On the loop only.
    var isStopping: Bool { local.isStopping }

    /// libuv's loop. On the loop only.
    var pointer: UnsafeMutablePointer<uv_loop_t> {
        checkIsolated()
        return unsafe raw.loop
    }

    /// The buffer that streams read to. On the loop only.
    var readBuffer: UnsafeMutableRawBufferPointer { unsafe raw.readBuffer }

    func endTurn() {
        for _ in 0..<LoopLimits.jobRoundsPerTurn where !jobs.runAll(on: self) { break }
        // A loop that stops takes no more turns: what they would begin could not be ended.
        if !isStopping { for hook in local.hooks { hook() } }
        while !local.turnEnds.isEmpty {
            let due = local.turnEnds
            local.turnEnds.removeAll(keepingCapacity: true)
            for body in due { body() }
        }
        // What was added meanwhile must not wait for a socket.
        jobs.wakeUnlessEmpty()
    }

    private var local: Local {
        _read {
            precondition(isOnLoop, "on the loop's thread")
            yield unsafe unchecked
        }
        _modify {
            precondition(isOnLoop, "on the loop's thread")
            yield unsafe &unchecked
        }
    }
}
