import Cryptography
import EventLoop
import Testing

@testable import Transport

@Suite struct PeerMeshTests {
    @Test func fourValidatorsExchangeFrames() async throws {
        try await withCommittee(of: 4) { committee in
            for member in committee.members { await member.waitUntilUp() }
            // Each sends every other one a small frame and a large one, and each gets six in order.
            for member in committee.members {
                await member.perform { mesh in
                    mesh.broadcast(frame: [UInt8(member.index)])
                    mesh.broadcast(frame: [UInt8](repeating: UInt8(member.index), count: 300_000))
                }
            }
            for member in committee.members {
                var counts: [Int: [Int]] = [:]
                for _ in 0..<6 {
                    let (from, frame) = await member.nextFrame()
                    #expect(frame.allSatisfy { $0 == UInt8(from) })
                    counts[from, default: []].append(frame.count)
                }
                let others = (0..<4).filter { $0 != member.index }
                #expect(counts == Dictionary(uniqueKeysWithValues: others.map { ($0, [1, 300_000]) }))
            }
        }
    }

    @Test func thousandsOfFramesComeWholeAndInOrder() async throws {
        try await withCommittee(of: 2) { committee in
            let (zero, one) = (committee.members[0], committee.members[1])
            await zero.waitUntilUp()
            await one.waitUntilUp()
            await zero.perform { mesh in
                for number in 0..<5_000 { mesh.send(frame: numbered(number), to: 1) }
            }
            for number in 0..<5_000 {
                let (from, frame) = await one.nextFrame()
                #expect(from == 0 && frame == numbered(number))
            }
        }
    }

