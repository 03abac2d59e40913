import Cryptography
import EventLoop
import Models
import Telemetry
import Testing
import Transport
import Wire

@testable import VehicleKit

/// A round that is open for a minute from now, as a gateway retains it.
private func retainedRound(_ committee: inout TestCommittee, at now: Timestamp) throws -> MQTTMessage {
    var round = someRound()
    round.deadline = now + 60_000
    let receipt = try committee.commit(.roundOpened(round))
    let announcement = Announcement(.roundOpened(round), receipt: receipt)
    return MQTTMessage(topic: topic(.perception, "round"), payload: announcement.encoded(), isRetained: true)
}

/// What a vehicle on real sockets tells, which was shown so many windows, until an event for which `last` holds.
private func events(
    windows: Int, until last: @escaping @Sendable (VehicleEvent) -> Bool
) async throws -> [VehicleEvent] {
    let loop = try EventLoop.spawn(name: "vehicles")
    let (gateway, committee) = try await loop.perform {
        var committee = TestCommittee()
        let retained = try retainedRound(&committee, at: Timestamp(milliseconds: loop.wallMilliseconds))
        let gateway = try TestGateway(
            loop: loop, committee: committee, identity: nil, isHonest: true, retained: [retained])
        return (gateway, committee)
    }
    let (stream, continuation) = AsyncStream.makeStream(of: VehicleEvent.self)
    let vehicle = try Vehicle(
        loop: loop, identity: committee.identity(), gateways: [gateway.address], policy: committee.policy()
    ) { continuation.yield($0) }
    var random = SeededGenerator(seed: 1)
    for number in 0..<windows {
        let surface = Surface.allCases[number % Surface.allCases.count]
        try await vehicle.observe(window: window(on: surface, &random), label: surface)
    }
    await vehicle.start()
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

@Test func aVehicleThatWasShownWindowsTakesPartByItself() async throws {
    let told = try await events(windows: 20) { if case .updateAcknowledged = $0 { true } else { false } }
    #expect(told.count == 3)
    #expect(told.last == .updateAcknowledged(.perception, round: 1, index: 1))
}

@Test func aVehicleThatWasShownTooLittleSaysSo() async throws {
    let told = try await events(windows: 3) { if case .remark = $0 { true } else { false } }
    #expect(told.last == .remark("no part in round 1 of perception: 3 samples are too few"))
}

@Test func aVehicleThatWasShownNothingLeavesRoundsToItsOwner() async throws {
    let told = try await events(windows: 0) { if case .round = $0 { true } else { false } }
    #expect(told.count == 2)
}
