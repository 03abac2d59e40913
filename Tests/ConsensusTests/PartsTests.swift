import Cryptography
import Testing
import Wire

@testable import Consensus

@Suite struct PartsTests {
    private func instant(_ milliseconds: UInt64) -> Instant { Instant(milliseconds: milliseconds) }

    @Test func twoQuorumsShareAnHonestValidator() {
        for n in 1...16 {
            let committee = Keys.committee(n)
            #expect(2 * committee.quorum - n >= committee.f + 1)
            #expect(committee.quorum <= n - committee.f, "the honest alone are enough")
            #expect(committee.attesters == committee.f + 1)
        }
        let quorums = [1, 4, 5, 6, 7, 10].map { Keys.committee($0).quorum }
        #expect(quorums == [1, 3, 4, 4, 5, 7])
    }

    @Test func whatWasSaidForbidsWhatContradictsIt() {
        func statements(_ kinds: [VoteKind]) -> OwnStatements {
            var own = OwnStatements()
            for kind in kinds { own.cast(Vote(kind, epoch: 1, view: 1, hash: Keys.chain)) }
            return own
        }
        func allowed(after kinds: [VoteKind]) -> [VoteKind] { VoteKind.allCases.filter(statements(kinds).mayCast) }
        #expect(allowed(after: []) == [.notarize, .nullify, .finalize])
        #expect(allowed(after: [.notarize]) == [.nullify, .finalize])
        #expect(allowed(after: [.nullify]) == [])
        #expect(allowed(after: [.finalize]) == [.notarize])
        #expect(allowed(after: [.notarize, .finalize]) == [])
        #expect(allowed(after: [.notarize, .nullify]) == [])
        #expect(!statements([.nullify]).mayPropose)
    }

    @Test func theDelayGrowsAndShrinksByStepsWithinItsBounds() {
        var pacemaker = Pacemaker(ConsensusSettings())
        #expect(pacemaker.delay == 500)
        for _ in 0..<3 { pacemaker.viewWasNullified() }
        #expect(pacemaker.delay == 1250)
        for _ in 0..<100 { pacemaker.viewWasNullified() }
        #expect(pacemaker.delay == 5000)
        pacemaker.blockWasFinalized()
        #expect(pacemaker.delay == 490, "a finalization takes it back to the start at once")
        for _ in 0..<100 { pacemaker.blockWasFinalized() }
        #expect(pacemaker.delay == 150)
    }

    @Test func timersStandStillWhileNothingIsToBeDone() {
        var pacemaker = Pacemaker(ConsensusSettings())
        pacemaker.enter(at: instant(0), afterBlock: false)
        pacemaker.set(active: false, at: instant(100))
        #expect(pacemaker.proposalDeadline(patience: 1000) == nil)
        pacemaker.set(active: true, at: instant(9000))
        pacemaker.set(active: true, at: instant(9100))
        #expect(pacemaker.leaderDeadline == instant(9500))
        #expect(pacemaker.proposalDeadline(patience: 1000) == instant(10_000))
        #expect(pacemaker.advanceDeadline == instant(10_500))
        #expect(pacemaker.resendDeadline == instant(9500))
        pacemaker.resent(at: instant(9600))
        #expect(pacemaker.resendDeadline == instant(10_100))
    }

    @Test func blocksKeepADistanceOfFourVotesWithinBounds() {
        var pacemaker = Pacemaker(ConsensusSettings())
        #expect(pacemaker.blockSpacing == 5)
        var time: UInt64 = 0
        func view(_ pacemaker: inout Pacemaker, votes: UInt64, ends byBlock: Bool = true) {
            pacemaker.proposalArrived(at: instant(time))
            pacemaker.proposalArrived(at: instant(time + 1))
            time += votes
            pacemaker.enter(at: instant(time), afterBlock: byBlock)
        }
        for _ in 0..<40 { view(&pacemaker, votes: 4) }
        #expect(14...16 ~= pacemaker.blockSpacing, "the sum of about four lately")
        for _ in 0..<40 { view(&pacemaker, votes: 5000, ends: false) }
        #expect(14...16 ~= pacemaker.blockSpacing, "a view without a block says nothing")
        for _ in 0..<40 { view(&pacemaker, votes: 5000) }
        #expect(pacemaker.blockSpacing == 30)
        for _ in 0..<40 { view(&pacemaker, votes: 0) }
        #expect(pacemaker.blockSpacing == 5)
    }

