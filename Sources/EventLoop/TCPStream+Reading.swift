import CLibuv

extension TCPStream {
    func lendBuffer(to buffer: UnsafeMutablePointer<uv_buf_t>?) {
        let shared = unsafe loop.readBuffer
        unsafe buffer?.pointee = uv_buf_t(
            base: shared.baseAddress?.assumingMemoryBound(to: CChar.self), len: shared.count)
    }

    /// libuv has read `count` bytes into `start`, or met the end or an error (`count` < 0), or nothing (0).
    func didRead(_ count: Int, in start: UnsafeMutablePointer<CChar>?) {
        if count < 0 { return didFail(Int32(count)) }
        guard count > 0, let start = unsafe start, case .open = state.value.phase else { return }
        // Safety: libuv wrote `count` bytes into the loop's buffer; they are copied before it is lent again.
        let bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
        state.value.onEvent?(.received(bytes))
    }

    private func didFail(_ code: Int32) {
        guard code == UV_EOF.rawValue else { return close(with: LoopError(code: code, during: .read, at: peer)) }
        state.value.isReadingOver = true
        pause()
        switch state.value.phase {
        case .open: state.value.onEvent?(.ended)
        case .finishing: if isWritten { close(with: nil) }
        case .closing: break
        }
    }
}
