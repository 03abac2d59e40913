import Cryptography
import Testing

@Suite struct TLSIdentityTests {
    @Test func anIdentityGoesThroughPEMAndBack() throws {
        let identity = try TLSIdentity.generate(commonName: "validator 3", hosts: ["localhost", "127.0.0.1", "::1"])
        let read = try TLSIdentity(certificatePEM: identity.certificatePEM, keyPEM: identity.keyPEM)
        #expect(read == identity)
        #expect(try TLSIdentity.generate(commonName: "validator 3").pin != identity.pin)
    }

    // Made with openssl 3.0; the pin by `openssl x509 -pubkey -noout | openssl pkey -pubin -outform DER | sha256sum`.
    @Test func thePinIsTheDigestOfThePublicKeyInfo() throws {
        let identity = try TLSIdentity(certificatePEM: Recorded.certificate, keyPEM: Recorded.key)
        #expect(identity.pin.description == Recorded.pin)
    }

    @Test func aForeignKeyIsRefused() throws {
        let one = try TLSIdentity.generate(commonName: "one")
        let other = try TLSIdentity.generate(commonName: "other")
        #expect(throws: TLSError.badIdentity("the key is not the certificate's")) {
            try TLSIdentity(certificatePEM: one.certificatePEM, keyPEM: other.keyPEM)
        }
    }

    @Test(arguments: ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "no PEM at all"])
    func whatIsNotPEMIsRefused(text: String) throws {
        let identity = try TLSIdentity.generate(commonName: "one")
        #expect(throws: TLSError.self) { try TLSIdentity(certificatePEM: text, keyPEM: identity.keyPEM) }
        #expect(throws: TLSError.self) { try TLSIdentity(certificatePEM: identity.certificatePEM, keyPEM: text) }
    }

    @Test(arguments: ["", "a,DNS:evil.example", "a b", "dirName:x\n"])
    func aHostSaysNothingButAHost(host: String) {
        #expect(throws: TLSError.self) { try TLSIdentity.generate(commonName: "one", hosts: [host]) }
    }

    @Test func aNameThatIsTooLongIsRefused() {
        #expect(throws: TLSError.self) { try TLSIdentity.generate(commonName: String(repeating: "x", count: 65)) }
    }
}

@Suite struct TLSEngineTests {
    private let server: TLSIdentity
    private let client: TLSIdentity

    init() throws {
        server = try TLSIdentity.generate(commonName: "server")
        client = try TLSIdentity.generate(commonName: "client")
    }

    private func mutualPair() throws -> EnginePair {
        try EnginePair(
            server: TLSContext(server: server, clients: .required(.anyOf([client.pin]))),
            client: TLSContext(client: client, servers: .anyOf([server.pin])))
    }

    @Test func bothSidesLearnEachOthersPin() throws {
        let pair = try mutualPair()
        pair.exchange()
        #expect(pair.client.state == .open)
        #expect(pair.server.state == .open)
        #expect(pair.client.peerPin == server.pin)
        #expect(pair.server.peerPin == client.pin)
    }

    @Test func aClientNeedsNoCertificateWhereNoneIsAsked() throws {
        let pair = try EnginePair(
            server: TLSContext(server: server, clients: .notAsked),
            client: TLSContext(client: nil, servers: .anyOf([server.pin])))
        pair.exchange()
        #expect(pair.server.state == .open)
        #expect(pair.server.peerPin == nil)
    }

    @Test func anOptionalCertificateMayBeMissingAndMustBeExpected() throws {
        let context = try TLSContext(server: server, clients: .optional(.anyOf([client.pin])))
        let without = try EnginePair(
            server: context, client: TLSContext(client: nil, servers: .anyOf([server.pin])))
        without.exchange()
        #expect(without.server.state == .open)
        let with = try EnginePair(server: context, client: TLSContext(client: client, servers: .anyOf([server.pin])))
        with.exchange()
        #expect(with.server.peerPin == client.pin)
        let foreign = try EnginePair(server: context, client: TLSContext(client: server, servers: .anyOf([server.pin])))
        foreign.exchange()
        #expect(foreign.server.state == .closed(.peerRefused(pin: server.pin)))
    }

    @Test func aServerWithAnUnexpectedKeyIsRefusedAndTold() throws {
        let pair = try EnginePair(
            server: TLSContext(server: server, clients: .notAsked),
            client: TLSContext(client: nil, servers: .anyOf([client.pin])))
        pair.exchange()
        #expect(pair.client.state == .closed(.peerRefused(pin: server.pin)))
        #expect(pair.server.state == .closed(.alert("bad certificate")))
    }

    @Test func aClientWithAnUnexpectedKeyIsRefusedAndTold() throws {
        let pair = try EnginePair(
            server: TLSContext(server: server, clients: .required(.decidedBy { _ in false })),
            client: TLSContext(client: client, servers: .anyOf([server.pin])))
        pair.exchange()
        #expect(pair.server.state == .closed(.peerRefused(pin: client.pin)))
        #expect(!pair.server.hasBeenOpen)
        #expect(pair.client.state == .closed(.alert("bad certificate")))
    }

