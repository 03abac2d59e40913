import CLibuv

/// An attempt to connect: it resolves the name, tries its addresses one after the other and ends, exactly once, with a stream or an error.
public final class TCPDial: HandleOwner {
    private let loop: EventLoop
    private let wanted: SocketAddress
    private let state: LoopLocal<State>

    private struct State {
        var onResult: (@Sendable (Result<TCPStream, LoopError>) -> Void)?
        var attempt: Handle?
        var remaining: ArraySlice<BinaryAddress> = []
        var deadline: LoopTimer?
    }

    private init(
        loop: EventLoop, wanted: SocketAddress, onResult: @escaping @Sendable (Result<TCPStream, LoopError>) -> Void
    ) {
        self.loop = loop
        self.wanted = wanted
        state = LoopLocal(State(onResult: onResult), on: loop)
    }

    static func begin(
        loop: EventLoop, wanted: SocketAddress, deadlineMilliseconds: UInt64,
        onResult: @escaping @Sendable (Result<TCPStream, LoopError>) -> Void
    ) -> TCPDial {
        let dial = TCPDial(loop: loop, wanted: wanted, onResult: onResult)
        let timer = LoopTimer(loop: loop) { [weak dial] in dial?.fail(UV_ETIMEDOUT.rawValue) }
        timer.arm(afterMilliseconds: deadlineMilliseconds)
        dial.state.value.deadline = timer
        // As a job, so that no result comes before the caller has the dial.
        loop.execute { Resolution.resolve(wanted, on: loop) { dial.didResolve($0) } }
        return dial
    }

    /// Gives up; `onResult` is told so, with `ECANCELED`. Without effect once there is a result. On the loop only.
    public func cancel() {
        loop.execute { self.fail(UV_ECANCELED.rawValue) }
    }

    func loopStops() {
        fail(UV_ECANCELED.rawValue)
    }

    private func didResolve(_ result: Result<[BinaryAddress], LoopError>) {
        guard state.value.onResult != nil else { return }
        switch result {
        case .failure(let error): end(.failure(error))
        case .success(let addresses):
            state.value.remaining = addresses[...]
            connectNext(after: UV_EAI_NONAME.rawValue)
        }
    }

    /// Tries the next address; where there is none left, `code` is the last one's error.
    private func connectNext(after code: Int32) {
        guard !loop.isStopping else { return fail(UV_ECANCELED.rawValue) }
        guard let address = state.value.remaining.popFirst() else { return fail(code) }
        let handle = Handle(UV_TCP)
        let status = unsafe uv_tcp_init(loop.pointer, handle.tcp)
        guard status == 0 else {
            handle.discard()
            return fail(status)
        }
        handle.adopt(self)
        state.value.attempt = handle
        let request = UnsafeMutablePointer<uv_connect_t>.allocate(capacity: 1)
        // Safety: the request is freed in its callback, which libuv calls once and before it closes the handle, or here.
        let connectStatus = unsafe address.withPointer { address in
            unsafe uv_tcp_connect(request, handle.tcp, address) { request, status in
                let data = unsafe request?.pointee.handle.pointee.data
                unsafe request?.deallocate()
                unsafe owner(data, as: TCPDial.self)?.didConnect(status)
            }
        }
        guard connectStatus != 0 else { return }
        unsafe request.deallocate()
        didConnect(connectStatus)
    }

    private func didConnect(_ status: Int32) {
        // Nil where the dial has ended meanwhile and closed the handle.
        guard let handle = state.value.attempt else { return }
        state.value.attempt = nil
        guard status == 0 else {
            handle.close()
            return connectNext(after: status)
        }
        end(.success(TCPStream(loop: loop, connected: handle)))
    }

    private func fail(_ code: Int32) {
        state.value.attempt?.close()
        state.value.attempt = nil
        end(.failure(LoopError(code: code, during: .connect, at: wanted)))
    }

    private func end(_ result: Result<TCPStream, LoopError>) {
        guard let onResult = state.value.onResult else { return }
        state.value = State()
        onResult(result)
    }
}

extension TCPStream {
    /// Connects to `host`, an IP address or a name, and calls `onResult` on the loop with a stream, which is then to be started, or with the
    /// reason why there is none. Never from inside this call. On the loop only.
    @discardableResult
    public static func connect(
        loop: EventLoop, host: String, port: UInt16, deadlineMilliseconds: UInt64 = LoopLimits.connectMilliseconds,
        onResult: @escaping @Sendable (Result<TCPStream, LoopError>) -> Void
    ) -> TCPDial {
        TCPDial.begin(
            loop: loop, wanted: SocketAddress(host: host, port: port), deadlineMilliseconds: deadlineMilliseconds,
            onResult: onResult)
    }
}
