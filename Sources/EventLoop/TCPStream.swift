import CLibuv

/// A connected TCP stream on a loop. All methods are called on the loop, and all events come on it.
///
/// What is written in a turn goes out at its end, in one system call where the kernel takes it; what the kernel does not take is kept and
/// counted in `bufferedBytes`, and `drained` says when nothing is left. There is no bound on it here: whoever writes has one and closes, waits
/// or drops. Reading stops between `pause` and `resume`, and then TCP holds the sender back.
///
/// No event comes from inside a call of a method, so an owner's method is never entered again while it calls the stream. `closed` is the last event
/// and comes exactly once after `start`.
public final class TCPStream: HandleOwner {
    /// What happened to a stream.
    public enum Event: Hashable, Sendable {
        /// Bytes from the peer, at least one.
        case received([UInt8])
        /// The peer has ended its side; it may still read.
        case ended
        /// All that had to wait has been written.
        case drained
        /// The stream is gone; with an error if that was nobody's wish.
        case closed(LoopError?)
    }

    /// The loop that the stream lives on.
    public let loop: EventLoop
    /// The peer's address.
    public let peer: SocketAddress
    let handle: Handle
    let state: LoopLocal<State>

    struct State {
        var phase = Phase.open
        var onEvent: (@Sendable (Event) -> Void)?
        var isReading = false
        /// The peer has ended its side.
        var isReadingOver = false
        /// Written since the last flush.
        var gathered: [UInt8] = []
        /// Handed to libuv and not yet taken by the kernel.
        var inFlight = 0
        var isFlushDue = false
        var isWritingOver = false
        var linger: LoopTimer?
    }

    enum Phase {
        case open
        /// Written to the end, then closed; what the peer sends is not looked at.
        case finishing
        case closing(LoopError?)
    }

    /// A stream over a connected handle, which it adopts.
    init(loop: EventLoop, connected handle: Handle) {
        self.loop = loop
        self.handle = handle
        peer = Self.peerAddress(of: handle) ?? SocketAddress(host: "unknown", port: 0)
        state = LoopLocal(State(), on: loop)
        // Small messages that wait for a full packet would add 40 ms each. The others find out about a peer that is gone.
        unsafe uv_tcp_nodelay(handle.tcp, 1)
        unsafe uv_tcp_keepalive(handle.tcp, 1, LoopLimits.keepAliveSeconds)
        unsafe waymark_tcp_user_timeout(handle.tcp, LoopLimits.unacknowledgedMilliseconds)
        handle.adopt(self)
    }

    /// Starts to read, and tells `onEvent` of everything from now on. Once.
    public func start(onEvent: @escaping @Sendable (Event) -> Void) {
        precondition(state.value.onEvent == nil, "a stream is started once")
        state.value.onEvent = onEvent
        resume()
    }

    /// Stops reading: TCP holds the peer back.
    public func pause() {
        guard state.value.isReading else { return }
        state.value.isReading = false
        unsafe uv_read_stop(handle.stream)
    }

    /// Reads again.
    public func resume() {
        guard isOpen, !state.value.isReading, !state.value.isReadingOver else { return }
        state.value.isReading = true
        // Safety: the buffer is the loop's, and libuv fills it and calls back before another stream asks for it.
        let status = unsafe uv_read_start(
            handle.stream,
            { handle, _, buffer in unsafe owner(handle?.pointee.data, as: TCPStream.self)?.lendBuffer(to: buffer) },
            { stream, count, buffer in
                unsafe owner(stream?.pointee.data, as: TCPStream.self)?.didRead(count, in: buffer?.pointee.base)
            })
        if status != 0 { close(with: LoopError(code: status, during: .read, at: peer)) }
    }

    /// Gives up the stream now. What the kernel does not take at once is lost; `finish` is the patient way.
    public func close() {
        close(with: nil)
    }

    /// Whether the stream can still be written to and closed.
    public var isOpen: Bool {
        switch state.value.phase {
        case .open, .finishing: true
        case .closing: false
        }
    }

    func close(with error: LoopError?) {
        guard isOpen else { return }
        if error == nil { flush() }
        // The flush may have found the peer gone.
        guard isOpen else { return }
        state.value.phase = .closing(error)
        state.value.linger = nil
        state.value.gathered = []
        handle.close()
    }

    func loopStops() {
        close(with: nil)
    }

    func handleDidClose() {
        guard case .closing(let error) = state.value.phase else {
            preconditionFailure("only `close` closes the handle")
        }
        let onEvent = state.value.onEvent
        // The owner often holds the stream and is held by its own handler: here that circle ends.
        state.value.onEvent = { _ in }
        onEvent?(.closed(error))
    }

    private static func peerAddress(of handle: Handle) -> SocketAddress? {
        unsafe BinaryAddress(asking: { unsafe uv_tcp_getpeername(handle.tcp, $0, $1) })?.address
    }
}
