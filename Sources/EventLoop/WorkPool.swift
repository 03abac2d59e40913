import CLibuv

/// Threads for work that takes longer than a turn should: signatures by the hundred, a sync of the disk.
///
/// They are libuv's, four unless `UV_THREADPOOL_SIZE` says otherwise, shared by all loops of the process. Work is begun in the order of the
/// calls and may end in another. There is no bound here on what waits: who hands in work keeps one (one sync in flight, so many batches).
public struct WorkPool: Sendable {
    let loop: EventLoop

    /// Runs `work` on a thread of the pool and then `body`, with what it returned, on the loop. On the loop only.
    public func run<Value: Sendable>(
        _ work: @escaping @Sendable () -> Value, then body: @escaping @Sendable (Value) -> Void
    ) {
        loop.checkIsolated()
        let result = Latest<Value?>(nil)
        submit(
            Work(
                body: { result.value = work() },
                completion: {
                    guard let value = result.value else { preconditionFailure("work that has ended has a result") }
                    body(value)
                }))
    }

    /// Runs `work` on a thread of the pool and returns what it returns. From anywhere.
    public func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            loop.execute { run(work) { continuation.resume(returning: $0) } }
        }
    }

    private func submit(_ work: Work) {
        let request = UnsafeMutablePointer<uv_work_t>.allocate(capacity: 1)
        unsafe request.initialize(to: uv_work_t())
        unsafe request.pointee.data = Unmanaged.passRetained(work).toOpaque()
        // Safety: the request and the reference that it carries are given back in the second callback, which libuv calls once.
        let status = unsafe uv_queue_work(
            loop.pointer, request,
            { request in
                guard let data = unsafe request?.pointee.data else { return }
                unsafe Unmanaged<Work>.fromOpaque(data).takeUnretainedValue().body()
            },
            { request, _ in
                guard let request = unsafe request, let data = unsafe request.pointee.data else { return }
                let work = unsafe Unmanaged<Work>.fromOpaque(data).takeRetainedValue()
                unsafe request.deallocate()
                work.completion()
            })
        precondition(status == 0, "libuv refuses work only without a function")
    }
}

/// One piece of work on its way through the pool.
private final class Work: Sendable {
    let body: @Sendable () -> Void
    let completion: @Sendable () -> Void

    init(body: @escaping @Sendable () -> Void, completion: @escaping @Sendable () -> Void) {
        self.body = body
        self.completion = completion
    }
}

extension EventLoop {
    /// Threads for work that would hold up this loop.
    public var pool: WorkPool { WorkPool(loop: self) }
}