    @Test(arguments: [0, 3])
    func aValidatorThatIsKilledComesBack(index: Int) async throws {
        try await withCommittee(of: 4) { committee in
            for member in committee.members { await member.waitUntilUp() }
            let killed = committee.members[index]
            await killed.kill()
            for member in committee.members where member.index != index {
                #expect(await member.nextDown() == index)
                await member.perform { #expect(!$0.send(frame: [1], to: index)) }
            }
            let again = try await committee.restart(index)
            await again.waitUntilUp()
            await again.perform { $0.broadcast(frame: [7]) }
            for member in committee.members where member.index != index {
                let (from, frame) = await member.nextFrame()
                #expect(from == index && frame == [7])
            }
        }
    }

    @Test func aValidatorThatConnectsAnewReplacesItsOldLink() async throws {
        try await withCommittee(of: 2) { committee in
            let one = committee.members[1]
            await one.waitUntilUp()
            // The same key once more, as after a restart that the other side has not noticed.
            let probe = try await committee.probe(as: committee.identities[0], to: one)
            #expect(await probe.next() == .open(peerPin: one.identity.pin))
            let bytes =
                Attack.greetAs(from: 0, to: 1).bytes(committee: committee.digest)
                + Attack.frame([5]).bytes(committee: .zero)
            await committee.loop.perform { _ = probe.connection.send(bytes) }
            #expect(await one.nextNotUp().loss == .replaced)
            #expect(await one.nextFrame().frame == [5])
        }
    }

    @Test func aStrangerIsRefusedAndCannotSpeak() async throws {
        try await withCommittee(of: 2) { committee in
            let one = committee.members[1]
            await one.waitUntilUp()
            let stranger = try TLSIdentity.generate(commonName: "stranger")
            let probe = try await committee.probe(as: stranger, to: one)
            #expect(await probe.nextClosed())
            #expect(await one.nextOdd().refusal == .connection(.insecure(.peerRefused(pin: stranger.pin))))
        }
    }

    @Test func anotherCommitteeIsRefused() async throws {
        try await withCommittee(of: 2) { committee in
            let one = committee.members[1]
            await one.waitUntilUp()
            let lost = try await committee.twin(of: 0) { $0.committee = .sha256([9]) }
            #expect(await lost.nextOdd().isUnreachable(1))
            #expect(await one.nextOdd().refusal == .wrongCommittee)
        }
    }

    @Test(arguments: [
        (Attack.frame([1, 2, 3]), LinkEnd.badGreeting(.truncated(needed: 4, left: 3))),
        (.header(1 << 20), .oversizedFrame(count: 1 << 20, limit: 54)),
        (.header(0), .emptyFrame),
        (.greetAs(from: 0, to: 0), .wrongCommittee),
        (.greetAs(from: 1, to: 0), .wrongCommittee),
    ])
    func aValidatorThatDoesNotGreetIsRefused(attack: Attack, reason: LinkEnd) async throws {
        try await withCommittee(of: 2) { committee in
            let one = committee.members[1]
            await one.waitUntilUp()
            let probe = try await committee.probe(as: committee.identities[0], to: one)
            #expect(await probe.next() == .open(peerPin: one.identity.pin))
            let bytes = attack.bytes(committee: committee.digest)
            await committee.loop.perform { _ = probe.connection.send(bytes) }
            #expect(await one.nextOdd().refusal == reason)
        }
    }

    @Test func aFrameThatIsTooLongBreaksTheLink() async throws {
        try await withCommittee(of: 2) { committee in
            let one = committee.members[1]
            await one.waitUntilUp()
            let probe = try await committee.probe(as: committee.identities[0], to: one)
            #expect(await probe.next() == .open(peerPin: one.identity.pin))
            let greeting = Attack.greetAs(from: 0, to: 1).bytes(committee: committee.digest)
            await committee.loop.perform {
                _ = probe.connection.send(greeting + FrameDecoder.header(count: 8 << 20 | 1))
            }
            // The twin has replaced the real validator 0, and is found out at the frame's length.
            #expect(await one.nextDown() == 0)
            #expect(await one.nextNotUp().loss == .oversizedFrame(count: 8 << 20 | 1, limit: 8 << 20))
        }
    }

    @Test func aValidatorThatDoesNotReadIsDialledAgain() async throws {
        try await withCommittee(of: 2, limits: { $0.peerBufferedBytes = 1 << 20 }) { committee in
            let (zero, one) = (committee.members[0], committee.members[1])
            await zero.waitUntilUp()
            await one.waitUntilUp()
            await one.perform { $0.pause(0) }
            // What the kernels of both sides keep is bounded too, so a bounded number of frames fills the link.
            await zero.perform { mesh in
                let frame = [UInt8](repeating: 1, count: 512 << 10)
                #expect(mesh.send(frame: frame, to: 1))
                #expect(mesh.bufferedBytes(to: 1) > 512 << 10)
                #expect(!mesh.send(frame: frame, to: 1))
            }
            guard case .connection(.congested(let waiting)) = await zero.nextNotUp().loss else {
                preconditionFailure("congested")
            }
            #expect(waiting <= 1 << 20)
            await zero.waitUntilUp()
        }
    }

    @Test func twoValidatorsWithOneIndexOrKeyAreNoCommittee() async throws {
        let identity = try TLSIdentity.generate(commonName: "one")
        let other = PeerAddress(index: 1, host: "127.0.0.1", port: 1, pin: .zero)
        for peers in [[other, other], [PeerAddress(index: 0, host: "::1", port: 1, pin: identity.pin)]] {
            try await withLoop { loop in
                let configuration = PeerConfiguration(
                    committee: .zero, epoch: 1, index: 0, identity: identity, peers: peers, listenHost: "127.0.0.1",
                    listenPort: 0)
                await loop.perform {
                    #expect(throws: PeerSetupError.self) {
                        _ = try PeerMesh(loop: loop, configuration: configuration) { _ in }
                    }
                }
            }
        }
    }

    @Test func aCommitteeOfOneHasNoLinks() async throws {
        try await withCommittee(of: 1) { committee in
            await committee.members[0].perform { mesh in
                mesh.broadcast(frame: [1])
                #expect(!mesh.send(frame: [1], to: 0))
            }
        }
    }
}

/// What a validator's key might be made to say instead of a greeting.
enum Attack: Sendable {
    case frame([UInt8])
    case header(Int)
    case greetAs(from: UInt32, to: UInt32)

    func bytes(committee: Digest) -> [UInt8] {
        switch self {
        case .frame(let bytes): FrameDecoder.header(count: bytes.count) + bytes
        case .header(let count): FrameDecoder.header(count: count)
        case .greetAs(let from, let to):
            Attack.frame(Greeting(committee: committee, epoch: 1, from: from, to: to).encoded()).bytes(
                committee: committee)
        }
    }
}

private func numbered(_ number: Int) -> [UInt8] {
    FrameDecoder.header(count: number) + [UInt8](repeating: 0, count: number % 100)
}
