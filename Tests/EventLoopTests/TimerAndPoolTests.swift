import Synchronization
import Testing

@testable import EventLoop

@Suite struct TimerTests {
    @Test func timersRingInTheOrderOfTheirDeadlines() async throws {
        try await withLoop { loop in
            let (rings, continuation) = AsyncStream.makeStream(of: Int.self)
            let timers = (0..<5).map { number in LoopTimer(loop: loop) { continuation.yield(number) } }
            await loop.perform {
                let now = loop.monotonicMilliseconds
                for (number, timer) in timers.enumerated() { timer.arm(atMilliseconds: now + UInt64(10 - number)) }
            }
            #expect(await rings.first(5) == [4, 3, 2, 1, 0])
            await loop.perform { #expect(timers.allSatisfy { !$0.isArmed }) }
        }
    }

    @Test func aTimerNeverRingsBeforeItsDeadline() async throws {
        try await withLoop { loop in
            let (rings, continuation) = AsyncStream.makeStream(of: UInt64.self)
            let timer = LoopTimer(loop: loop) { continuation.yield(loop.monotonicMilliseconds) }
            let deadline = await loop.perform { () -> UInt64 in
                let deadline = loop.monotonicMilliseconds + 3
                timer.arm(atMilliseconds: deadline)
                return deadline
            }
            let rung = await rings.first(1)
            #expect(rung[0] >= deadline)
        }
    }

    @Test func aPastDeadlineRingsAtOnce() async throws {
        try await withLoop { loop in
            let (rings, continuation) = AsyncStream.makeStream(of: Int.self)
            let timer = LoopTimer(loop: loop) { continuation.yield(1) }
            await loop.perform { timer.arm(atMilliseconds: 0) }
            #expect(await rings.first(1) == [1])
        }
    }

    @Test func armingAgainReplacesWhatWasSet() async throws {
        try await withLoop { loop in
            let (rings, continuation) = AsyncStream.makeStream(of: String.self)
            let timer = LoopTimer(loop: loop) { continuation.yield("timer") }
            let later = LoopTimer(loop: loop) { continuation.yield("later") }
            await loop.perform {
                timer.arm(afterMilliseconds: 1)
                timer.arm(afterMilliseconds: 3_600_000)
                later.arm(afterMilliseconds: 5)
                #expect(timer.isArmed)
            }
            #expect(await rings.first(1) == ["later"])
            await loop.perform {
                timer.disarm()
                #expect(!timer.isArmed)
            }
        }
    }

    @Test func aRepeatingTimerRingsAgainAndAgain() async throws {
        try await withLoop { loop in
            let (rings, continuation) = AsyncStream.makeStream(of: Void.self)
            let timer = LoopTimer(loop: loop) { continuation.yield() }
            await loop.perform { timer.arm(everyMilliseconds: 1) }
            #expect(await rings.first(4).count == 4)
        }
    }

    @Test func aTimerThatNobodyHoldsIsGone() async throws {
        try await withLoop { loop in
            let isGone = Latest(false)
            await loop.perform {
                let held = Witness(isGone)
                let timer = LoopTimer(loop: loop) { held.touch() }
                timer.arm(afterMilliseconds: 3_600_000)
            }
            // Its handle closes in one iteration and is released before the next turn ends.
            for _ in 0..<3 { await loop.perform {} }
            #expect(isGone.value)
        }
    }

    @Test func timersOfAStoppedLoopAreSilent() async throws {
        let loop = try EventLoop.spawn(name: "stopping")
        let rung = Latest(false)
        let timer = LoopTimer(loop: loop) { rung.value = true }
        loop.execute { timer.arm(afterMilliseconds: 3_600_000) }
        loop.stop()
        loop.execute { timer.arm(afterMilliseconds: 0) }
        await loop.waitUntilStopped()
        #expect(!rung.value)
    }
}

private final class Witness: Sendable {
    private let isGone: Latest<Bool>
    init(_ isGone: Latest<Bool>) { self.isGone = isGone }
    deinit { isGone.value = true }
    func touch() {}
}

@Suite struct WorkPoolTests {
    @Test func resultsComeBackOnTheLoop() async throws {
        try await withLoop { loop in
            let (results, continuation) = AsyncStream.makeStream(of: Int.self)
            await loop.perform {
                for number in 0..<100 {
                    loop.pool.run({ loop.isOnLoop ? -1 : number * number }) {
                        continuation.yield(loop.isOnLoop ? $0 : -2)
                    }
                }
            }
            #expect(await results.first(100).sorted() == (0..<100).map { $0 * $0 })
        }
    }

    @Test func workCanBeAwaited() async throws {
        try await withLoop { loop in
            #expect(await loop.pool.run { 6 * 7 } == 42)
        }
    }

    @Test func theLoopGoesOnWhileThePoolWorks() async throws {
        try await withLoop { loop in
            let gate = Gate()
            let (results, continuation) = AsyncStream.makeStream(of: String.self)
            await loop.perform {
                loop.pool.run({ gate.pass() }, then: { continuation.yield("pool") })
            }
            await loop.perform { _ = continuation.yield("loop") }
            gate.open()
            #expect(await results.first(2) == ["loop", "pool"])
        }
    }
}

/// Holds a thread up until it is opened.
private final class Gate: Sendable {
    private let isOpen = Atomic(false)
    func open() { isOpen.store(true, ordering: .releasing) }
    func pass() { while !isOpen.load(ordering: .acquiring) {} }
}

extension AsyncStream {
    /// The first `count` elements.
    func first(_ count: Int) async -> [Element] {
        var found: [Element] = []
        for await element in self {
            found.append(element)
            if found.count == count { break }
        }
        return found
    }
}
