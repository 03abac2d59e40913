import Cryptography
import Testing
import Wire

@testable import Consensus

/// One liar at a time, by what it does. Validator 0 of four has its key here and no process, unless a test says otherwise.
@Suite struct AdversaryTests {
    static let liar = 0
    static let honest = 1...3

    private func network(_ liars: Set<Int> = [liar], settings: ConsensusSettings = ConsensusSettings()) -> Network {
        var network = Network(4, settings: settings)
        network.watch.liars = liars
        for index in Self.honest { network.start(index) }
        return network
    }

    private func block(view: UInt64, at milliseconds: UInt64, cut: [TipChange] = []) -> Block {
        let genesis = ChainPoint.genesis(
            of: Keys.committee(4), at: Timestamp(milliseconds: Network.epochStart))
        return Block(
            epoch: 1, view: view, after: genesis, cut: cut,
            timestamp: Timestamp(milliseconds: Network.epochStart + milliseconds))
    }

    private func car(_ items: [[UInt8]], after tip: Tip = .origin) -> Car {
        Car(
            epoch: 1, lane: Self.liar, after: tip, items: items, sealedAt: Timestamp(milliseconds: Network.epochStart))
    }

    // MARK: Proposals

    /// Leads the first four views up to the liar's turn, view 4.
    private func inTheLiarsView() -> Network {
        var network = network()
        let isThere = network.run(atMost: 20_000) { $0.nodes[1...3].allSatisfy { $0.machine.view == 4 } }
        #expect(isThere)
        return network
    }

    private func proposals(_ network: Network, count: UInt64) -> [Block] {
        let parent = network.nodes[1].machine.chain.tip
        return (1...count).map {
            Block(
                epoch: 1, view: 4, after: parent, cut: [],
                timestamp: Timestamp(milliseconds: Network.epochStart + network.now + $0))
        }
    }

    @Test func aLeaderThatProposesTwoBlocksIsConvictedAndNeitherIsFinal() {
        var network = inTheLiarsView()
        let blocks = proposals(network, count: 2)
        for index in Self.honest {
            for block in index == 1 ? blocks : blocks.reversed() {
                network.inject(.proposal(Keys.proposal(block, by: 0)), from: 0, to: index)
            }
        }
        network.run(for: 20_000)
        let claims = blocks.map { Keys.proposal($0, by: 0).claim }
        #expect(network.nodes[1].evidence == [.conflictingProposals(claims[0], claims[1])])
        #expect(network.nodes[2].evidence == [.conflictingProposals(claims[1], claims[0])])
        for node in network.nodes[1...3] {
            #expect(!node.finalized.contains { $0.block.view == 4 })
            #expect(node.machine.view > 5, "the view ends all the same")
        }
    }

    @Test func whoSawTwoProposalsDoesNotFinalizeEvenTheNotarizedOne() {
        var network = inTheLiarsView()
        let blocks = proposals(network, count: 2)
        // All vote for the first, so it is notarized; validator 1 alone sees the second in time.
        for index in Self.honest {
            network.inject(.proposal(Keys.proposal(blocks[0], by: 0)), from: 0, to: index)
        }
        network.inject(.proposal(Keys.proposal(blocks[1], by: 0)), from: 0, to: 1)
        network.run(for: 100)
        #expect(network.nodes[1...3].allSatisfy { $0.machine.view > 4 })
        #expect(network.nodes[1...3].map { finalized(4, by: $0) } == [false, true, true])
    }

    private func finalized(_ view: UInt64, by node: Node) -> Bool { voted(.finalize, view, by: node) }

    private func voted(_ kind: VoteKind, _ view: UInt64, by node: Node) -> Bool {
        node.sent.contains {
            guard case .vote(let signed) = $0.message else { return false }
            return signed.signer == node.validator && signed.vote.kind == kind && signed.vote.view == view
        }
    }

