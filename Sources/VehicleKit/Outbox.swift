import Cryptography
import DequeModule
import Telemetry
import Wire

/// The reports of a vehicle that are not yet known to stand in the log.
///
/// The rules, which make that each report ends in the log once, whatever happens on the way:
///
///  1. A report keeps its number, its observations and its salt until it leaves the outbox.
///  2. Where a connection ends, what it carried unanswered is sent again on the next one, as the same bytes.
///  3. What was signed 30 s ago is signed again with the present time before it is sent again, since validators refuse
///     old times; and at once where a gateway calls the time stale. The log takes whichever signing comes first, and
///     answers for the others with the first one's receipt: a receipt may therefore be for any signing that was ever
///     sent.
///  4. A report leaves by a valid receipt, by a refusal that nothing can be done about, when its oldest observation is
///     a day old, or, the oldest first, where there are more than the bound.
struct Outbox: Sendable {
    /// A report on its way.
    struct Item: Sendable {
        let sequence: UInt64
        let observations: [Observation]
        let mapDigest: Digest?
        let salt: [UInt8]
        let submitted: Moment
        /// The last signing.
        var signed: Signed<Report>?
        /// What the log may hold of it, the newest signing last.
        var commitments: [Digest] = []
        /// The names of the signings whose commitments those are.
        var digests: [Digest] = []
        var failures = 0
        var state = State.waiting(until: Instant(milliseconds: 0))

        /// When the first of its observations was made.
        var oldestObservation: Timestamp { observations.map(\.time).min() ?? submitted.timestamp }
    }

    enum State: Hashable, Sendable {
        case waiting(until: Instant)
        case sent(at: Instant)
    }

    /// A report to be sent now.
    struct Dispatch: Sendable {
        let sequence: UInt64
        let signed: Signed<Report>
        let digest: Digest
        /// Whether it was signed just now although it had been signed before.
        let isSignedAgain: Bool
    }

    private let limit: Int
    private let signAgainMilliseconds: UInt64
    private var items: Deque<Item> = []
    private var sequences: [Digest: UInt64] = [:]
    private var nextSequence: UInt64

    /// An outbox for `limit` reports whose numbers begin at `firstSequence`.
    init(
        firstSequence: UInt64, limit: Int = 256, signAgainMilliseconds: UInt64 = 30_000
    ) {
        precondition((1...VehicleLimits.outboxReports).contains(limit), "an outbox lies inside the replay window")
        precondition(firstSequence > 0, "numbers begin at 1")
        self.limit = limit
        self.signAgainMilliseconds = signAgainMilliseconds
        nextSequence = firstSequence
    }

    /// How many reports wait for their receipt.
    var count: Int { items.count }

    /// Takes a report; where that makes one too many, the oldest gives way and is returned. `observations` are one to
    /// 64, and `salt` 32 random bytes.
    mutating func add(
        _ observations: [Observation], mapDigest: Digest?, salt: [UInt8], now: Moment
    ) -> (sequence: UInt64, displaced: Item?) {
        precondition(TelemetryLimits.observations.contains(observations.count), "a report has 1 to 64 observations")
        precondition(salt.count == TelemetryLimits.saltBytes, "a salt has 32 bytes")
        let displaced = items.count == limit ? remove(at: 0) : nil
        let sequence = nextSequence
        nextSequence += 1
        items.append(
            Item(
                sequence: sequence, observations: observations, mapDigest: mapDigest, salt: salt, submitted: now))
        return (sequence, displaced)
    }

    /// The oldest report that is due: it counts as sent from now on. Nil where none is.
    mutating func next(now: Moment, identity: VehicleIdentity) -> Dispatch? {
        guard let index = items.firstIndex(where: { isDue($0, now: now) }) else { return nil }
        let wasSigned = items[index].signed != nil
        let signed: Signed<Report>
        let isFresh: Bool
        if let old = items[index].signed, !isOld(old, now: now) {
            (signed, isFresh) = (old, false)
        } else {
            (signed, isFresh) = (sign(at: index, now: now, identity: identity), true)
        }
        items[index].state = .sent(at: now.instant)
        return Dispatch(
            sequence: items[index].sequence, signed: signed, digest: Digest.sha256(signed.bytes),
            isSignedAgain: isFresh && wasSigned)
    }

    private func isDue(_ item: Item, now: Moment) -> Bool {
        switch item.state {
        case .waiting(let until): until <= now.instant
        case .sent: item.signed.map { isOld($0, now: now) } ?? true
        }
    }

    private func isOld(_ signed: Signed<Report>, now: Moment) -> Bool {
        signed.value.time + signAgainMilliseconds <= now.timestamp
    }

    private mutating func sign(at index: Int, now: Moment, identity: VehicleIdentity) -> Signed<Report> {
        let item = items[index]
        // A report is never older than what it reports, whatever the clock was set to meanwhile.
        let time = max(now.timestamp, item.observations.map(\.time).max() ?? now.timestamp)
        let signed = identity.sign(
            Report(
                certificateDigest: identity.certificateDigest, sequence: item.sequence, time: time, salt: item.salt,
                mapDigest: item.mapDigest, observations: item.observations))
        let digest = Digest.sha256(signed.bytes)
        items[index].signed = signed
        guard sequences.updateValue(item.sequence, forKey: digest) == nil else { return signed }
        items[index].digests.append(digest)
        items[index].commitments.append(HMACSHA256.authenticate(key: item.salt, signed.bytes))
        if items[index].digests.count > VehicleLimits.versionsPerReport {
            sequences[items[index].digests.removeFirst()] = nil
            items[index].commitments.removeFirst()
        }
        return signed
    }
}

/// What answers do to it.
extension Outbox {
    /// The report of which `digest` names a signing.
    func item(_ digest: Digest) -> Item? {
        index(of: digest).map { items[$0] }
    }

    /// Drops the report of which `digest` names a signing: it stands in the log, or never will.
    @discardableResult
    mutating func remove(_ digest: Digest) -> Item? {
        index(of: digest).map { remove(at: $0) }
    }

    /// Sends the report again after a while: the gateway had no room.
    mutating func postpone(_ digest: Digest, until: Instant) {
        guard let index = index(of: digest) else { return }
        items[index].failures += 1
        items[index].state = .waiting(until: until)
    }

    /// Signs the report again and sends it after a while: its time was refused.
    mutating func renew(_ digest: Digest, until: Instant) {
        postpone(digest, until: until)
        guard let index = index(of: digest) else { return }
        items[index].signed = nil
    }

    /// What was sent and not answered is due again: its connection has gone.
    mutating func connectionEnded(now: Instant) {
        for index in items.indices {
            if case .sent = items[index].state { items[index].state = .waiting(until: now) }
        }
    }

    /// Drops reports whose oldest observation is too old for any validator.
    mutating func expire(now: Timestamp) -> [Item] {
        let horizon = now - TelemetryLimits.observationAgeMilliseconds
        var expired: [Item] = []
        for index in items.indices.reversed() where items[index].oldestObservation < horizon {
            expired.append(remove(at: index))
        }
        return expired.reversed()
    }

    /// When the report was sent that has waited longest for an answer on this connection.
    var oldestSent: Instant? {
        items.compactMap { if case .sent(let instant) = $0.state { instant } else { nil } }.min()
    }

    private func index(of digest: Digest) -> Int? {
        guard let sequence = sequences[digest] else { return nil }
        return items.firstIndex { $0.sequence == sequence }
    }

    private mutating func remove(at index: Int) -> Item {
        let item = items.remove(at: index)
        for digest in item.digests { sequences[digest] = nil }
        return item
    }
}
