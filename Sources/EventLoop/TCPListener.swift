import CLibuv

/// Accepts TCP connections on an address, until it is closed or the loop stops.
public final class TCPListener: HandleOwner {
    /// The loop that the listener lives on.
    public let loop: EventLoop
    /// Where it listens; the port is the one that was found, where 0 was asked for.
    public let address: SocketAddress
    private let handle: Handle
    private let onConnection: @Sendable (TCPStream) -> Void
    private let isOpen: LoopLocal<Bool>

    /// Listens on `host` (an IP address, or a name that stands for one) and `port` (0: any free one), and calls `onConnection` with each stream
    /// that is accepted, which is then to be started. On the loop only.
    public init(
        loop: EventLoop, host: String, port: UInt16, onConnection: @escaping @Sendable (TCPStream) -> Void
    ) throws(LoopError) {
        let wanted = SocketAddress(host: host, port: port)
        guard !loop.isStopping else { throw .cancelled(.listen, at: wanted) }
        let binary = try Resolution.resolveNow(wanted, on: loop)
        let handle = Handle(UV_TCP)
        let status = unsafe uv_tcp_init(loop.pointer, handle.tcp)
        guard status == 0 else {
            handle.discard()
            throw LoopError(code: status, during: .listen, at: wanted)
        }
        self.loop = loop
        self.handle = handle
        self.onConnection = onConnection
        isOpen = LoopLocal(true, on: loop)
        let bindStatus = unsafe binary.withPointer { unsafe uv_tcp_bind(handle.tcp, $0, 0) }
        address = Self.boundAddress(of: handle) ?? wanted
        handle.adopt(self)
        try orClose(bindStatus, during: .bind, at: wanted)
        // Safety: the callback finds this listener, which the handle retains while it is open.
        let listenStatus = unsafe uv_listen(handle.stream, LoopLimits.backlog) { handle, status in
            unsafe owner(handle?.pointee.data, as: TCPListener.self)?.accept(status)
        }
        try orClose(listenStatus, during: .listen, at: wanted)
    }

    /// Accepts no more; streams that were accepted go on. On the loop only.
    public func close() {
        guard isOpen.value else { return }
        isOpen.value = false
        handle.close()
    }

    func loopStops() {
        close()
    }

    private func orClose(_ status: Int32, during operation: LoopError.Operation, at wanted: SocketAddress)
        throws(LoopError)
    {
        guard status != 0 else { return }
        close()
        throw LoopError(code: status, during: operation, at: wanted)
    }

    // A connection that cannot be accepted (it is gone again, or there are no descriptors) is nobody's: libuv tries the next.
    private func accept(_ status: Int32) {
        guard status == 0, isOpen.value, !loop.isStopping else { return }
        let accepted = Handle(UV_TCP)
        guard unsafe uv_tcp_init(loop.pointer, accepted.tcp) == 0 else { return accepted.discard() }
        let acceptStatus = unsafe uv_accept(handle.stream, accepted.stream)
        let stream = TCPStream(loop: loop, connected: accepted)
        guard acceptStatus == 0 else { return stream.close() }
        onConnection(stream)
    }

    private static func boundAddress(of handle: Handle) -> SocketAddress? {
        unsafe BinaryAddress(asking: { unsafe uv_tcp_getsockname(handle.tcp, $0, $1) })?.address
    }
}
