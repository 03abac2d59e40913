@testable import EventLoop

/// Listens and sends back whatever comes; where it listens.
func echo(on loop: EventLoop, host: String = "127.0.0.1", port: UInt16 = 0) throws(LoopError) -> SocketAddress {
    try TCPListener(loop: loop, host: host, port: port) { stream in
        stream.start { event in
            switch event {
            case .received(let bytes): stream.write(bytes)
            case .ended: stream.finish()
            case .drained, .closed: break
            }
        }
    }.address
}

/// Why a connection to `address` fails; nil if it does not.
func failure(of address: SocketAddress, on loop: EventLoop) async -> LoopError? {
    do {
        _ = try await Client.connect(on: loop, to: address)
        return nil
    } catch {
        return error
    }
}

/// A stream whose events are awaited.
final class Client: Sendable {
    let stream: TCPStream
    private let events: AsyncStream<TCPStream.Event>

    /// Starts `stream`. On the loop.
    init(_ stream: TCPStream) {
        self.stream = stream
        let (events, continuation) = AsyncStream.makeStream(of: TCPStream.Event.self)
        self.events = events
        stream.start { continuation.yield($0) }
    }

    static func connect(on loop: EventLoop, to address: SocketAddress) async throws(LoopError) -> Client {
        let result = await withCheckedContinuation { continuation in
            loop.execute {
                TCPStream.connect(loop: loop, host: address.host, port: address.port) {
                    continuation.resume(returning: $0.map(Client.init))
                }
            }
        }
        return try result.get()
    }

    /// The next event.
    func next() async -> TCPStream.Event? {
        for await event in events { return event }
        return nil
    }

    /// The next event that is not `drained`.
    func nextButDrained() async -> TCPStream.Event? {
        for await event in events where event != .drained { return event }
        return nil
    }

    /// Whether the stream gets closed.
    func nextClosed() async -> Bool {
        for await event in events { if case .closed = event { return true } }
        return false
    }

    /// The next `count` bytes; fewer if something else happens first.
    func receive(_ count: Int) async -> [UInt8] {
        var received: [UInt8] = []
        while received.count < count {
            switch await nextButDrained() {
            case .received(let bytes): received += bytes
            default: return received
            }
        }
        return received
    }
}

/// A listener whose streams are awaited.
final class Accepted: Sendable {
    private let loop: EventLoop
    private let streams: AsyncStream<Client>
    private let continuation: AsyncStream<Client>.Continuation

    init(on loop: EventLoop) {
        self.loop = loop
        (streams, continuation) = AsyncStream.makeStream(of: Client.self)
    }

    /// Starts to listen; where.
    func listen() async throws(LoopError) -> SocketAddress {
        try await loop.perform { [loop, continuation] () throws(LoopError) in
            try TCPListener(loop: loop, host: "127.0.0.1", port: 0) { continuation.yield(Client($0)) }.address
        }
    }

    func next() async -> Client {
        for await client in streams { return client }
        preconditionFailure("the stream of clients does not end")
    }
}