    @Test func aBlockThatSkipsAViewWhichNobodyNullifiedGetsNoVote() throws {
        var network = network()
        // Views 1 to 3 are notarized, none is final.
        network.passes = { message, _, _ in
            switch message {
            case .vote(let signed): signed.vote.kind != .finalize
            case .certificate(let certificate): certificate.kind != .finalize
            default: true
            }
        }
        let isThere = network.run(atMost: 20_000) { $0.nodes[1...3].allSatisfy { $0.machine.view == 4 } }
        #expect(isThere)
        let machine = network.nodes[1].machine
        #expect(machine.finalizedView == 0)
        let skipped = try #require(machine.views[2].notarization)
        #expect(machine.views[3].notarization != nil && machine.views[3].nullification == nil)
        let parent = try #require(machine.tree.point(of: skipped.hash))
        let time = Timestamp(milliseconds: Network.epochStart + network.now)
        let block = Block(epoch: 1, view: 4, after: parent, cut: [], timestamp: time)
        for index in Self.honest {
            network.inject(.proposal(Keys.proposal(block, by: 0)), from: 0, to: index)
        }
        network.run(for: 20_000)
        #expect(network.nodes[1...3].allSatisfy { !voted(.notarize, 4, by: $0) && voted(.nullify, 4, by: $0) })
    }

    @Test func aBlockBelowTheFinalOneIsRefusedAtOnce() {
        var network = inTheLiarsView()
        #expect(network.nodes[1].machine.finalizedView > 0)
        let below = block(view: 4, at: network.now)
        network.inject(.proposal(Keys.proposal(below, by: 0)), from: 0, to: 1)
        network.run(for: 10)
        #expect(network.nodes[1].machine.counters.proposalsRefused == 1)
        #expect(!voted(.notarize, 4, by: network.nodes[1]))
    }

    @Test func aBlockThatDoesNotFitIsRefusedAtOnce() {
        var network = inTheLiarsView()
        let good = proposals(network, count: 1)[0]
        let tip = network.nodes[1].machine.chain.tip
        var other = tip
        other.height += 1
        let wrongHeight = Block(epoch: 1, view: 4, after: other, cut: [], timestamp: good.timestamp)
        network.inject(.proposal(Keys.proposal(wrongHeight, by: 0)), from: 0, to: 1)
        network.run(for: 10)
        #expect(network.nodes[1].machine.counters.proposalsRefused == 1)
        #expect(network.nodes[1].machine.views[4].own[.nullify] != nil, "without waiting for a time-out")
    }

    @Test func onlyTheLeaderOfAViewProposesInIt() {
        let network = network()
        let machine = network.nodes[1].machine
        let mine = block(view: 1, at: 1)
        #expect(!machine.wants(.proposal(Keys.proposal(mine, by: 1))), "an echo of the own view")
        let verifier = MessageVerifier(Keys.committee(4))
        #expect(verifier.verify(.proposal(Keys.proposal(block(view: 2, at: 1), by: 3))) { _ in true } == nil)
        #expect(verifier.verify(.proposal(Keys.proposal(block(view: 2, at: 1), by: 2))) { _ in true } != nil)
    }

    @Test func aLeaderThatNullifiesItsOwnViewIsFollowedAtOnce() {
        var network = inTheLiarsView()
        for index in Self.honest {
            network.inject(.vote(Keys.vote(.nullify, view: 4, by: 0)), from: 0, to: index)
        }
        network.run(for: 50)
        #expect(network.nodes[1...3].allSatisfy { $0.machine.view > 4 })
    }

