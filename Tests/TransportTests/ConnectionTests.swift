import Cryptography
import EventLoop
import Testing

@testable import Transport

@Suite struct ConnectionTests {
    private let gateway: TLSIdentity
    private let vehicle: TLSIdentity

    init() throws {
        gateway = try TLSIdentity.generate(commonName: "gateway")
        vehicle = try TLSIdentity.generate(commonName: "vehicle")
    }

    /// Plain, TLS as for vehicles, and TLS with certificates on both sides.
    private func kinds() throws -> [(server: Connection.Security, client: Connection.Security)] {
        [
            (.plain, .plain),
            (
                .tls(try TLSContext(server: gateway, clients: .notAsked)),
                .tls(try TLSContext(client: nil, servers: .anyOf([gateway.pin])))
            ),
            (
                .tls(try TLSContext(server: gateway, clients: .required(.anyOf([vehicle.pin])))),
                .tls(try TLSContext(client: vehicle, servers: .anyOf([gateway.pin])))
            ),
        ]
    }

    @Test func bytesArriveBothWaysWhateverTheSecurity() async throws {
        for kind in try kinds() {
            try await withConnections(kind) { loop, client, server in
                let request = [UInt8](repeating: 1, count: 100_000)
                let answer = [UInt8](repeating: 2, count: 3)
                await loop.perform { _ = client.connection.send(request) }
                #expect(await server.receive(request.count) == request)
                await loop.perform { _ = server.connection.send(answer) }
                #expect(await client.receive(answer.count) == answer)
            }
        }
    }

    @Test func eachSideKnowsThePinThatTheOtherShowed() async throws {
        try await withLoop { loop in
            let (client, server) = try await connect(try kinds()[2], on: loop)
            #expect(await client.next() == .open(peerPin: gateway.pin))
            #expect(await server.next() == .open(peerPin: vehicle.pin))
        }
    }

