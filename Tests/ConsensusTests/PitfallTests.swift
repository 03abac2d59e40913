import Cryptography
import Testing
import Wire

@_spi(Simulation) @testable import Consensus

/// What went wrong in implementations that people ran: one test for each group of the specification's list that concerns consensus as it is here.
///
/// Elsewhere: 3, equivocation (`AdversaryTests`, transcripts 03 and 14); 7, fetching that saturates (`PartsTests.onlySoMuchIsAskedForAtATime`,
/// `AdversaryTests.whoAsksWithoutEndIsAnsweredSixtyFourTimes`); 10, edge cases of Ed25519 (`CryptographyTests.SignatureTests`); 13, replies without
/// proof (`VehicleKitTests.ReceiptVerifierTests`). 8 too: an old set that resigns early, a member that counts and is not there (`ReplicaTests`
/// `SuccessionTests`, integration `test_epochs.py`). 12 concerns fast paths: there are none here.
@Suite struct PitfallTests {
    /// A committee that ordered a few items in bad weather, a leader being gone for a while.
    private func busy(seed: UInt64) -> Network {
        var network = Network(4, seed: seed)
        network.weather.lossPermille = 100
        network.startAll()
        for round in 0..<12 {
            if round == 4 { network.crash(3) }
            if round == 8 { network.start(3) }
            network.submit([[UInt8(round)]], to: round % 3)
            network.run(for: 300)
        }
        return network
    }

    private func machine(_ me: Int) -> Consensus {
        Consensus(committee: Keys.committee(4), me: me, genesisTime: Timestamp(milliseconds: Network.epochStart))
    }