    @Test func aClientWithoutARequiredCertificateIsRefusedAndTold() throws {
        let pair = try EnginePair(
            server: TLSContext(server: server, clients: .required(.anyOf([client.pin]))),
            client: TLSContext(client: nil, servers: .anyOf([server.pin])))
        pair.exchange()
        #expect(pair.server.state == .closed(.violation("peer did not return a certificate")))
        #expect(
            pair.client.state == .closed(.alert("unknown"))
                || pair.client.state == .closed(.alert("certificate required")))
    }

    @Test func whatIsSentArrives() throws {
        let pair = try mutualPair()
        pair.exchange()
        for count in [1, 2, 16_383, 16_384, 16_385, 100_000] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            pair.client.send(bytes)
            pair.server.send(bytes.reversed())
            let (atServer, atClient) = pair.exchange()
            #expect(atServer == bytes)
            #expect(atClient == bytes.reversed())
        }
    }

    @Test func megabytesArrive() throws {
        let pair = try mutualPair()
        pair.exchange()
        let bytes = [UInt8](repeating: 0xA5, count: 8 << 20)
        pair.client.send(bytes)
        let (atServer, _) = pair.exchange()
        #expect(atServer == bytes)
    }

    @Test func itDoesNotMatterHowTheBytesAreCut() throws {
        let pair = try mutualPair()
        pair.chunk = 7
        pair.exchange()
        pair.client.send(Array("one byte after the other".utf8))
        let (atServer, _) = pair.exchange()
        #expect(String(decoding: atServer, as: UTF8.self) == "one byte after the other")
    }

    @Test func aChangedByteEndsTheConnection() throws {
        let pair = try mutualPair()
        pair.exchange()
        pair.client.send(Array("brake".utf8))
        var record = pair.client.takeOutput()
        record[record.count - 1] ^= 1
        #expect(pair.server.receive(record).isEmpty)
        #expect(pair.server.state == .closed(.violation("decryption failed or bad record mac")))
        pair.exchange()
        #expect(pair.client.state == .closed(.alert("bad record mac")))
    }

    @Test func everyChangedByteOfAHandshakeIsNoticed() throws {
        // The client's first message is not protected yet; what it says is covered by the keys that follow from it.
        for position in stride(from: 6, to: 180, by: 29) {
            let pair = try mutualPair()
            var hello = pair.client.takeOutput()
            hello[position] ^= 1
            _ = pair.server.receive(hello)
            pair.exchange()
            #expect(pair.client.state != .open || pair.server.state != .open)
        }
    }

    @Test func whatIsNotTLSIsRefused() throws {
        let context = try TLSContext(server: server, clients: .notAsked)
        for text in ["GET / HTTP/1.1\r\n\r\n", "\u{10}\u{0C}\u{0}\u{4}MQTT", String(repeating: "x", count: 70_000)] {
            let engine = try TLSEngine(context: context)
            #expect(engine.receive(Array(text.utf8)).isEmpty)
            guard case .closed(.violation?) = engine.state else {
                Issue.record("\(engine.state)")
                continue
            }
        }
    }

    @Test(arguments: 0..<40)
    func changedRecordsAreNeverTakenForWhatWasSent(seed: Int) throws {
        // Any byte of any record after the handshake: what comes out is the beginning of what was sent, or nothing.
        let pair = try mutualPair()
        pair.exchange()
        let sent = (0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        pair.client.send(sent)
        var records = pair.client.takeOutput()
        records[seed * 6_151 % records.count] ^= UInt8(1 << (seed % 8))
        let received = pair.server.receive(records)
        #expect(received.count < sent.count)
        #expect(sent.starts(with: received))
    }

    @Test func anOrderlyEndIsNotAFailure() throws {
        let pair = try mutualPair()
        pair.exchange()
        pair.client.send([1, 2, 3])
        pair.client.finish()
        let (atServer, _) = pair.exchange()
        #expect(atServer == [1, 2, 3])
        #expect(pair.server.state == .closed(nil))
        #expect(pair.client.state == .closed(nil))
    }

    @Test func aCutIsTold() throws {
        let pair = try mutualPair()
        pair.exchange()
        pair.server.endInput()
        #expect(pair.server.state == .closed(.truncated))
        pair.server.finish()
        #expect(pair.server.state == .closed(.truncated))
    }

    @Test func aClosedEngineIsSilent() throws {
        let pair = try mutualPair()
        pair.exchange()
        pair.client.finish()
        _ = pair.client.takeOutput()
        pair.client.send([1])
        #expect(pair.client.takeOutput().isEmpty)
        #expect(pair.client.receive([1, 2, 3]).isEmpty)
    }

    @Test func nothingCanBeSentBeforeTheHandshakeIsOver() throws {
        let engine = try TLSEngine(context: TLSContext(server: server, clients: .notAsked))
        engine.send([1])
        #expect(engine.takeOutput().isEmpty)
        #expect(engine.state == .handshaking)
    }
}

/// A client's and a server's engine, and the wire between them.
private final class EnginePair {
    let server: TLSEngine
    let client: TLSEngine
    /// How many bytes the wire carries at once.
    var chunk = Int.max

    init(server: TLSContext, client: TLSContext) throws {
        self.server = try TLSEngine(context: server)
        self.client = try TLSEngine(context: client)
    }

    /// Carries bytes until both sides are silent; what arrived at each.
    @discardableResult
    func exchange() -> (atServer: [UInt8], atClient: [UInt8]) {
        var atServer: [UInt8] = []
        var atClient: [UInt8] = []
        while true {
            let up = client.takeOutput()
            let down = server.takeOutput()
            if up.isEmpty, down.isEmpty { return (atServer, atClient) }
            atServer += carry(up, to: server)
            atClient += carry(down, to: client)
        }
    }

    private func carry(_ bytes: [UInt8], to engine: TLSEngine) -> [UInt8] {
        guard bytes.count > chunk else { return engine.receive(bytes) }
        return stride(from: 0, to: bytes.count, by: chunk).flatMap {
            engine.receive(Array(bytes[$0..<min($0 + chunk, bytes.count)]))
        }
    }
}
