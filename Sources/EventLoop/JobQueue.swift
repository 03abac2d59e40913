import CLibuv
import Synchronization

/// What other threads hand to a loop: added under a lock, taken all at once by the loop's thread.
final class JobQueue: Sendable {
    /// A piece of work for the loop's thread.
    enum Job {
        case actor(UnownedJob)
        case closure(@Sendable () -> Void)
    }

    private struct State {
        var jobs: [Job] = []
        /// Empty, with the capacity of the batch before: taking a batch allocates nothing.
        var spare: [Job] = []
        var phase = Phase.closed
        var isWakeSent = false
    }

    private enum Phase {
        /// Jobs are taken, and the loop is woken for them by this handle.
        case awake(AsyncHandle)
        /// Jobs are still taken; the loop is coming to its end by itself.
        case muted
        /// Jobs are refused.
        case closed
    }

    private let state = Mutex(State())

    /// Starts to take jobs; `handle` wakes the loop from another thread.
    func open(wake handle: AsyncHandle) {
        state.withLock { $0.phase = .awake(handle) }
    }

    /// The handle is about to be closed.
    func mute() {
        state.withLock { $0.phase = .muted }
    }

    /// Refuses jobs from now on, if none is left to run.
    func closeIfEmpty() -> Bool {
        state.withLock { state in
            guard state.jobs.isEmpty else { return false }
            state.phase = .closed
            return true
        }
    }

    /// Adds a job and wakes the loop unless it is awake (`wake` false: the caller is on its thread). False where the loop has ended.
    @discardableResult
    func add(_ job: Job, wake: Bool) -> Bool {
        state.withLock { state in
            if case .closed = state.phase { return false }
            state.jobs.append(job)
            if wake { Self.wake(&state) }
            return true
        }
    }

    /// Wakes the loop if there is a job.
    func wakeUnlessEmpty() {
        state.withLock { state in
            if !state.jobs.isEmpty { Self.wake(&state) }
        }
    }

    /// Runs the jobs that are there now, in order; false if there were none. On the loop's thread.
    @discardableResult
    func runAll(on loop: EventLoop) -> Bool {
        var batch = state.withLock { state in
            state.isWakeSent = false
            let batch = state.jobs
            state.jobs = state.spare
            state.spare = []
            return batch
        }
        guard !batch.isEmpty else { return false }
        let executor = unsafe loop.asUnownedSerialExecutor()
        for job in batch {
            switch job {
            case .actor(let job): unsafe job.runSynchronously(on: executor)
            case .closure(let body): body()
            }
        }
        batch.removeAll(keepingCapacity: true)
        state.withLock { $0.spare = batch }
        return true
    }

    // libuv merges wake-ups that have not been seen; so do we, without its system call. Under the lock, so that the handle is not
    // closed between the look and the call.
    private static func wake(_ state: inout State) {
        guard case .awake(let handle) = state.phase, !state.isWakeSent else { return }
        state.isWakeSent = true
        handle.send()
    }
}
