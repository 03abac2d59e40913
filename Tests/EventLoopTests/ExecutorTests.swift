import Glibc
import Testing

@testable import EventLoop

/// An actor that lives on a loop, as a server does.
private actor Counter: LoopBound {
    nonisolated let loop: EventLoop
    private(set) var count = 0
    private var wasOnLoop = true

    init(loop: EventLoop) {
        self.loop = loop
    }

    func add() {
        wasOnLoop = wasOnLoop && loop.isOnLoop
        count += 1
    }

    func report() -> (count: Int, wasOnLoop: Bool) { (count, wasOnLoop) }
}

@Suite struct ExecutorTests {
    @Test func aBoundActorRunsOnTheLoopsThreadOnly() async throws {
        try await withLoop { loop in
            let counter = Counter(loop: loop)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<20 { group.addTask { for _ in 0..<100 { await counter.add() } } }
            }
            let report = await counter.report()
            #expect(report.count == 2_000)
            #expect(report.wasOnLoop)
        }
    }

    @Test func aCallbackEntersTheActorWithoutWaiting() async throws {
        try await withLoop { loop in
            let counter = Counter(loop: loop)
            let seen = await loop.perform { () -> Int in
                counter.assumeIsolated { $0.add() }
                return counter.assumeIsolated { $0.count }
            }
            #expect(seen == 1)
        }
    }

    @Test func whetherOneIsOnTheLoopIsKnown() async throws {
        try await withLoop { loop in
            #expect(!loop.isOnLoop)
            #expect(loop.isIsolatingCurrentContext() == false)
            #expect(await loop.perform { loop.isOnLoop })
        }
    }

    @Test func workIsDoneInTheOrderOfTheCalls() async throws {
        try await withLoop { loop in
            let seen = LoopLocal<[Int]>([], on: loop)
            for number in 0..<1_000 { loop.execute { seen.value.append(number) } }
            #expect(await loop.perform { seen.value } == Array(0..<1_000))
        }
    }

    @Test func aThrownErrorComesBack() async throws {
        struct Broken: Error {}
        try await withLoop { loop in
            _ = await #expect(throws: Broken.self) { try await loop.perform { throw Broken() } }
        }
    }

    @Test func aTurnSeesAllThatWasAddedBeforeIt() async throws {
        try await withLoop { loop in
            let inbox = LoopLocal<[Int]>([], on: loop)
            let turns = LoopLocal<[[Int]]>([], on: loop)
            loop.afterPoll {
                guard !inbox.value.isEmpty else { return }
                turns.value.append(inbox.value)
                inbox.value = []
            }
            // Jobs that jobs add belong to the same turn.
            await loop.perform {
                inbox.value.append(1)
                loop.execute {
                    inbox.value.append(2)
                    loop.execute { inbox.value.append(3) }
                }
            }
            #expect(await loop.perform { turns.value } == [[1, 2, 3]])
        }
    }

    @Test func theEndOfATurnComesAfterItsHooks() async throws {
        try await withLoop { loop in
            let order = LoopLocal<[String]>([], on: loop)
            await loop.perform {
                loop.atEndOfTurn {
                    order.value.append("end")
                    loop.atEndOfTurn { order.value.append("end of the end") }
                }
                loop.afterPoll { if order.value.count < 2 { order.value.append("hook") } }
                order.value.append("job")
            }
            let seen = await loop.perform { order.value }
            #expect(seen.first == "job")
            #expect(seen[1...].starts(with: ["hook", "end", "end of the end"]))
        }
    }

    @Test func whatAHookAddsDoesNotWaitForASocket() async throws {
        try await withLoop { loop in
            let rounds = LoopLocal(0, on: loop)
            let (stream, continuation) = AsyncStream.makeStream(of: Int.self)
            // Nothing happens on this loop but what its hook adds, a hundred times over.
            loop.afterPoll {
                loop.execute {
                    rounds.value += 1
                    continuation.yield(rounds.value)
                }
            }
            for await round in stream where round == 100 { break }
        }
    }

    @Test func aStoppedLoopFinishesTheWorkThatWasBegun() async throws {
        let loop = try EventLoop.spawn(name: "stopping")
        let done = Latest(0)
        loop.execute {
            loop.pool.run({ 7 }, then: { done.value = $0 })
            loop.stop()
        }
        await loop.waitUntilStopped()
        #expect(done.value == 7)
        // And again: stopping twice and waiting afterwards are nothing special.
        loop.stop()
        await loop.waitUntilStopped()
    }

    @Test func aLoopThatNeverRanCanGo() throws {
        _ = try EventLoop(name: "idle")
    }
}

@Suite struct SignalTests {
    @Test func aSignalIsHeardInsteadOfDiedOf() async throws {
        try await withLoop { loop in
            let (signals, continuation) = AsyncStream.makeStream(of: Bool.self)
            try await loop.perform { () throws(LoopError) in
                try SignalWatch.watch(.terminate, on: loop) { continuation.yield(loop.isOnLoop) }
            }
            for _ in 0..<2 {
                kill(getpid(), SIGTERM)
                #expect(await signals.first(1) == [true])
            }
        }
    }
}

@Suite struct DescriptorTests {
    @Test func aServerMayOpenManySockets() {
        let count = EventLoop.raiseDescriptorLimit()
        #expect(count > 0)
        #expect(EventLoop.raiseDescriptorLimit() == count)
    }
}

@Suite struct LatestTests {
    @Test func theLastValueIsSeenFromEveryThread() async throws {
        try await withLoop { loop in
            let latest = Latest("first")
            await loop.perform { latest.value = "second" }
            #expect(latest.value == "second")
        }
    }
}
