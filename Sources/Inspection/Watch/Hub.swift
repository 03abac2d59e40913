import Hazards
import Replica

/// Hands the validator's notices on to everybody who watches.
///
/// One task takes the stream of notices and publishes each; a watcher has an outbox that is never longer than its bound and a bell, an
/// `AsyncStream` of at most one stroke, that says that something waits. Publishing writes to no socket and waits for nobody, so the
/// slowest browser delays neither the others nor the validator.
actor Hub {
    /// A watcher's place: its number and the bell that rings when something waits for it.
    struct Seat: Sendable {
        let number: UInt64
        let bell: AsyncStream<Void>
    }

    private struct Watcher {
        var outbox = Outbox()
        var takenAt: UInt64
        let ring: AsyncStream<Void>.Continuation
        let disconnect: @Sendable () -> Void
    }

    private(set) var present: Present
    private(set) var noticesTaken: UInt64 = 0
    private(set) var watchersRefused: UInt64 = 0
    private var watchers: [UInt64: Watcher] = [:]
    private var lastNumber: UInt64 = 0

    /// A hub at the state in which the validator started.
    init(hazards: [Hazard], learning: [LearningState] = []) {
        present = Present(hazards: hazards, learning: learning)
    }

    /// How many watch.
    var watcherCount: Int { watchers.count }

    /// Whether another may watch; who may not is counted.
    func hasRoom() -> Bool {
        let hasRoom = watchers.count < InspectionLimits.watchers
        if !hasRoom { watchersRefused += 1 }
        return hasRoom
    }

    /// Takes a notice in and lets it wait for every watcher.
    func publish(_ notice: Notice, now: UInt64) {
        noticesTaken += 1
        present.apply(notice, now: now)
        for number in watchers.keys {
            watchers[number]?.outbox.add(notice)
            watchers[number]?.ring.yield()
        }
    }

    /// A place for another watcher, whose bell has rung already; nil where there is no room. `disconnect` ends its connection.
    func join(now: UInt64, disconnect: @escaping @Sendable () -> Void) -> Seat? {
        guard hasRoom() else { return nil }
        let (bell, ring) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        lastNumber += 1
        watchers[lastNumber] = Watcher(takenAt: now, ring: ring, disconnect: disconnect)
        ring.yield()
        return Seat(number: lastNumber, bell: bell)
    }

    /// Takes what waits for a watcher: nothing where its bell rang for the heartbeat.
    func take(_ number: UInt64, now: UInt64) -> Outbox.Batch {
        watchers[number]?.takenAt = now
        return watchers[number]?.outbox.take(from: present) ?? Outbox.Batch()
    }

    /// Gives a watcher's place up.
    func leave(_ number: UInt64) {
        watchers.removeValue(forKey: number)?.ring.finish()
    }

    /// Forgets what is old, rings every bell so that an idle connection shows whether it lives, and disconnects watchers that have not
    /// answered the bell for long: those whose connection takes no more bytes.
    func beat(now: UInt64) {
        present.forget(now: now)
        for (number, watcher) in watchers {
            watcher.ring.yield()
            guard watcher.takenAt + InspectionLimits.stalledMilliseconds <= now else { continue }
            watcher.disconnect()
            leave(number)
        }
    }
}
