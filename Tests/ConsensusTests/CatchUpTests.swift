import Testing
import Wire

@testable import Consensus

@Suite struct CatchUpTests {
    /// `n` validators of which the last sleeps through `blocks` blocks with a car each.
    private func lagging(by blocks: Int, of n: Int, settings: ConsensusSettings = ConsensusSettings()) -> Network {
        var network = Network(n, settings: settings)
        network.startAll()
        network.run(for: 100)
        network.crash(n - 1)
        var submitted = 0
        while network.nodes[0].finalized.count < blocks {
            network.submit([Array("item \(submitted)".utf8)], to: submitted % (n - 1))
            submitted += 1
            network.run(for: 40)
        }
        return network
    }

    @Test func aValidatorThatMissedThreeHundredBlocksCatchesUp() {
        var settings = ConsensusSettings()
        settings.minimumDelay = 20
        settings.startDelay = 40
        settings.delayGrowth = 10
        var network = lagging(by: 300, of: 3, settings: settings)
        network.start(2)
        let isDone = network.run(atMost: 10_000) { $0.nodes[2].items.count == $0.nodes[0].items.count }
        #expect(isDone)
        #expect(network.nodes[0..<2].contains { !$0.serveHistory.isEmpty }, "what left the memory came from the disk")
        #expect(network.nodes[2].machine.counters.requestsSent < 60, "in batches")
    }

    /// Who jumped to the present view by others' votes may not know what is final, and would ask for one block after the other until nobody has the
    /// next.
    @Test func whoAsksForASingleBlockOfHistoryIsToldWhatIsFinal() throws {
        var network = lagging(by: 20, of: 4)
        let newest = try #require(network.nodes[0].machine.newestFinalization)
        for hash in [network.nodes[0].machine.chain.tip.hash, Keys.chain] {
            let before = network.nodes[0].sent.count
            network.inject(.blockRequest(BlockRequest(epoch: 1, hash: hash)), from: 3, to: 0)
            network.run(for: 20)
            let isTold = network.nodes[0].sent.dropFirst(before).contains {
                if case .certificate(let told) = $0.message {
                    told.kind == .finalize && told.view >= newest.view
                } else {
                    false
                }
            }
            #expect(isTold)
        }
    }

    @Test func whoLagsCatchesUpWhileTheOthersGoOn() {
        var network = lagging(by: 40, of: 4)
        network.start(3)
        for round in 0..<40 {
            network.submit([[UInt8(round)]], to: round % 3)
            network.run(for: 30)
        }
        let isDone = network.run(atMost: 10_000) { $0.nodes[3].items.count == $0.nodes[0].items.count }
        #expect(isDone)
        network.submit([Array("mine".utf8)], to: 3)
        let isBack = network.run(atMost: 5000) { $0.nodes[0].items.contains(Array("mine".utf8)) }
        #expect(isBack)
    }

    @Test func carsThatTheirOwnerWithholdsComeFromThoseWhoHoldThem() {
        var network = Network(4)
        // Lane 0 reaches validators 1 and 2 only, and answers nobody.
        network.passes = { message, from, to in
            switch message {
            case .car, .carBatch: from != 0 || to == 1 || to == 2
            default: true
            }
        }
        network.startAll()
        for round in 0..<5 {
            network.submit([[UInt8(round)]], to: 0)
            network.run(for: 50)
        }
        let isDone = network.run(atMost: 10_000) { $0.nodes[3].items.count == 5 }
        #expect(isDone)
    }

    @Test func historyIsProvenByHeadersWhereABlockHasNoFinalizationOfItsOwn() throws {
        var points = [ChainPoint.genesis(of: Keys.committee(4), at: .init(milliseconds: 0))]
        var blocks: [Block] = []
        for view in 1...400 as ClosedRange<UInt64> {
            let block = Block(
                epoch: 1, view: view, after: points[points.count - 1], cut: [], timestamp: .init(milliseconds: view))
            blocks.append(block)
            points.append(try #require(points[points.count - 1].advanced(by: block)))
        }
        let last = Keys.certificate(.finalize, view: 400, hash: blocks[399].hash, by: [0, 1, 3])
        let chain = blocks.map { (block: $0, certificate: $0.height == 400 ? last : nil) }
        let batch = try #require(HistoryBatch(of: chain))
        #expect(batch.blocks.count == 256)
        #expect(batch.links.count == 144)
        #expect(batch.verifies(in: Keys.committee(4)))
        #expect(HistoryBatch(of: chain.prefix(399)) == nil, "nothing proves these")

        let other = Keys.certificate(.finalize, view: 400, hash: blocks[398].hash, by: [0, 1, 3])
        let wrong = try #require(
            HistoryBatch(of: blocks.map { (block: $0, certificate: $0.height == 400 ? other : nil) }))
        #expect(!wrong.verifies(in: Keys.committee(4)))
        let gap = try #require(HistoryBatch(of: chain.enumerated().filter { $0.offset != 300 }.map(\.element)))
        #expect(!gap.verifies(in: Keys.committee(4)))
    }

    @Test func aStateThatIsTakenOverIsSummedUpWithWhatBecameDurableInTheSameTurn() throws {
        let now = Moment(
            instant: Instant(milliseconds: 1), timestamp: Timestamp(milliseconds: Network.epochStart + 1))
        let genesis = ChainPoint.genesis(of: Keys.committee(4), at: Timestamp(milliseconds: Network.epochStart))
        var machine = Consensus(committee: Keys.committee(4), me: 0, genesisTime: genesis.timestamp)
        _ = machine.step(.start, at: now)
        let sealed = machine.step(.submit([[1]]), at: now).compactMap { effect in
            if case .sign(.ownCar(let car)) = effect { Keys.sign(.ownCar(car), by: 0) } else { nil }
        }
        let car = try #require(sealed.first)
        let block = Block(epoch: 1, view: 1, after: genesis, cut: [], timestamp: genesis.timestamp + 1)
        let point = try #require(genesis.advanced(by: block))
        var effects = machine.take(.adopt(point), at: now) + machine.take(.signed(car), at: now)
        effects += machine.settle(at: now)
        let summaries = effects.compactMap { if case .summarize(let records) = $0 { records } else { nil } }
        #expect(summaries.count == 1)
        #expect(summaries.first?.contains(.signed(car)) == true)
    }
}
