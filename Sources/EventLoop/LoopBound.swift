/// An actor that runs on an event loop. Its methods are called from anywhere with `await`; callbacks of its own loop enter it with
/// `assumeIsolated`, without a queue between.
public protocol LoopBound: Actor {
    /// The loop whose thread runs the actor.
    nonisolated var loop: EventLoop { get }
}

extension LoopBound {
    /// The loop, as Swift's runtime wants it.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
}

extension EventLoop {
    /// Takes a job of an actor. The runtime calls this, from any thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        jobs.add(.actor(unowned), wake: !isOnLoop)
    }

    /// Runs `work` on the loop's thread at the end of a turn, in the order of the calls. From any thread.
    public func execute(_ work: @escaping @Sendable () -> Void) {
        jobs.add(.closure(work), wake: !isOnLoop)
    }

    /// Runs `body` on the loop's thread and returns what it returns.
    @discardableResult
    public func perform<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let outcome: Result<Value, Failure> = await withCheckedContinuation { continuation in
            execute {
                do throws(Failure) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try outcome.get()
    }

    /// Stops the program unless the caller is on the loop's thread: this is what `assumeIsolated` asks.
    public func checkIsolated() {
        precondition(isOnLoop, "on the thread of the event loop \(name)")
    }

    /// Whether the caller is on the loop's thread.
    public func isIsolatingCurrentContext() -> Bool? { isOnLoop }
}
