import Cryptography
import EventLoop
import Telemetry
import Testing
import Wire

@testable import VehicleKit

/// A vehicle on real sockets, and what it tells its owner, until `last` holds for an event.
private func events(
    gateways make: @escaping @Sendable (EventLoop, TestCommittee) throws -> [TestGateway],
    until last: @escaping @Sendable (VehicleEvent) -> Bool
) async throws -> [VehicleEvent] {
    let loop = try EventLoop.spawn(name: "vehicles")
    let committee = TestCommittee()
    let gateways = try await loop.perform { try make(loop, committee) }
    let (stream, continuation) = AsyncStream.makeStream(of: VehicleEvent.self)
    let vehicle = try Vehicle(
        loop: loop, identity: committee.identity(), gateways: gateways.map(\.address), policy: committee.policy()
    ) { continuation.yield($0) }
    await vehicle.start()
    let now = Timestamp(milliseconds: loop.wallMilliseconds)
    await vehicle.report([Observation(kind: .adhesion, polarity: .seen, time: now, coordinate: helsinki)])
    var told: [VehicleEvent] = []
    for await event in stream {
        told.append(event)
        if last(event) { break }
    }
    await vehicle.stop()
    loop.stop()
    await loop.waitUntilStopped()
    return told
}

private func isAcknowledged(_ event: VehicleEvent) -> Bool {
    if case .acknowledged = event { true } else { false }
}

@Test func aReportIsAcknowledgedOverAPlainSocket() async throws {
    let told = try await events(
        gateways: { [try TestGateway(loop: $0, committee: $1, identity: nil, isHonest: true)] }, until: isAcknowledged)
    #expect(told.count == 2)
    guard case .connected = told.first, case .acknowledged(let acknowledgement) = told.last else {
        Issue.record("connected, then acknowledged: \(told)")
        return
    }
    #expect(acknowledgement.treeSize == 1)
}

@Test func aReportIsAcknowledgedOverTLS() async throws {
    let identity = try TLSIdentity.generate(commonName: "gateway")
    let told = try await events(
        gateways: { [try TestGateway(loop: $0, committee: $1, identity: identity, isHonest: true)] },
        until: isAcknowledged)
    #expect(told.count == 2)
}

@Test func aGatewayThatLiesIsLeftForOneThatDoesNot() async throws {
    let told = try await events(
        gateways: { loop, committee in
            try [false, false, false, true].map {
                try TestGateway(loop: loop, committee: committee, identity: nil, isHonest: $0)
            }
        }, until: isAcknowledged)
    let faults = told.count { if case .fault = $0 { true } else { false } }
    let connections = told.count { if case .connected = $0 { true } else { false } }
    #expect(faults == connections - 1)
    #expect(told.last.map(isAcknowledged) == true)
}

@Test func aGatewayWithAnotherKeyIsNotTalkedTo() async throws {
    let identity = try TLSIdentity.generate(commonName: "gateway")
    let other = try TLSIdentity.generate(commonName: "other")
    let loop = try EventLoop.spawn(name: "vehicles")
    let committee = TestCommittee()
    let gateway = try await loop.perform {
        try TestGateway(loop: loop, committee: committee, identity: identity, isHonest: true)
    }
    let pinned = Gateway(host: "127.0.0.1", port: gateway.address.port, tlsPin: other.pin)
    let (stream, continuation) = AsyncStream.makeStream(of: VehicleEvent.self)
    let vehicle = try Vehicle(
        loop: loop, identity: committee.identity(), gateways: [pinned], policy: committee.policy()
    ) { continuation.yield($0) }
    await vehicle.start()
    var iterator = stream.makeAsyncIterator()
    guard case .disconnected(pinned, _) = await iterator.next() else {
        Issue.record("no connection is made")
        return
    }
    await vehicle.stop()
    loop.stop()
    await loop.waitUntilStopped()
}
