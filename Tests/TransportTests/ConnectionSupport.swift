import EventLoop

@testable import Transport

/// Runs `body` with a loop on a thread of its own, which has ended when this returns.
func withLoop(_ body: (EventLoop) async throws -> Void) async throws {
    let loop = try EventLoop.spawn(name: "test")
    do {
        try await body(loop)
        loop.stop()
        await loop.waitUntilStopped()
    } catch {
        loop.stop()
        await loop.waitUntilStopped()
        throw error
    }
}

typealias Securities = (server: Connection.Security, client: Connection.Security)

/// A client's and a server's end of a connection that is about to open.
func connect(
    _ kind: Securities, on loop: EventLoop, limits: TransportLimits = .standard
) async throws -> (client: Probe, server: Probe) {
    let listening = try await Listening(on: loop, security: kind.server, limits: limits)
    let client = await listening.dial(kind.client)
    return (client, await listening.next())
}

/// Runs `body` with both ends of an open connection.
func withConnections(_ kind: Securities, _ body: (EventLoop, Probe, Probe) async throws -> Void) async throws {
    try await withLoop { loop in
        let (client, server) = try await connect(kind, on: loop)
        guard case .open = await client.next(), case .open = await server.next() else {
            preconditionFailure("the test's connection opens")
        }
        try await body(loop, client, server)
    }
}

/// A connection whose events are awaited.
final class Probe: Sendable {
    let connection: Connection
    private let events: AsyncStream<Connection.Event>

    /// Starts `connection`. On the loop.
    init(_ connection: Connection) {
        self.connection = connection
        let (events, continuation) = AsyncStream.makeStream(of: Connection.Event.self)
        self.events = events
        connection.start { continuation.yield($0) }
    }

    func next() async -> Connection.Event? {
        for await event in events { return event }
        return nil
    }

    /// The next event that is not `drained`.
    func nextButDrained() async -> Connection.Event? {
        for await event in events where event != .drained { return event }
        return nil
    }

    func nextClosed() async -> Bool {
        for await event in events { if case .closed = event { return true } }
        return false
    }

    /// The next `count` bytes, after the news of the opening if that is still to come; fewer if something else happens first.
    func receive(_ count: Int) async -> [UInt8] {
        var received: [UInt8] = []
        while received.count < count {
            switch await nextButDrained() {
            case .received(let bytes): received += bytes
            case .open: continue
            default: return received
            }
        }
        return received
    }
}

/// An acceptor whose connections are awaited.
final class Listening: Sendable {
    let acceptor: Acceptor
    private let loop: EventLoop
    private let connections: AsyncStream<Probe>

    init(on loop: EventLoop, security: Connection.Security, limits: TransportLimits = .standard) async throws {
        self.loop = loop
        let (connections, continuation) = AsyncStream.makeStream(of: Probe.self)
        self.connections = connections
        acceptor = try await loop.perform { () throws(LoopError) in
            try Acceptor(loop: loop, host: "127.0.0.1", port: 0, security: security, limits: limits) {
                continuation.yield(Probe($0))
            }
        }
    }

    func dial(_ security: Connection.Security) async -> Probe {
        await loop.perform { [loop, address = acceptor.address] in
            Probe(Connection.dial(loop: loop, host: address.host, port: address.port, security: security))
        }
    }

    func next() async -> Probe {
        for await probe in connections { return probe }
        preconditionFailure("the stream of connections does not end")
    }
}