    @Test func whatIsSentInOneTurnArrivesInOrder() async throws {
        for kind in try kinds() {
            try await withConnections(kind) { loop, client, server in
                let messages = (0..<1_000).map { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
                await loop.perform { for message in messages { client.connection.send(message) } }
                let sent = messages.flatMap { $0 }
                #expect(await server.receive(sent.count) == sent)
            }
        }
    }

    @Test func finishingDeliversEverythingFirst() async throws {
        for kind in try kinds() {
            try await withConnections(kind) { loop, client, server in
                let bytes = [UInt8](repeating: 3, count: 3 << 20)
                await loop.perform {
                    client.connection.send(bytes)
                    client.connection.finish()
                    #expect(!client.connection.send([1]))
                }
                #expect(await server.receive(bytes.count) == bytes)
                #expect(await server.nextButDrained() == .closed(.closedByPeer))
                #expect(await client.nextButDrained() == .closed(.closedHere))
            }
        }
    }

    @Test func whatIsSentBeforeClosingGoesOut() async throws {
        for kind in try kinds() {
            try await withConnections(kind) { loop, client, server in
                await loop.perform {
                    client.connection.send([1, 2, 3])
                    client.connection.close()
                }
                #expect(await server.receive(3) == [1, 2, 3])
                #expect(await server.next() == .closed(.closedByPeer))
                #expect(await client.next() == .closed(.closedHere))
            }
        }
    }

    @Test func aPeerThatDoesNotReadIsGivenUp() async throws {
        for kind in try kinds() {
            try await withConnections(kind) { loop, client, server in
                await loop.perform { server.connection.pause() }
                await loop.perform {
                    let limit = TransportLimits.standard.connectionBufferedBytes
                    let chunk = [UInt8](repeating: 0, count: 1 << 20)
                    #expect(!client.connection.send([UInt8](repeating: 0, count: limit + 1)))
                    #expect(!client.connection.send(chunk))
                }
                #expect(await client.next() == .closed(.congested(bufferedBytes: 0)))
            }
        }
    }

    @Test func aPausedConnectionReadsOnWhenItIsResumed() async throws {
        for kind in try kinds() {
            try await withConnections(kind) { loop, client, server in
                await loop.perform { server.connection.pause() }
                let bytes = [UInt8](repeating: 9, count: 2 << 20)
                await loop.perform { _ = client.connection.send(bytes) }
                await loop.perform { server.connection.resume() }
                #expect(await server.receive(bytes.count) == bytes)
            }
        }
    }

    @Test func anUnexpectedServerIsRefusedAndTold() async throws {
        try await withLoop { loop in
            let (client, server) = try await connect(
                (
                    .tls(try TLSContext(server: gateway, clients: .notAsked)),
                    .tls(try TLSContext(client: nil, servers: .anyOf([vehicle.pin])))
                ), on: loop)
            #expect(await client.next() == .closed(.insecure(.peerRefused(pin: gateway.pin))))
            #expect(await server.next() == .closed(.insecure(.alert("bad certificate"))))
        }
    }

    @Test func anUnexpectedClientIsRefusedAndTold() async throws {
        try await withLoop { loop in
            let (client, server) = try await connect(
                (
                    .tls(try TLSContext(server: gateway, clients: .required(.anyOf([gateway.pin])))),
                    .tls(try TLSContext(client: vehicle, servers: .anyOf([gateway.pin])))
                ), on: loop)
            #expect(await server.next() == .closed(.insecure(.peerRefused(pin: vehicle.pin))))
            // In TLS 1.3 the client is done before the server has looked at its certificate.
            #expect(await client.next() == .open(peerPin: gateway.pin))
            #expect(await client.next() == .closed(.insecure(.alert("bad certificate"))))
        }
    }

    @Test func aClientWithoutTLSIsRefused() async throws {
        try await withLoop { loop in
            let (client, server) = try await connect(
                (.tls(try TLSContext(server: gateway, clients: .notAsked)), .plain), on: loop)
            #expect(await client.next() == .open(peerPin: nil))
            await loop.perform { _ = client.connection.send([0x10, 12, 0, 4] + Array("MQTT".utf8)) }
            #expect(await server.next() == .closed(.insecure(.violation("wrong version number"))))
            #expect(await client.next() == .closed(.closedByPeer))
        }
    }

    @Test func aClientThatSaysNothingIsClosedInTime() async throws {
        try await withLoop { loop in
            var limits = TransportLimits()
            limits.handshakeMilliseconds = 20
            let (client, server) = try await connect(
                (.tls(try TLSContext(server: gateway, clients: .notAsked)), .plain), on: loop, limits: limits)
            #expect(await client.next() == .open(peerPin: nil))
            #expect(await server.next() == .closed(.timedOut))
            #expect(await client.next() == .closed(.closedByPeer))
        }
    }

    @Test func aCutInTheMiddleIsTold() async throws {
        let kind = try kinds()[1]
        try await withConnections(kind) { loop, client, server in
            // The stream ends without a goodbye of TLS.
            await loop.perform {
                if case .open(let stream) = client.connection.state.value.phase { stream.close() }
            }
            #expect(await server.next() == .closed(.insecure(.truncated)))
            #expect(await client.next() == .closed(.closedHere))
        }
    }

    @Test func nobodyListeningIsTheSystemsReason() async throws {
        try await withLoop { loop in
            let client = await loop.perform {
                let listener = try? TCPListener(loop: loop, host: "127.0.0.1", port: 0) { $0.close() }
                listener?.close()
                let port = listener?.address.port ?? 1
                return Probe(Connection.dial(loop: loop, host: "127.0.0.1", port: port, security: .plain))
            }
            guard case .closed(.broken(let error)) = await client.next() else {
                Issue.record("a broken connection")
                return
            }
            #expect(error.name == "ECONNREFUSED")
        }
    }

    @Test func aDialCanBeGivenUp() async throws {
        try await withLoop { loop in
            let client = await loop.perform {
                let connection = Connection.dial(loop: loop, host: "192.0.2.1", port: 9, security: .plain)
                let probe = Probe(connection)
                connection.close()
                connection.close()
                return probe
            }
            #expect(await client.next() == .closed(.closedHere))
        }
    }

    @Test func anAcceptorTakesSoManyAndNoMore() async throws {
        try await withLoop { loop in
            var limits = TransportLimits()
            limits.connections = 2
            let listening = try await Listening(on: loop, security: .plain, limits: limits)
            let first = await listening.dial(.plain)
            let firstAccepted = await listening.next()
            let second = await listening.dial(.plain)
            _ = await listening.next()
            let third = await listening.dial(.plain)
            #expect(await third.nextClosed())
            await loop.perform {
                #expect(listening.acceptor.openConnections == 2)
                #expect(listening.acceptor.refusedConnections == 1)
                first.connection.close()
            }
            #expect(await firstAccepted.nextClosed())
            let fourth = await listening.dial(.plain)
            let accepted = await listening.next()
            await loop.perform { _ = fourth.connection.send([4]) }
            #expect(await accepted.receive(1) == [4])
            await loop.perform { second.connection.close() }
        }
    }

    @Test func aStoppedLoopClosesConnections() async throws {
        let loop = try EventLoop.spawn(name: "stopping")
        let (client, server) = try await connect(try kinds()[1], on: loop)
        #expect(await client.next() == .open(peerPin: gateway.pin))
        loop.stop()
        await loop.waitUntilStopped()
        #expect(await client.nextClosed())
        #expect(await server.nextClosed())
    }
}