    @Test func aCutOnlyGrowsAndNamesLanesInOrder() throws {
        let genesis = Cut(lanes: 3)
        func proof(_ lane: Int, _ position: UInt64) -> TipChange {
            let before = Tip(position: position - 1, hash: .zero)
            let car = Car(epoch: 1, lane: lane, after: before, items: [], sealedAt: Timestamp(milliseconds: 0))
            return TipChange(Keys.proof(car, by: [0, 1]))
        }
        let cut = try #require(genesis.advanced(by: [proof(0, 2), proof(2, 5)]))
        #expect([cut[0].position, cut[1].position, cut[2].position] == [2, 0, 5])
        #expect(cut.advanced(by: []) == cut)
        #expect(cut.advanced(by: [proof(0, 2)]) == nil, "not higher")
        #expect(cut.advanced(by: [proof(2, 6), proof(1, 1)]) == nil, "not in order")
        #expect(cut.advanced(by: [proof(1, 1), proof(1, 2)]) == nil, "twice")
        #expect(cut.advanced(by: [proof(3, 1)]) == nil, "no such lane")
    }

    // MARK: Fetcher

    private func need(_ number: UInt64, sources: [Int] = [], isExclusive: Bool = false, patience: UInt64 = 0) -> Need {
        Need(
            goal: .history(height: number), request: .historyRequest(HistoryRequest(epoch: 1, height: number)),
            sources: sources, isExclusive: isExclusive, patience: patience)
    }

    @Test func whatIsMissingIsAskedOfOneAfterTheOther() {
        var fetcher = Fetcher(me: 1, of: 4)
        let peers = (0..<5).map { fetcher.pursue([need(1, sources: [3])], at: instant($0 * 100), retryAfter: 100) }
        #expect(peers.map { $0.map(\.to) } == [[3], [2], [0], [3], [2]])
        #expect(fetcher.nextDeadline == instant(500))
        #expect(fetcher.expects(.history(height: 1)))
        #expect(fetcher.pursue([], at: instant(500), retryAfter: 100).isEmpty)
        #expect(!fetcher.expects(.history(height: 1)), "what is no longer needed is forgotten")
        #expect(fetcher.nextDeadline == nil)
    }

    @Test func whatMayStillBeOnItsWayIsWaitedFor() {
        var fetcher = Fetcher(me: 0, of: 4)
        #expect(fetcher.pursue([need(1, patience: 30)], at: instant(0), retryAfter: 100).isEmpty)
        #expect(fetcher.lacks(.history(height: 1)))
        #expect(!fetcher.expects(.history(height: 1)), "an answer before the question is none")
        #expect(fetcher.pursue([need(1, patience: 30)], at: instant(29), retryAfter: 100).isEmpty)
        #expect(fetcher.pursue([need(1, patience: 30)], at: instant(30), retryAfter: 100).map(\.to) == [1])
    }

    @Test func onlySoMuchIsAskedForAtATime() {
        var fetcher = Fetcher(me: 0, of: 4)
        let needs = (1...40).map { need($0) }
        #expect(fetcher.pursue(needs, at: instant(0), retryAfter: 100).count == 16)
        #expect(fetcher.pursue(needs, at: instant(1), retryAfter: 100).isEmpty)
        #expect(fetcher.pursue(Array(needs.dropFirst(10)), at: instant(2), retryAfter: 100).count == 10)
    }

    @Test func whatOnlyItsOwnerMustHaveIsAskedOfNobodyElse() {
        var fetcher = Fetcher(me: 0, of: 4)
        let peers = (0..<3).map {
            fetcher.pursue([need(1, sources: [2], isExclusive: true)], at: instant($0 * 100), retryAfter: 100)
        }
        #expect(peers.map { $0.map(\.to) } == [[2], [2], [2]])
    }

    // MARK: Lanes

