import CLibuv

/// A `uv_loop_t` with the two handles that every loop has for itself: one that wakes it, one that ends its turns.
///
/// Sendable because each method says who may call it: `AsyncHandle.send` anyone, the others the thread that runs the loop or, before
/// that and after, the only owner.
@safe final class RawLoop: @unchecked Sendable {
    let loop: UnsafeMutablePointer<uv_loop_t>
    let wake: AsyncHandle
    /// Where streams read to, one after the other: libuv reads and reports in one go, so one buffer serves all.
    let readBuffer: UnsafeMutableRawBufferPointer
    private let prepare: UnsafeMutablePointer<uv_prepare_t>
    private var isClosing = false
    private var isDestroyed = false

    init() throws(LoopError) {
        unsafe loop = .allocate(capacity: 1)
        unsafe prepare = .allocate(capacity: 1)
        unsafe wake = AsyncHandle(raw: .allocate(capacity: 1))
        unsafe readBuffer = .allocate(byteCount: LoopLimits.readBytes, alignment: 16)
        // Safety: memory of our own, of the type that libuv asks for, freed in `destroy` after libuv has let go of it.
        let status = unsafe uv_loop_init(loop)
        guard status == 0 else {
            free()
            throw LoopError(code: status, during: .openLoop)
        }
        unsafe uv_async_init(loop, wake.raw, { _ in })
        unsafe uv_prepare_init(loop, prepare)
        unsafe wake.raw.pointee.data = nil
        unsafe prepare.pointee.data = nil
    }

    /// Ends turns by `owner`, which outlives the handles.
    func install(owner: EventLoop) {
        unsafe loop.pointee.data = Unmanaged.passUnretained(owner).toOpaque()
        // Safety: the loop's data was set above, and the callback runs only while the owner is in `run`.
        let status = unsafe uv_prepare_start(prepare) { handle in
            guard let owner = unsafe handle?.pointee.loop.pointee.data else { return }
            unsafe Unmanaged<EventLoop>.fromOpaque(owner).takeUnretainedValue().endTurn()
        }
        precondition(status == 0, "a fresh handle can be started")
    }

    /// Returns when every handle is closed.
    func run() {
        unsafe uv_run(loop, UV_RUN_DEFAULT)
    }

    /// Tells the owner of each handle that the loop is stopping, and closes our own two.
    func closeEverything() {
        isClosing = true
        // Safety: a handle's data is nil for our own two, else an owner that it retains (`Handle.adopt`).
        unsafe uv_walk(
            loop,
            { handle, _ in
                guard let data = unsafe handle?.pointee.data else { return }
                let owner = unsafe Unmanaged<AnyObject>.fromOpaque(data).takeUnretainedValue() as? any HandleOwner
                owner?.loopStops()
            }, nil)
        unsafe uv_close(UnsafeMutableRawPointer(wake.raw).assumingMemoryBound(to: uv_handle_t.self), nil)
        unsafe uv_close(UnsafeMutableRawPointer(prepare).assumingMemoryBound(to: uv_handle_t.self), nil)
    }

    /// Frees everything; a loop that never ran is closed first.
    func destroy() {
        guard !isDestroyed else { return }
        isDestroyed = true
        if !isClosing {
            closeEverything()
            run()
        }
        let status = unsafe uv_loop_close(loop)
        precondition(status == 0, "a loop that has run to its end has no open handles")
        free()
    }

    private func free() {
        unsafe loop.deallocate()
        unsafe prepare.deallocate()
        unsafe wake.raw.deallocate()
        unsafe readBuffer.deallocate()
    }
}

/// The handle by which another thread wakes a loop. Sendable because `uv_async_send` may be called from any thread.
@safe struct AsyncHandle: @unchecked Sendable {
    let raw: UnsafeMutablePointer<uv_async_t>

    /// Wakes the loop; the caller sees to it that the handle is open.
    func send() {
        unsafe uv_async_send(raw)
    }
}
