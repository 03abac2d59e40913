import CLibuv

/// Who owns an open libuv handle.
protocol HandleOwner: AnyObject, Sendable {
    /// The loop is stopping: close the handle.
    func loopStops()

    /// libuv has let go of a handle that the owner closed.
    func handleDidClose()
}

extension HandleOwner {
    func handleDidClose() {}
}

/// The memory of one open libuv handle. The handle retains its owner from `adopt` to the moment when libuv has closed it, so that a
/// callback always finds its owner alive; then the memory is freed. After `close` the value must not be used: owners keep that in their state.
///
/// Sendable because the value is only a place; what is there is touched on the loop's thread alone, where its owners live.
@safe struct Handle: @unchecked Sendable {
    private let raw: UnsafeMutableRawPointer

    /// Memory for a handle of that type, for an `uv_…_init` that follows at once.
    init(_ type: uv_handle_type) {
        let count = uv_handle_size(type)
        unsafe raw = .allocate(byteCount: count, alignment: 16)
        unsafe raw.initializeMemory(as: UInt8.self, repeating: 0, count: count)
    }

    /// Frees memory whose `uv_…_init` failed: libuv does not know it.
    func discard() {
        unsafe raw.deallocate()
    }

    // Safety: the memory was made for the type that its owner asked for, and every handle begins with the fields of `uv_handle_t`,
    // every TCP handle with those of `uv_stream_t`.
    var base: UnsafeMutablePointer<uv_handle_t> { unsafe raw.assumingMemoryBound(to: uv_handle_t.self) }
    var stream: UnsafeMutablePointer<uv_stream_t> { unsafe raw.assumingMemoryBound(to: uv_stream_t.self) }
    var tcp: UnsafeMutablePointer<uv_tcp_t> { unsafe raw.assumingMemoryBound(to: uv_tcp_t.self) }
    var timer: UnsafeMutablePointer<uv_timer_t> { unsafe raw.assumingMemoryBound(to: uv_timer_t.self) }
    var signal: UnsafeMutablePointer<uv_signal_t> { unsafe raw.assumingMemoryBound(to: uv_signal_t.self) }

    /// Makes `owner` the one that callbacks find, in place of an earlier one.
    func adopt(_ owner: any HandleOwner) {
        let earlier = unsafe base.pointee.data
        unsafe base.pointee.data = Unmanaged.passRetained(owner as AnyObject).toOpaque()
        if let earlier = unsafe earlier { unsafe Unmanaged<AnyObject>.fromOpaque(earlier).release() }
    }

    /// Starts to close; when libuv has let go of the handle, the memory is freed, the owner told and released.
    func close() {
        // Safety: libuv calls back once, with the handle that was given to it, and does not touch it any more.
        unsafe uv_close(base) { base in
            guard let base = unsafe base, let data = unsafe base.pointee.data else { return }
            let owner = unsafe Unmanaged<AnyObject>.fromOpaque(data).takeRetainedValue() as? any HandleOwner
            unsafe UnsafeMutableRawPointer(base).deallocate()
            owner?.handleDidClose()
        }
    }
}

/// The owner of the handle to which `data` belongs.
func owner<Owner: HandleOwner>(_ data: UnsafeMutableRawPointer?, as type: Owner.Type) -> Owner? {
    guard let data = unsafe data else { return nil }
    // Safety: `Handle.adopt` stored a retained reference; each kind of callback belongs to owners of one class only.
    return unsafe Unmanaged<Owner>.fromOpaque(data).takeUnretainedValue()
}
