import Cryptography
import EventLoop

@testable import Transport

/// Validators on one loop, each with a mesh of its own, linked over loopback.
final class Committee {
    let loop: EventLoop
    let digest = Digest.sha256([1])
    private(set) var members: [Member] = []
    let identities: [TLSIdentity]
    private let limits: TransportLimits

    init(of count: Int, on loop: EventLoop, limits: (inout TransportLimits) -> Void) async throws {
        self.loop = loop
        var standard = TransportLimits()
        standard.redialMilliseconds = 1
        standard.longestRedialMilliseconds = 20
        limits(&standard)
        self.limits = standard
        identities = try (0..<count).map { try TLSIdentity.generate(commonName: "validator \($0)") }
        // The lower index dials the higher, so that the highest listens first.
        for index in (0..<count).reversed() {
            members.insert(try await Member(configuration(index, port: 0), on: loop), at: 0)
        }
    }

    /// Starts a killed validator again, at the port that it had.
    func restart(_ index: Int) async throws -> Member {
        members[index] = try await Member(configuration(index, port: members[index].port), on: loop)
        return members[index]
    }

    /// Another validator with the key and index of one that is there.
    func twin(of index: Int, change: (inout PeerConfiguration) -> Void = { _ in }) async throws -> Member {
        var configuration = configuration(index, port: 0)
        change(&configuration)
        return try await Member(configuration, on: loop)
    }

    /// A bare connection with someone's key.
    func probe(as identity: TLSIdentity, to member: Member) async throws -> Probe {
        let context = try TLSContext(client: identity, servers: .anyOf([member.identity.pin]))
        return await loop.perform { [loop] in
            Probe(Connection.dial(loop: loop, host: "127.0.0.1", port: member.port, security: .tls(context)))
        }
    }

    private func configuration(_ index: Int, port: UInt16) -> PeerConfiguration {
        let firstKnown = identities.count - members.count
        let peers = identities.indices.filter { $0 != index }.map { other in
            PeerAddress(
                index: other, host: "127.0.0.1", port: other < firstKnown ? 0 : members[other - firstKnown].port,
                pin: identities[other].pin)
        }
        var configuration = PeerConfiguration(
            committee: digest, epoch: 1, index: index, identity: identities[index], peers: peers,
            listenHost: "127.0.0.1", listenPort: port)
        configuration.limits = limits
        return configuration
    }
}

/// Runs `body` with a committee, whose loop has ended when this returns.
func withCommittee(
    of count: Int, limits: (inout TransportLimits) -> Void = { _ in }, _ body: (Committee) async throws -> Void
) async throws {
    try await withLoop { loop in try await body(Committee(of: count, on: loop, limits: limits)) }
}

/// One validator's mesh, whose events are awaited.
final class Member: Sendable {
    let index: Int
    let port: UInt16
    let identity: TLSIdentity
    private let loop: EventLoop
    private let mesh: PeerMesh
    private let peers: Int
    private let events: AsyncStream<PeerEvent>

    init(_ configuration: PeerConfiguration, on loop: EventLoop) async throws {
        index = configuration.index
        identity = configuration.identity
        peers = configuration.peers.count
        self.loop = loop
        let (events, continuation) = AsyncStream.makeStream(of: PeerEvent.self)
        self.events = events
        (mesh, port) = try await loop.perform { () throws(PeerSetupError) in
            let mesh = try PeerMesh(loop: loop, configuration: configuration) { continuation.yield($0) }
            return (mesh, mesh.address?.port ?? 0)
        }
    }

    func perform(_ body: @escaping @Sendable (PeerMesh) -> Void) async {
        await loop.perform { [mesh] in body(mesh) }
    }

    /// Closes everything, as the end of a process does.
    func kill() async {
        await perform { $0.stop() }
    }

    /// Returns when all links are up.
    func waitUntilUp() async {
        while await !loop.perform({ [mesh, peers] in mesh.upCount == peers }) {
            guard case .up = await nextButFrames() else { continue }
        }
    }

    func nextFrame() async -> (from: Int, frame: [UInt8]) {
        for await event in events { if case .frame(let from, let frame) = event { return (from, frame) } }
        preconditionFailure("the events do not end")
    }

    /// The next validator whose link goes down.
    func nextDown() async -> Int {
        for await event in events { if case .down(let index, _) = event { return index } }
        preconditionFailure("the events do not end")
    }

    /// The next event that is not `up`.
    func nextNotUp() async -> PeerEvent {
        for await event in events {
            if case .up = event { continue }
            return event
        }
        preconditionFailure("the events do not end")
    }

    /// The next failed attempt or refused connection.
    func nextOdd() async -> PeerEvent {
        for await event in events {
            switch event {
            case .unreachable, .refused: return event
            case .up, .down, .frame: continue
            }
        }
        preconditionFailure("the events do not end")
    }

    private func nextButFrames() async -> PeerEvent? {
        for await event in events {
            if case .frame = event { continue }
            return event
        }
        return nil
    }
}

extension PeerEvent {
    func isUnreachable(_ index: Int) -> Bool {
        if case .unreachable(index, _) = self { true } else { false }
    }

    /// Why someone was refused.
    var refusal: LinkEnd? {
        if case .refused(_, let reason) = self { reason } else { nil }
    }

    /// Why a link went down.
    var loss: LinkEnd? {
        if case .down(_, let reason) = self { reason } else { nil }
    }
}
