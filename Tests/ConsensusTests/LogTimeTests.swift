import Testing
import Wire

@testable import Consensus

@Suite struct LogTimeTests {
    private func judge(_ time: UInt64, parent: UInt64 = 100_000, arrived: UInt64, now: UInt64? = nil) -> LogTime.Verdict
    {
        LogTime.judge(
            Timestamp(milliseconds: time), parent: Timestamp(milliseconds: parent),
            arrivedAt: Timestamp(milliseconds: arrived), now: Timestamp(milliseconds: now ?? arrived),
            maximumDelay: 5000)
    }

    @Test func timeRises() {
        #expect(judge(100_000, arrived: 100_000) == .refuse)
        #expect(judge(99_999, arrived: 100_000) == .refuse)
        #expect(judge(100_002, arrived: 100_000) == .accept)
    }

    @Test func theLeastStepIsAlwaysAccepted() {
        #expect(judge(100_001, arrived: 0) == .accept, "clocks stepped back")
        #expect(judge(100_001, arrived: 900_000) == .accept, "or the last block is old")
    }

    @Test func whatIsOlderThanTheSlowestHonestProposalIsRefused() {
        #expect(judge(200_000, arrived: 216_000) == .accept)
        #expect(judge(200_000, arrived: 216_001) == .refuse)
        #expect(judge(200_000, arrived: 216_000, now: 300_000) == .accept, "it is the arrival that counts")
    }

    @Test func whatIsAheadWaitsForItsTime() {
        #expect(judge(201_000, arrived: 200_000) == .accept)
        #expect(judge(201_001, arrived: 200_000) == .early(until: Timestamp(milliseconds: 200_001)))
        #expect(judge(201_001, arrived: 200_000, now: 200_001) == .accept)
    }

    @Test func theLeaderNeverGoesBack() {
        let parent = Timestamp(milliseconds: 500)
        #expect(LogTime.next(after: parent, now: Timestamp(milliseconds: 400)) == Timestamp(milliseconds: 501))
        #expect(LogTime.next(after: parent, now: Timestamp(milliseconds: 700)) == Timestamp(milliseconds: 700))
    }

    @Test func aCommitteeWhoseClocksStepBackGoesOn() {
        var network = Network(4)
        network.startAll()
        network.submit([[1]], to: 0)
        network.run(for: 500)
        for index in 0..<4 { network.nodes[index].skew = -3_600_000 }
        network.submit([[2]], to: 1)
        let isDone = network.run(atMost: 3000) { $0.nodes.allSatisfy { $0.items.count == 2 } }
        #expect(isDone)
    }

    @Test func aClockThatIsAnHourFastStopsNobodyElse() {
        var network = Network(4)
        network.nodes[2].skew = 3_600_000
        network.startAll()
        for round in 0..<8 {
            network.submit([[UInt8(round)]], to: [0, 1, 3][round % 3])
            network.run(for: 2000)
        }
        let isDone = network.run(atMost: 10_000) { $0.nodes.allSatisfy { $0.items.count == 8 } }
        #expect(isDone)
        #expect(network.nodes[2].machine.counters.proposalsOutsideClock >= 3, "and it can see that")
        #expect([0, 1, 3].allSatisfy { network.nodes[$0].machine.counters.proposalsOutsideClock < 4 })
        let last = network.nodes[0].machine.deliveredTime
        #expect(last.milliseconds < Network.epochStart + network.now + 1001, "log time does not follow one clock")
    }
}
