import Testing

@testable import EventLoop

@Suite struct StreamTests {
    @Test func thousandsOfMessagesComeBackWholeAndInOrder() async throws {
        try await withLoop { loop in
            let address = try await loop.perform { try echo(on: loop) }
            let client = try await Client.connect(on: loop, to: address)
            let messages = (0..<5_000).map { number in
                [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 1 + number % 300)
            }
            for batch in stride(from: 0, to: messages.count, by: 50) {
                await loop.perform { for message in messages[batch..<batch + 50] { client.stream.write(message) } }
            }
            let sent = messages.flatMap { $0 }
            #expect(await client.receive(sent.count) == sent)
            await loop.perform { #expect(client.stream.bufferedBytes == 0) }
        }
    }

    @Test func manyClientsAreServedAtOnce() async throws {
        try await withLoop { loop in
            let address = try await loop.perform { try echo(on: loop) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        let client = try await Client.connect(on: loop, to: address)
                        let message = [UInt8](repeating: UInt8(number), count: 1_000)
                        await loop.perform { client.stream.write(message) }
                        #expect(await client.receive(1_000) == message)
                        await loop.perform { client.stream.close() }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func anIPv6AddressAndANameWillDo() async throws {
        try await withLoop { loop in
            for host in ["::1", "localhost"] {
                let address = try await loop.perform { try echo(on: loop, host: host) }
                let client = try await Client.connect(
                    on: loop, to: SocketAddress(host: host, port: address.port))
                await loop.perform { client.stream.write([1, 2, 3]) }
                #expect(await client.receive(3) == [1, 2, 3])
            }
        }
    }

    @Test func aSlowReaderHoldsTheWriterBack() async throws {
        try await withLoop { loop in
            let accepted = Accepted(on: loop)
            let client = try await Client.connect(on: loop, to: try await accepted.listen())
            let server = await accepted.next()
            let bytes = [UInt8](repeating: 1, count: 8 << 20) + [UInt8](repeating: 2, count: 8 << 20)
            await loop.perform {
                server.stream.pause()
                client.stream.write(bytes)
            }
            // The kernel takes a part, the rest stays and is counted.
            await loop.perform { #expect(client.stream.bufferedBytes > 0) }
            await loop.perform { server.stream.resume() }
            #expect(await server.receive(bytes.count) == bytes)
            #expect(await client.next() == .drained)
            await loop.perform { #expect(client.stream.bufferedBytes == 0) }
        }
    }

    @Test func oneSideMayEndWhileTheOtherGoesOn() async throws {
        try await withLoop { loop in
            let accepted = Accepted(on: loop)
            let client = try await Client.connect(on: loop, to: try await accepted.listen())
            let server = await accepted.next()
            await loop.perform {
                client.stream.write([1, 2])
                client.stream.endWriting()
                client.stream.write([3])
            }
            #expect(await server.receive(2) == [1, 2])
            #expect(await server.next() == .ended)
            await loop.perform { server.stream.write([4]) }
            #expect(await client.receive(1) == [4])
            await loop.perform { server.stream.close() }
            #expect(await client.next() == .ended)
            #expect(await server.next() == .closed(nil))
        }
    }

    @Test func finishingDeliversEverythingFirst() async throws {
        try await withLoop { loop in
            let accepted = Accepted(on: loop)
            let client = try await Client.connect(on: loop, to: try await accepted.listen())
            let server = await accepted.next()
            let bytes = [UInt8](repeating: 7, count: 8 << 20)
            await loop.perform {
                // What the other side still sends does not cut the last bytes off.
                server.stream.write([UInt8](repeating: 1, count: 100_000))
                client.stream.write(bytes)
                client.stream.finish()
            }
            #expect(await server.receive(bytes.count) == bytes)
            #expect(await server.nextButDrained() == .ended)
            await loop.perform { server.stream.close() }
            #expect(await client.nextButDrained() == .closed(nil))
        }
    }

    @Test func aFinishedStreamDoesNotWaitForeverForItsPeer() async throws {
        try await withLoop { loop in
            let accepted = Accepted(on: loop)
            let client = try await Client.connect(on: loop, to: try await accepted.listen())
            let server = await accepted.next()
            await loop.perform { client.stream.finish() }
            #expect(await server.next() == .ended)
            await loop.perform {
                // Its peer never ends; the linger timer is what ends it.
                #expect(client.stream.isOpen)
                client.stream.state.value.linger?.arm(afterMilliseconds: 0)
            }
            #expect(await client.next() == .closed(nil))
        }
    }

    @Test func closingTwiceIsClosingOnce() async throws {
        try await withLoop { loop in
            let accepted = Accepted(on: loop)
            let client = try await Client.connect(on: loop, to: try await accepted.listen())
            await loop.perform {
                client.stream.close()
                client.stream.close()
                client.stream.finish()
                client.stream.write([1])
                client.stream.pause()
                client.stream.resume()
                #expect(!client.stream.isOpen)
            }
            #expect(await client.next() == .closed(nil))
            #expect(await accepted.next().next() == .ended)
        }
    }

    @Test func nobodyListeningIsAnErrorWithTheAddress() async throws {
        try await withLoop { loop in
            // A port that was free a moment ago.
            let address = try await loop.perform {
                let listener = try TCPListener(loop: loop, host: "127.0.0.1", port: 0) { $0.close() }
                listener.close()
                return listener.address
            }
            let error = try #require(await failure(of: address, on: loop))
            #expect(error.name == "ECONNREFUSED")
            #expect(error.description == "connect \(address): connection refused (ECONNREFUSED)")
        }
    }

    @Test func aNameThatDoesNotExistIsAnError() async throws {
        try await withLoop { loop in
            let error = try #require(await failure(of: SocketAddress(host: "no such host", port: 1), on: loop))
            #expect(error.operation == .resolve)
        }
    }

    @Test func aCancelledDialSaysSo() async throws {
        try await withLoop { loop in
            let (results, continuation) = AsyncStream.makeStream(of: String?.self)
            let listener = Accepted(on: loop)
            let address = try await listener.listen()
            await loop.perform {
                let dial = TCPStream.connect(loop: loop, host: address.host, port: address.port) { result in
                    switch result {
                    case .success: continuation.yield(nil)
                    case .failure(let error): continuation.yield(error.name)
                    }
                }
                dial.cancel()
                dial.cancel()
            }
            #expect(await results.first(1) == ["ECANCELED"])
        }
    }

    @Test func aDialThatTakesTooLongIsGivenUp() async throws {
        try await withLoop { loop in
            let (results, continuation) = AsyncStream.makeStream(of: String?.self)
            await loop.perform {
                // TEST-NET-1: nobody answers, or the network says at once that there is no way.
                TCPStream.connect(loop: loop, host: "192.0.2.1", port: 9, deadlineMilliseconds: 20) { result in
                    if case .failure(let error) = result {
                        continuation.yield(error.name)
                    } else {
                        continuation.yield(nil)
                    }
                }
            }
            // Nil where something in between answers for everybody.
            if let name = await results.first(1)[0] {
                #expect(["ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH", "ECONNREFUSED"].contains(name))
            }
        }
    }

    @Test func aPortInUseIsAnErrorWithTheAddress() async throws {
        try await withLoop { loop in
            let address = try await loop.perform { try echo(on: loop) }
            let error = await #expect(throws: LoopError.self) {
                _ = try await loop.perform { try echo(on: loop, host: address.host, port: address.port) }
            }
            #expect(error?.name == "EADDRINUSE")
            #expect(error?.address == address)
        }
    }

    @Test func aPeerThatResetsIsToldAsAnError() async throws {
        try await withLoop { loop in
            let accepted = Accepted(on: loop)
            let client = try await Client.connect(on: loop, to: try await accepted.listen())
            let server = await accepted.next()
            // Closing with unread bytes makes the kernel send a reset.
            await loop.perform {
                server.stream.pause()
                client.stream.write([UInt8](repeating: 0, count: 8 << 20))
            }
            await loop.perform { server.stream.close() }
            guard case .closed(let error?) = await client.next() else {
                Issue.record("an error")
                return
            }
            #expect(["ECONNRESET", "EPIPE"].contains(error.name))
            #expect(error.address == client.stream.peer)
        }
    }

    @Test func aStoppedLoopClosesWhatIsOpen() async throws {
        let loop = try EventLoop.spawn(name: "stopping")
        let accepted = Accepted(on: loop)
        let client = try await Client.connect(on: loop, to: try await accepted.listen())
        let server = await accepted.next()
        loop.stop()
        await loop.waitUntilStopped()
        #expect(await client.nextClosed())
        #expect(await server.nextClosed())
    }

    @Test func aStoppedLoopEndsDials() async throws {
        let loop = try EventLoop.spawn(name: "stopping")
        let ended = Latest<String?>(nil)
        loop.execute {
            TCPStream.connect(loop: loop, host: "192.0.2.1", port: 9) { result in
                if case .failure(let error) = result { ended.value = error.name }
            }
            loop.execute { loop.execute { loop.stop() } }
        }
        await loop.waitUntilStopped()
        #expect(ended.value != nil)
    }
}

@Suite struct SocketAddressTests {
    @Test func addressesAreWrittenAsUsual() {
        #expect(SocketAddress(host: "127.0.0.1", port: 80).description == "127.0.0.1:80")
        #expect(SocketAddress(host: "::1", port: 80).description == "[::1]:80")
    }

    @Test(arguments: ["127.0.0.1", "255.255.255.255", "::1", "2001:db8::7"])
    func anAddressSurvivesItsBinaryForm(host: String) {
        let address = SocketAddress(host: host, port: 65_535)
        #expect(address.binary?.address == address)
    }

    @Test(arguments: ["localhost", "1.2.3", "1.2.3.4.5", "::g", ""])
    func aNameIsNoAddress(host: String) {
        #expect(SocketAddress(host: host, port: 1).binary == nil)
    }
}