    @Test func aViewIsGivenUpWithTwoOthersOfWhomOneIsHonest() {
        var network = network()
        // Validator 1 is alone with what it is told; view 2 is not its own, and no timer runs while it is idle.
        network.passes = { _, _, to in to != 1 }
        network.run(for: 10)
        let view = network.nodes[1].machine.view
        let leader = Keys.committee(4).leader(of: view)
        let others = [0, 2, 3].filter { $0 != leader }
        network.watch.liars = [0, 2, 3]
        network.inject(.vote(Keys.vote(.nullify, view: view, by: others[0])), from: others[0], to: 1)
        network.run(for: 10)
        #expect(!voted(.nullify, view, by: network.nodes[1]), "one may be a liar")
        network.inject(.vote(Keys.vote(.nullify, view: view, by: others[1])), from: others[1], to: 1)
        network.run(for: 10)
        #expect(voted(.nullify, view, by: network.nodes[1]))
    }

    // MARK: Lanes

    @Test func anInvalidCarIsNeverAcknowledgedAndConvictsItsOwner() {
        var network = network()
        let invalid = Keys.car(car([[1], [0xFF]]))
        for index in Self.honest { network.inject(.car(invalid), from: 0, to: index) }
        // Nor is what follows it: an acknowledgement vouches for all before.
        let next = Keys.car(car([[2]], after: Tip(position: 1, hash: invalid.hash)))
        for index in Self.honest { network.inject(.car(next), from: 0, to: index) }
        network.run(for: 3000)
        for node in network.nodes[1...3] {
            #expect(node.evidence == [.invalidCar(CarClaim(invalid), items: invalid.car.items)])
            #expect(!node.sent.contains { if case .ack = $0.message { true } else { false } })
        }
    }

    @Test func aForkedLaneIsAcknowledgedOnceConvictedAndItsSegmentVoid() {
        var network = network()
        let first = Keys.car(car([[1]]))
        let second = Keys.car(car([[2]]))
        let above = Keys.car(car([[3]], after: Tip(position: 1, hash: second.hash)))
        network.inject(.car(first), from: 0, to: 1)
        for index in 2...3 { network.inject(.car(second), from: 0, to: index) }
        network.run(for: 20)
        network.inject(.car(second), from: 0, to: 1)
        network.inject(.car(first), from: 0, to: 2)
        network.run(for: 20)
        #expect(network.nodes[1].evidence == [.forkedLane(CarClaim(first), CarClaim(second))])
        #expect(network.nodes[2].evidence == [.forkedLane(CarClaim(second), CarClaim(first))])

        // The liar acknowledges both itself, so each has a proof; the first is ordered, then what stands on the other.
        for index in Self.honest {
            network.inject(.proof(Keys.proof(first.car, by: [0, 1])), from: 0, to: index)
        }
        let isOrdered = network.run(atMost: 5000) { $0.nodes[1...3].allSatisfy { $0.items == [[1]] } }
        #expect(isOrdered)
        for index in Self.honest {
            network.inject(.car(above), from: 0, to: index)
            network.inject(.proof(Keys.proof(above.car, by: [0, 3])), from: 0, to: index)
        }
        let isPassed = network.run(atMost: 5000) { network in
            network.nodes[1...3].allSatisfy { $0.finalized.contains { !$0.voidCars.isEmpty } }
        }
        #expect(isPassed)
        #expect(network.nodes[1...3].allSatisfy { $0.items == [[1]] }, "nobody executes the branch")
        network.submit([[7]], to: 2)
        let goesOn = network.run(atMost: 5000) { $0.nodes[1...3].allSatisfy { $0.items == [[1], [7]] } }
        #expect(goesOn)

        // Who comes later passes the fork too, although nobody holds what is below it any more.
        network.start(0)
        let isThere = network.run(atMost: 10_000) { $0.nodes[0].items == [[1], [7]] }
        #expect(isThere)
    }

