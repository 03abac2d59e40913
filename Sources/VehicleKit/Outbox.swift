import Cryptography
import DequeModule
import Telemetry
import Wire

/// What a vehicle wants to stand in the log and does not yet know to: its reports, its updates.
///
/// The rules, which make that each ends in the log once, whatever happens on the way:
///
///  1. An item keeps its number, its content and its salt until it leaves the outbox.
///  2. Where a connection ends, what it carried unanswered is sent again on the next one, as the same bytes.
///  3. What was signed 30 s ago is signed again with the present time before it is sent again, since validators refuse
///     old times; and at once where a gateway calls the time stale. The log takes whichever signing comes first, and
///     answers for the others with the first one's receipt: a receipt may therefore be for any signing that was ever
///     sent.
///  4. An item leaves by a valid receipt, by a refusal that nothing can be done about, when it has grown too old to be
///     taken, or, the oldest first, where there are more than the bound.
struct Outbox<Content: Draft>: Sendable {
    /// A draft on its way.
    struct Item: Sendable {
        let sequence: UInt64
        let draft: Content
        let salt: [UInt8]
        let submitted: Moment
        /// The last signing.
        var signed: Signed<Content.Message>?
        /// What the log may hold of it, the newest signing last.
        var commitments: [Digest] = []
        /// The names of the signings whose commitments those are.
        var digests: [Digest] = []
        var failures = 0
        var state = OutboxState.waiting(until: Instant(milliseconds: 0))
    }

    /// A signing to be sent now.
    struct Dispatch: Sendable {
        let sequence: UInt64
        let signed: Signed<Content.Message>
        let digest: Digest
        /// Whether it was signed just now although it had been signed before.
        let isSignedAgain: Bool
    }

    private let limit: Int
    private let signAgainMilliseconds: UInt64
    private(set) var items: Deque<Item> = []
    private var sequences: [Digest: UInt64] = [:]
    private var nextSequence: UInt64

    /// An outbox for `limit` items whose numbers begin at `firstSequence`.
    init(
        firstSequence: UInt64, limit: Int = 256, signAgainMilliseconds: UInt64 = 30_000
    ) {
        precondition((1...VehicleLimits.outboxReports).contains(limit), "an outbox lies inside the replay window")
        precondition(firstSequence > 0, "numbers begin at 1")
        self.limit = limit
        self.signAgainMilliseconds = signAgainMilliseconds
        nextSequence = firstSequence
    }

    /// How many wait for their receipt.
    var count: Int { items.count }

    /// Takes a draft; where that makes one too many, the oldest item gives way and is returned. `salt` is 32 random
    /// bytes.
    mutating func add(_ draft: Content, salt: [UInt8], now: Moment) -> (sequence: UInt64, displaced: Item?) {
        precondition(salt.count == TelemetryLimits.saltBytes, "a salt has 32 bytes")
        let displaced = items.count == limit ? remove(at: 0) : nil
        let sequence = nextSequence
        nextSequence += 1
        items.append(Item(sequence: sequence, draft: draft, salt: salt, submitted: now))
        return (sequence, displaced)
    }

    /// The oldest item that is due: it counts as sent from now on. Nil where none is.
    mutating func next(now: Moment, identity: VehicleIdentity) -> Dispatch? {
        guard let index = items.firstIndex(where: { isDue($0, now: now) }) else { return nil }
        let wasSigned = !items[index].digests.isEmpty
        let signed: Signed<Content.Message>
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

    private func isOld(_ signed: Signed<Content.Message>, now: Moment) -> Bool {
        signed.value.time + signAgainMilliseconds <= now.timestamp
    }

    private mutating func sign(at index: Int, now: Moment, identity: VehicleIdentity) -> Signed<Content.Message> {
        let item = items[index]
        let signed = identity.sign(
            item.draft.message(
                certificate: identity.certificateDigest, sequence: item.sequence, time: now.timestamp, salt: item.salt))
        let digest = Digest.sha256(signed.bytes)
        items[index].signed = signed
        guard sequences.updateValue(item.sequence, forKey: digest) == nil else { return signed }
        items[index].digests.append(digest)
        items[index].commitments.append(HMACSHA256.authenticate(key: item.salt, signed.bytes))
        if items[index].digests.count > VehicleLimits.signingsPerReport {
            sequences[items[index].digests.removeFirst()] = nil
            items[index].commitments.removeFirst()
        }
        return signed
    }
}

/// Where an item of an outbox is.
enum OutboxState: Hashable, Sendable {
    case waiting(until: Instant)
    case sent(at: Instant)
}

/// What answers do to it.
extension Outbox {
    /// The item of which `digest` names a signing.
    func item(_ digest: Digest) -> Item? {
        index(of: digest).map { items[$0] }
    }

    /// Drops the item of which `digest` names a signing: it stands in the log, or never will.
    @discardableResult
    mutating func remove(_ digest: Digest) -> Item? {
        index(of: digest).map { remove(at: $0) }
    }

    /// Sends the item again after a while: the gateway had no room.
    mutating func postpone(_ digest: Digest, until: Instant) {
        guard let index = index(of: digest) else { return }
        items[index].failures += 1
        items[index].state = .waiting(until: until)
    }

    /// Signs the item again and sends it after a while: its time was refused.
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

    /// When the item was sent that has waited longest for an answer on this connection.
    var oldestSent: Instant? {
        items.compactMap { if case .sent(let instant) = $0.state { instant } else { nil } }.min()
    }

    /// Drops the items for which the condition holds, and returns them, the oldest first.
    mutating func remove(where condition: (Item) -> Bool) -> [Item] {
        var removed: [Item] = []
        for index in items.indices.reversed() where condition(items[index]) { removed.append(remove(at: index)) }
        return removed.reversed()
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