    private func cars(_ count: Int, lane: Int = 1) -> [SignedCar] {
        var tip = Tip.origin
        return (0..<count).map { number in
            let car = Car(
                epoch: 1, lane: lane, after: tip, items: [[UInt8(number)]], sealedAt: Timestamp(milliseconds: 0))
            tip = Tip(position: car.position, hash: car.hash)
            return Keys.car(car)
        }
    }

    private func acknowledged(_ lane: inout CarLane) -> [UInt64] {
        let now = Moment(instant: Instant(milliseconds: 0), timestamp: Timestamp(milliseconds: 0))
        return lane.takeAcknowledgeable(at: now, ConsensusSettings()).map(\.position)
    }

    @Test func whoVouchesForACarHoldsTheSilentOnesBelowIt() {
        var lane = CarLane()
        lane.acknowledgeOnly(above: 2)
        for car in cars(4) { _ = lane.receive(car, payload: .valid, window: 8) }
        #expect(acknowledged(&lane) == [1, 2, 3, 4], "all are written to the journal")
        #expect((1...4).map { lane.mayAcknowledge(at: $0) } == [false, false, true, true])
    }

    @Test func carsAreAcknowledgedInOrderWhateverOrderTheyComeIn() {
        var lane = CarLane()
        let cars = cars(4)
        for index in [2, 1, 3] { _ = lane.receive(cars[index], payload: .valid, window: 8) }
        #expect(acknowledged(&lane) == [])
        lane.lookForGap()
        #expect(lane.gap == Tip(position: 1, hash: cars[0].hash))
        _ = lane.receive(cars[0], payload: .valid, window: 8)
        #expect(acknowledged(&lane) == [1, 2, 3, 4])
        #expect(acknowledged(&lane) == [], "once")
        lane.lookForGap()
        #expect(lane.gap == nil)
    }

    @Test func aProofVouchesForWhatNobodyHereHasLookedAt() {
        var lane = CarLane()
        let cars = cars(3)
        lane.keep(cars[0], payload: .notInspected)
        _ = lane.receive(cars[1], payload: .valid, window: 8)
        #expect(acknowledged(&lane) == [])
        lane.note(Keys.proof(cars[0].car, by: [1, 2]))
        #expect(acknowledged(&lane) == [2])
        // Even where the car itself never came.
        var other = CarLane()
        other.note(Keys.proof(cars[1].car, by: [1, 2]))
        _ = other.receive(cars[2], payload: .valid, window: 8)
        #expect(acknowledged(&other) == [3])
        #expect(other.gap == nil)
    }

    @Test func aCertifiedCarIsNotAcknowledgedNorInspectedAgain() {
        var lane = CarLane()
        let cars = cars(2)
        lane.note(Keys.proof(cars[1].car, by: [1, 2]))
        for car in cars.reversed() { lane.keep(car, payload: .notInspected) }
        #expect(acknowledged(&lane) == [])
        #expect(cars.map { lane.wants($0, window: 8) } == [false, false])
    }

    @Test func aSegmentThatDoesNotMeetTheCutIsVoid() throws {
        var lane = CarLane()
        let cars = cars(3)
        for car in cars { lane.keep(car, payload: .notInspected) }
        let tip = Tip(position: 3, hash: cars[2].hash)
        let base = Tip(position: 1, hash: cars[0].hash)
        #expect(try lane.segment(from: tip, to: base).get() == Segment(cars: [cars[1], cars[2]]))
        let fork = Tip(position: 1, hash: Keys.chain)
        #expect(try lane.segment(from: tip, to: fork).get() == Segment(cars: [cars[1], cars[2]], isVoid: true))
        let unknown = Tip(position: 4, hash: Keys.chain)
        #expect(lane.segment(from: unknown, to: base) == .failure(MissingCar(tip: unknown)))
    }

    @Test func whatIsExecutedIsForgotten() {
        var lane = CarLane()
        let cars = cars(3)
        for car in cars { _ = lane.receive(car, payload: .valid, window: 8) }
        _ = acknowledged(&lane)
        lane.execute(through: Tip(position: 2, hash: cars[1].hash))
        #expect(lane.bytes == cars[2].weight)
        #expect(lane.car(cars[1].hash) == nil)
        #expect(cars.map { lane.wants($0, window: 8) } == [false, false, false])
    }
}