    @Test func whoAcknowledgesACarOnABranchHoldsTheBranchAfterARestart() {
        var settings = ConsensusSettings()
        settings.takesOptimisticTips = false
        var network = network(settings: settings)
        let first = Keys.car(car([[1]]))
        let second = Keys.car(car([[2]]))
        let above = Keys.car(car([[3]], after: Tip(position: 1, hash: second.hash)))
        // The branch's first car comes second, so nobody acknowledges it; the one above it stands where nothing stood before.
        for index in Self.honest {
            for signed in [first, second, above] { network.inject(.car(signed), from: 0, to: index) }
        }
        let isAcknowledged = network.run(atMost: 1000) { network in
            network.nodes[1...3].allSatisfy { $0.machine.lanes[0].ack(at: 2) != nil }
        }
        #expect(isAcknowledged)
        for index in Self.honest { network.crash(index) }
        for index in Self.honest { network.start(index) }
        for index in Self.honest {
            network.inject(.proof(Keys.proof(above.car, by: [0, 1])), from: 0, to: index)
        }
        let isOrdered = network.run(atMost: 20_000) { $0.nodes[1...3].allSatisfy { $0.items == [[2], [3]] } }
        #expect(isOrdered)
    }

    @Test func aCarFromTheFutureIsAcknowledgedWhenItsTimeComes() {
        var network = network()
        let future = Car(
            epoch: 1, lane: 0, after: .origin, items: [[1]],
            sealedAt: Timestamp(milliseconds: Network.epochStart + 4000))
        network.inject(.car(Keys.car(future)), from: 0, to: 1)
        network.run(for: 2990)
        #expect(network.nodes[1].machine.counters.carsAcknowledged == 0)
        network.run(for: 20)
        #expect(network.nodes[1].machine.counters.carsAcknowledged == 1)
    }

    @Test func carsFarAheadOfTheirProofAreNotKept() {
        let network = network()
        var tip = Tip.origin
        var cars: [SignedCar] = []
        for number in 1...20 as ClosedRange<UInt8> {
            cars.append(Keys.car(car([[number]], after: tip)))
            tip = Tip(position: UInt64(number), hash: cars[cars.count - 1].hash)
        }
        let machine = network.nodes[1].machine
        #expect(cars.map { machine.wants(.car($0)) } == (1...20).map { $0 <= 16 }, "twice the window")
    }

    // MARK: Votes and certificates

    @Test func theFirstVoteCountsAndTheSecondConvicts() {
        var network = network()
        let first = Keys.vote(.notarize, view: 2, hash: Keys.chain, by: 0)
        let second = Keys.vote(.notarize, view: 2, hash: .zero, by: 0)
        network.inject(.vote(first), from: 0, to: 1)
        network.inject(.vote(second), from: 0, to: 1)
        network.run(for: 5)
        #expect(network.nodes[1].evidence == [.conflictingVotes(first, second)])
        #expect(network.nodes[1].machine.views[2].tally(.notarize)[0] == first)
    }

    @Test func nullifyAndFinalizeInOneViewConvict() {
        var network = network()
        let nullify = Keys.vote(.nullify, view: 2, by: 0)
        let finalize = Keys.vote(.finalize, view: 2, hash: Keys.chain, by: 0)
        network.inject(.vote(nullify), from: 0, to: 1)
        network.inject(.vote(finalize), from: 0, to: 1)
        network.run(for: 5)
        #expect(network.nodes[1].evidence == [.conflictingVotes(nullify, finalize)])
    }