    /// 1 and 2. A journal may end after any record: each beginning of one is read without complaint, and binds to every vote that is in it.
    @Test(arguments: 1...3 as ClosedRange<UInt64>) func everyBeginningOfAJournalCanBeReadAndBinds(seed: UInt64) throws {
        let journal = busy(seed: seed).nodes[1].journal
        #expect(journal.count > 40)
        for count in journal.indices {
            var restored = machine(1)
            for record in journal.prefix(count) { _ = try restored.restore(record) }
            for case .signed(let signed) in journal.prefix(count) {
                guard case .vote(let vote) = signed.statement, vote.view > restored.finalizedView else { continue }
                let own = restored.views[vote.view].own
                #expect(own[vote.kind] == vote && !own.mayCast(vote.kind))
                if vote.kind == .finalize { #expect(!own.mayCast(.nullify)) }
                if vote.kind == .nullify { #expect(!own.mayCast(.finalize) && !own.mayCast(.notarize)) }
            }
        }
    }

    /// 2. A vote to finalize outlives the notarization that it rested on: the restarted validator keeps to it, and goes on with the others.
    @Test func aRestartAfterFinalizeWithoutTheNotarization() throws {
        var network = Network(4)
        network.startAll()
        network.passes = { message, _, _ in
            if case .vote(let vote) = message { vote.vote.kind != .finalize } else { true }
        }
        network.submit([[1]], to: 0)
        let hasVoted = network.run(atMost: 5000) { network in
            network.nodes[2].journal.contains {
                if case .signed(let signed) = $0, case .vote(let vote) = signed.statement {
                    vote.kind == .finalize
                } else {
                    false
                }
            }
        }
        #expect(hasVoted)
        network.crash(2)
        network.nodes[2].journal.removeAll { if case .certificate = $0 { true } else { false } }
        network.start(2)
        #expect(network.nodes[2].machine.view == 1 && network.nodes[2].machine.views[1].notarization == nil)
        #expect(!network.nodes[2].machine.views[1].own.mayCast(.nullify))
        network.passes = { _, _, _ in true }
        #expect(network.run(atMost: 10_000) { network in network.nodes.allSatisfy { $0.items == [[1]] } })
    }

    /// 4. Half of the committee has given a view up, the other half sees its block notarized: both certificates or one, they meet again.
    @Test(arguments: 1...8 as ClosedRange<UInt64>) func aSplitBetweenNullifyAndNotarizeHeals(seed: UInt64) {
        var network = Network(4, seed: seed)
        network.startAll()
        network.submit([[1]], to: 1)
        // 2 and 3 hear of work and of nothing that is done about it.
        network.passes = { message, from, to in
            switch message {
            case .proposal, .certificate: to < 2 || from >= 2
            case .vote: to < 2
            default: true
            }
        }
        let isSplit = network.run(atMost: 20_000) { network in
            network.nodes[2].machine.views[1].own[.nullify] != nil
                && network.nodes[0].machine.views[1].own[.notarize] != nil
        }
        #expect(isSplit)
        network.passes = { _, _, _ in true }
        network.submit([[2]], to: 3)
        #expect(network.run(atMost: 20_000) { network in network.nodes.allSatisfy { $0.items.count == 2 } })
    }

    /// 5. A hundred views without a proposal: D stays within its bound and adds, and the next view that has one is made.
    @Test func aHundredDeadViewsStallNobody() {
        var network = Network(4)
        network.startAll()
        network.submit([[1]], to: 0)
        network.passes = { message, _, _ in if case .proposal = message { false } else { true } }
        var delays: [UInt64] = []
        while network.nodes[0].machine.view < 100, network.now < 3_600_000 {
            network.run(for: 500)
            delays.append(network.nodes[0].machine.delay)
        }
        #expect(network.nodes[0].machine.view >= 100)
        #expect(delays.max() == network.settings.maximumDelay)
        #expect(zip(delays, delays.dropFirst()).allSatisfy { $1 <= $0 + 2 * network.settings.delayGrowth })
        network.passes = { _, _, _ in true }
        let isDone = network.run(atMost: 4 * network.settings.maximumDelay) { network in
            network.nodes.allSatisfy { $0.items == [[1]] }
        }
        #expect(isDone)
    }

    /// 6. An acknowledgement that comes before the owner's own is durable counts.
    @Test func anAcknowledgementBeforeTheOwnOneCounts() throws {
        var owner = machine(0)
        let now = Moment(
            instant: Instant(milliseconds: 10), timestamp: Timestamp(milliseconds: Network.epochStart + 10))
        _ = owner.step(.start, at: now)
        let statements = owner.step(.submit([[1]]), at: now).compactMap { effect -> Statement? in
            if case .sign(let statement) = effect { statement } else { nil }
        }
        guard case .ownCar(let car) = statements.first else { throw Absent() }
        let verifier = MessageVerifier(Keys.committee(4))
        let early = try #require(verifier.verify(.ack(Keys.ack(car, by: 2))) { _ in true })
        #expect(!hasProof(owner.step(.message(early, from: 2), at: now)))
        let effects = statements.map { owner.step(.signed(Keys.sign($0, by: 0)), at: now) }
        #expect(effects.contains(where: hasProof))
    }

    private struct Absent: Error {}

    private func hasProof(_ effects: [ConsensusEffect]) -> Bool {
        effects.contains { if case .send(.proof, .all) = $0 { true } else { false } }
    }

    /// 9. What comes late, in an answer, is believed no more than what comes in time: a false car in one is not kept, and the true one is fetched.
    @Test func whatComesLateIsVerifiedToo() throws {
        let car = Car(
            epoch: 1, lane: 1, after: .origin, items: [[1]], sealedAt: Timestamp(milliseconds: Network.epochStart))
        let request = CarRequest(epoch: 1, lane: 1, position: 1, hash: car.hash, floor: 0)
        let changed = Car(
            epoch: 1, lane: 1, after: .origin, items: [[2]], sealedAt: Timestamp(milliseconds: Network.epochStart))
        let verifier = MessageVerifier(Keys.committee(4))
        let forged = SignedCar(car: car, signature: Keys.car(changed).signature)
        for false_ in [forged, Keys.car(changed)] {
            let batch = CarBatch(answering: request) { $0 == false_.hash ? false_ : nil }
            let verified = batch.flatMap { verifier.verify(.carBatch($0)) { _ in true } }
            #expect(verified == nil)
        }
        let batch = try #require(CarBatch(answering: request) { $0 == car.hash ? Keys.car(car) : nil })
        #expect(verifier.verify(.carBatch(batch)) { _ in false } != nil, "what was certified is not inspected again")
    }

    /// 14. A quorum is not 2 f + 1 where n is not 3 f + 1: two of them share an honest member, and the honest ones are enough for one.
    @Test(arguments: 1...128) func aQuorumIsRightForEverySize(n: Int) {
        let (f, q) = ((n - 1) / 3, (n + (n - 1) / 3) / 2 + 1)
        #expect(2 * q - n >= f + 1 && q <= n - f)
        guard n <= Keys.all.count else { return }
        let committee = Keys.committee(n)
        #expect(committee.f == f && committee.quorum == q && committee.attesters == f + 1)
    }

    /// 8. At an epoch's beginning some have said something and some nothing. Who has a journal learns nothing from one without, but asks it again:
    /// it has settled meanwhile. (Asking each once, four waited for ever for the two who had been asked too early.)
    @Test func whoHadNoMemoryWhenItWasAskedIsAskedAgain() throws {
        var one = machine(1)
        let car = Car(epoch: 1, lane: 1, after: .origin, items: [[1]], sealedAt: Timestamp(milliseconds: 0))
        _ = try one.restore(.signed(Keys.sign(.ownCar(car), by: 1)))
        var now = Moment(instant: Instant(milliseconds: 0), timestamp: Timestamp(milliseconds: Network.epochStart))
        func asked(_ effects: [ConsensusEffect]) -> [(nonce: UInt64, peer: ValidatorIndex)] {
            effects.compactMap { effect in
                guard case .send(.recallRequest(let request), .one(let peer)) = effect else { return nil }
                return (request.nonce, peer)
            }
        }
        let first = asked(one.step(.start, at: now))
        #expect(first.map(\.peer) == [0, 2, 3])
        func answer(isBlank: Bool) -> PeerMessage {
            .recollection(
                Recollection(
                    epoch: 1, nonce: first[0].nonce, isBlank: isBlank, entry: nil, newestVote: nil, newestCar: nil,
                    positions: [0, 0, 0, 0]))
        }
        for peer in [0, 2, 3] {
            _ = one.step(.message(VerifiedMessage(believing: answer(isBlank: peer != 0)), from: peer), at: now)
        }
        #expect(!one.isVoting, "one answer that counts is too few")
        now = Moment(instant: now.instant + 2000, timestamp: now.timestamp + 2000)
        #expect(asked(one.step(.tick, at: now)).map(\.peer) == [2, 3])
        _ = one.step(.message(VerifiedMessage(believing: answer(isBlank: false)), from: 2), at: now)
        #expect(one.isVoting)
    }

    /// 8 and 11. Behind an epoch's last block others may be ordered whose cars nobody keeps. The cars of the last block are found all the same.
    @Test func theLastBlocksCarsAreFoundThoughThoseBehindItAreNot() {
        var network = Network(4)
        network.startAll()
        network.run(for: 100)
        network.crash(3)
        for round in 0..<3 {
            network.submit([[UInt8(round)]], to: 0)
            network.run(for: 1000)
        }
        let blocks = network.nodes[0].finalized
        let lost = blocks.flatMap(\.cars).map(\.position).max()
        network.passes = { message, _, to in
            guard to == 3 else { return true }
            return switch message {
            case .carBatch(let batch): batch.cars.allSatisfy { $0.position != lost }
            case .car: false
            default: true
            }
        }
        network.start(3)
        let isThere = network.run(atMost: 30_000) { $0.nodes[3].finalized.count >= 2 }
        #expect(isThere)
        #expect(network.nodes[3].finalized.count < blocks.count, "what is not there stays missing")
    }
}
