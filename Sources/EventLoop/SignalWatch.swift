import CLibuv

/// Watches for a signal of the operating system, such as Ctrl-C, instead of dying of it. Watches until the loop stops.
public final class SignalWatch: HandleOwner {
    /// The signals that ask a program to end.
    public enum Signal: Sendable {
        case interrupt, terminate

        var number: Int32 {
            switch self {
            case .interrupt: SIGINT
            case .terminate: SIGTERM
            }
        }
    }

    private let handle: Handle
    private let onSignal: @Sendable () -> Void

    private init(handle: Handle, onSignal: @escaping @Sendable () -> Void) {
        self.handle = handle
        self.onSignal = onSignal
    }

    /// Calls `onSignal` on the loop each time that the process gets `signal`. On the loop only.
    public static func watch(
        _ signal: Signal, on loop: EventLoop, onSignal: @escaping @Sendable () -> Void
    ) throws(LoopError) {
        guard !loop.isStopping else { throw .cancelled(.watchSignal) }
        let handle = Handle(UV_SIGNAL)
        var status = unsafe uv_signal_init(loop.pointer, handle.signal)
        guard status == 0 else {
            handle.discard()
            throw LoopError(code: status, during: .watchSignal)
        }
        handle.adopt(SignalWatch(handle: handle, onSignal: onSignal))
        status = unsafe uv_signal_start(
            handle.signal, { handle, _ in unsafe owner(handle?.pointee.data, as: SignalWatch.self)?.onSignal() },
            signal.number)
        guard status == 0 else {
            handle.close()
            throw LoopError(code: status, during: .watchSignal)
        }
    }

    func loopStops() {
        handle.close()
    }
}