    @Test func aFloodOfFutureVotesIsNotKept() {
        let machine = network().nodes[1].machine
        let views: [UInt64] = [1, 33, 34, 1000, .max]
        #expect(
            views.map { machine.wants(.vote(Keys.vote(.nullify, view: $0, by: 0))) } == [
                true, true, false, false, false,
            ])
    }

    @Test func aCertificateNeedsAQuorumOfMembersEachOnceUnderItsOwnEpoch() {
        let committee = Keys.committee(4)
        #expect(Keys.certificate(.nullify, view: 3, by: [0, 1, 2]).verifies(in: committee))
        #expect(!Keys.certificate(.nullify, view: 3, by: [0, 1]).verifies(in: committee))
        #expect(!Keys.certificate(.nullify, view: 3, by: [0, 1, 5]).verifies(in: committee), "no member")
        let good = Keys.certificate(.nullify, view: 3, by: [0, 1, 2])
        let moved = Certificate(vote: Vote(.nullify, epoch: 1, view: 4, hash: .zero), signatures: good.signatures)
        #expect(!moved.verifies(in: committee), "of another view")
        let renamed = Certificate(vote: Vote(.finalize, epoch: 1, view: 3, hash: .zero), signatures: good.signatures)
        #expect(!renamed.verifies(in: committee), "of another kind")
        let later = Committee(chainID: Keys.chain, epoch: 2, keys: committee.keys)
        #expect(!good.verifies(in: later), "of another epoch")
        let elsewhere = Committee(chainID: .zero, epoch: 1, keys: committee.keys)
        #expect(!good.verifies(in: elsewhere), "of another committee")
    }

    @Test func aProofNeedsOneHonestAcknowledgement() {
        let car = car([[1]])
        #expect(Keys.proof(car, by: [0, 2]).verifies(in: Keys.committee(4)))
        #expect(!Keys.proof(car, by: [0]).verifies(in: Keys.committee(4)))
        #expect(!Keys.proof(car, by: [0, 2]).verifies(in: Keys.committee(7)), "f + 1 is three of seven")
    }

    @Test func aBlockWithAFalseProofIsNoProposal() {
        let verifier = MessageVerifier(Keys.committee(4))
        func verified(_ signers: [Int]) -> VerifiedMessage? {
            let block = block(view: 2, at: 1, cut: [TipChange(Keys.proof(car([[1]]), by: signers))])
            return verifier.verify(.proposal(Keys.proposal(block, by: 2))) { _ in true }
        }
        #expect(verified([0, 1]) != nil)
        #expect(verified([0]) == nil)
    }

    @Test func aCarWhoseItemsWereChangedIsNobodysFault() {
        let verifier = MessageVerifier(Keys.committee(4))
        let good = Keys.car(car([[1], [2]]))
        var bytes = PeerMessage.car(good).encoded()
        bytes[1 + 98 + 4 + 4] = 9
        let changed = try? PeerMessage(decoding: bytes)
        #expect(changed != nil)
        #expect(
            changed.flatMap {
                verifier.verify($0) { _ in
                    Issue.record("it is not even looked at"); return true
                }
            } == nil)
    }

    // MARK: Answers and requests

    @Test func answersThatNobodyAskedForAreNotLookedAt() throws {
        let machine = network().nodes[1].machine
        let signed = Keys.car(car([[1]]))
        let request = CarRequest(epoch: 1, lane: 0, position: 1, hash: signed.hash, floor: 0)
        let batch = try #require(CarBatch(answering: request) { _ in signed })
        let final = Keys.certificate(.finalize, view: 4, hash: block(view: 4, at: 1).hash, by: [0, 2, 3])
        let history = try #require(HistoryBatch(of: [(block(view: 4, at: 1), final)]))
        #expect(!machine.wants(.carBatch(batch)))
        #expect(!machine.wants(.block(block(view: 4, at: 1))))
        #expect(!machine.wants(.historyBatch(history)))
        #expect(!machine.wants(.certificateRequest(CertificateRequest(epoch: 2, first: 1, last: 1))), "another epoch")
    }

    @Test func whoAsksWithoutEndIsAnsweredSixtyFourTimes() {
        var network = network()
        network.submit([[1]], to: 1)
        _ = network.run(atMost: 5000) { !$0.nodes[1].finalized.isEmpty }
        network.run(for: 2000)
        let before = network.nodes[1].machine.counters
        for _ in 0..<200 {
            network.inject(.historyRequest(HistoryRequest(epoch: 1, height: 1)), from: 0, to: 1)
        }
        let after = network.nodes[1].machine.counters
        #expect(after.requestsAnswered - before.requestsAnswered == 64)
        #expect(after.requestsIgnored - before.requestsIgnored == 136)
    }
}
