import Cryptography
import EventLoop

/// Accepts connections on an address, at most so many at a time, until it is closed or the loop stops.
public final class Acceptor: Sendable {
    /// Where it listens; the port is the one that was found, where 0 was asked for.
    public let address: SocketAddress
    private let listener: TCPListener
    private let count: LoopLocal<Count>

    private struct Count {
        var open = 0
        var refused: UInt64 = 0
    }

    /// Listens on `host` and `port` (0: any free one) and calls `onConnection` with each connection, which is then to be started or
    /// closed. On the loop only.
    public init(
        loop: EventLoop, host: String, port: UInt16, security: Connection.Security,
        limits: TransportLimits = .standard, onConnection: @escaping @Sendable (Connection) -> Void
    ) throws(LoopError) {
        let count = LoopLocal(Count(), on: loop)
        self.count = count
        listener = try TCPListener(loop: loop, host: host, port: port) { stream in
            guard count.value.open < limits.connections else {
                count.value.refused += 1
                return stream.close()
            }
            count.value.open += 1
            let connection = Connection.accept(stream, security: security, limits: limits)
            connection.state.value.onGone = { count.value.open -= 1 }
            onConnection(connection)
        }
        address = listener.address
    }

    /// Connections that were accepted and are not gone. On the loop only.
    public var openConnections: Int { count.value.open }

    /// Connections that were closed at once because there were too many. On the loop only.
    public var refusedConnections: UInt64 { count.value.refused }

    /// Accepts no more; connections that were accepted go on. On the loop only.
    public func close() {
        listener.close()
    }
}
