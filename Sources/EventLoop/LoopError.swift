import CLibuv

/// What the operating system refused, as libuv names it.
public struct LoopError: Error, Hashable, Sendable {
    /// What was being done.
    public enum Operation: String, Hashable, Sendable {
        case openLoop = "open an event loop"
        case startThread = "start a thread"
        case resolve, bind, listen, accept, connect, read, write
        case watchSignal = "watch a signal"
    }

    /// What was being done.
    public let operation: Operation
    /// The symbol of the error, such as `ECONNREFUSED`.
    public let name: String
    /// The error in words, such as "connection refused".
    public let message: String
    /// With whom, or where; nil where there is no address.
    public let address: SocketAddress?

    init(code: Int32, during operation: Operation, at address: SocketAddress? = nil) {
        self.operation = operation
        self.address = address
        name = unsafe Self.text { unsafe uv_err_name_r(code, $0, $1) }
        message = unsafe Self.text { unsafe uv_strerror_r(code, $0, $1) }
    }

    private static func text(
        _ write: (UnsafeMutablePointer<CChar>, Int) -> UnsafeMutablePointer<CChar>?
    ) -> String {
        // Safety: libuv writes at most the given count, with a zero at the end.
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            guard let start = buffer.baseAddress else { return "" }
            unsafe start.initialize(repeating: 0, count: 128)
            _ = unsafe write(start, 128)
            return unsafe String(cString: start)
        }
    }

    static func cancelled(_ operation: Operation, at address: SocketAddress? = nil) -> LoopError {
        LoopError(code: UV_ECANCELED.rawValue, during: operation, at: address)
    }
}

extension LoopError: CustomStringConvertible {
    /// Such as `connect 127.0.0.1:7001: connection refused (ECONNREFUSED)`.
    public var description: String {
        let place = address.map { " \($0)" } ?? ""
        return "\(operation.rawValue)\(place): \(message) (\(name))"
    }
}
