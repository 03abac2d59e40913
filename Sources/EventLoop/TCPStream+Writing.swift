import CLibuv

extension TCPStream {
    /// Bytes that were written and that the kernel has not taken.
    public var bufferedBytes: Int { state.value.gathered.count + state.value.inFlight }

    /// Writes `bytes` at the end of the turn, after what was written before. Without effect on a stream that is finished or closed.
    public func write(_ bytes: [UInt8]) {
        guard case .open = state.value.phase, !state.value.isWritingOver, !bytes.isEmpty else { return }
        if state.value.gathered.isEmpty {
            // The caller's array as it is: a large one is not copied.
            state.value.gathered = bytes
        } else {
            state.value.gathered.append(contentsOf: bytes)
        }
        guard !state.value.isFlushDue else { return }
        state.value.isFlushDue = true
        loop.atEndOfTurn { self.flush() }
    }

    /// Ends this side after all that was written; the peer may go on sending.
    public func endWriting() {
        guard case .open = state.value.phase, !state.value.isWritingOver else { return }
        state.value.isWritingOver = true
        flush()
        endIfWritten()
    }

    /// Closes when all is written and the peer has ended its side too, at the latest after `LoopLimits.lingerMilliseconds`. What the
    /// peer sends meanwhile is dropped: were it left unread, the kernel would reset the connection and the last bytes could be lost.
    public func finish() {
        guard case .open = state.value.phase else { return }
        endWriting()
        guard case .open = state.value.phase else { return }
        state.value.phase = .finishing
        if state.value.isReadingOver, isWritten { return close(with: nil) }
        resume()
        guard isOpen else { return }
        let timer = LoopTimer(loop: loop) { [weak self] in self?.close(with: nil) }
        state.value.linger = timer
        timer.arm(afterMilliseconds: LoopLimits.lingerMilliseconds)
    }

    var isWritten: Bool { state.value.inFlight == 0 && state.value.gathered.isEmpty }

    /// Hands the kernel what was gathered. At most one request is with libuv at a time; while it is, bytes gather for the next.
    func flush() {
        state.value.isFlushDue = false
        guard isOpen, state.value.inFlight == 0, !state.value.gathered.isEmpty else { return }
        let bytes = state.value.gathered
        state.value.gathered = []
        let taken = tryWrite(bytes)
        guard taken >= 0 else { return close(with: LoopError(code: taken, during: .write, at: peer)) }
        if Int(taken) < bytes.count { submit(bytes[Int(taken)...]) }
    }

    /// How many bytes the kernel took at once, or an error.
    private func tryWrite(_ bytes: [UInt8]) -> Int32 {
        // Safety: libuv only reads the bytes, and only during the call.
        let status = unsafe bytes.withUnsafeBytes { source in
            unsafe withUnsafePointer(to: Self.buffer(source)) { unsafe uv_try_write(handle.stream, $0, 1) }
        }
        return status == UV_EAGAIN.rawValue ? 0 : status
    }

    private func submit(_ bytes: ArraySlice<UInt8>) {
        let request = WriteRequest(bytes)
        state.value.inFlight = bytes.count
        // Safety: the request keeps its copy of the bytes until the callback, which libuv calls once, and is freed there.
        let status = unsafe withUnsafePointer(to: Self.buffer(UnsafeRawBufferPointer(request.bytes))) { buffer in
            unsafe uv_write(request.raw, handle.stream, buffer, 1) { request, status in
                guard let request = unsafe request, let stream = unsafe request.pointee.handle else { return }
                let owner = unsafe owner(stream.pointee.data, as: TCPStream.self)
                unsafe WriteRequest.release(request)
                owner?.didWrite(status)
            }
        }
        guard status == 0 else {
            unsafe WriteRequest.release(request.raw)
            return close(with: LoopError(code: status, during: .write, at: peer))
        }
    }

    private func didWrite(_ status: Int32) {
        state.value.inFlight = 0
        guard status == 0 else { return close(with: LoopError(code: status, during: .write, at: peer)) }
        flush()
        guard isOpen, isWritten else { return }
        endIfWritten()
        if case .open = state.value.phase { state.value.onEvent?(.drained) }
    }

    private func endIfWritten() {
        guard isOpen, state.value.isWritingOver, isWritten else { return }
        if case .finishing = state.value.phase, state.value.isReadingOver { return close(with: nil) }
        let request = UnsafeMutablePointer<uv_shutdown_t>.allocate(capacity: 1)
        // Safety: the request is freed in its callback, which libuv calls once, or here where it was refused.
        let status = unsafe uv_shutdown(request, handle.stream) { request, _ in unsafe request?.deallocate() }
        if status != 0 { unsafe request.deallocate() }
    }

    private static func buffer(_ bytes: UnsafeRawBufferPointer) -> uv_buf_t {
        let start = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress)
        return unsafe uv_buf_t(base: start?.assumingMemoryBound(to: CChar.self), len: bytes.count)
    }
}

/// A write that the kernel could not take at once: libuv's request, and behind its `data` a copy of the bytes.
@safe private struct WriteRequest {
    let raw: UnsafeMutablePointer<uv_write_t>
    let bytes: UnsafeMutableRawBufferPointer

    init(_ source: ArraySlice<UInt8>) {
        unsafe raw = .allocate(capacity: 1)
        unsafe bytes = .allocate(byteCount: source.count, alignment: 1)
        unsafe bytes.copyBytes(from: source)
        unsafe raw.pointee.data = bytes.baseAddress
    }

    static func release(_ raw: UnsafeMutablePointer<uv_write_t>) {
        unsafe raw.pointee.data?.deallocate()
        unsafe raw.deallocate()
    }
}
