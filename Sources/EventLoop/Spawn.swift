import CLibuv

extension EventLoop {
    /// A loop that runs on a thread of its own, which ends with `stop`.
    public static func spawn(name: String) throws(LoopError) -> EventLoop {
        let loop = try EventLoop(name: name)
        let argument = unsafe Unmanaged.passRetained(loop)
        var thread = uv_thread_t()
        // Safety: the new thread takes over the reference that the argument carries.
        let status = unsafe uv_thread_create(
            &thread,
            { argument in
                guard let argument = unsafe argument else { return }
                unsafe Unmanaged<EventLoop>.fromOpaque(argument).takeRetainedValue().runThread()
            }, argument.toOpaque())
        guard status == 0 else {
            unsafe argument.release()
            throw LoopError(code: status, during: .startThread)
        }
        // Nobody joins: `waitUntilStopped` tells the end.
        pthread_detach(thread)
        return loop
    }

    private func runThread() {
        unsafe waymark_name_thread(name)
        run()
    }
}
