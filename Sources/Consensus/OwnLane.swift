import Cryptography
import DequeModule
import Wire

/// The owner's end of a lane: gathers items into cars, and acknowledgements into proofs.
struct OwnLane: Sendable {
    /// A sealed car that has no proof yet.
    struct Outgoing: Sendable {
        let car: Car
        /// Nil until the car is durable; before that nobody else has seen it.
        var signature: Signature?
        var acks: [ValidatorIndex: Signature] = [:]
        var lastSent: Instant?
    }

    /// A new proof, and the cars that it covers: its own and all before it, for whoever acknowledges a car has vetted its ancestors.
    struct Attestation: Sendable {
        let proof: ProofOfAvailability
        let cars: [Car]
    }

    /// What was submitted together and goes into one car together.
    private struct Submission: Sendable {
        let items: [[UInt8]]
        let submittedAt: Moment
    }

    private var pending: Deque<Submission> = []
    private var pendingItems = 0
    private(set) var pendingBytes = 0
    private var waitingSince: Instant?
    /// The last sealed car.
    private(set) var tip = Tip.origin
    private(set) var outgoing: Deque<Outgoing> = []
    /// Whether acknowledgements made a proof that nobody else knows yet.
    var isProofNew = false

    /// Takes items to be sealed: those of one call into the same car, in their order, and none twice into one car.
    mutating func submit(_ items: [[UInt8]], at now: Moment) {
        precondition(Self.weight(items) <= ConsensusLimits.itemBytes, "the shell splits what is larger than an item")
        precondition(items.count <= ConsensusLimits.itemsPerSubmission, "a submission fits into a car")
        guard !items.isEmpty else { return }
        pending.append(Submission(items: items, submittedAt: now))
        pendingItems += items.count
        pendingBytes += Self.weight(items)
        if waitingSince == nil { waitingSince = now.instant }
    }

    /// When the oldest submission has waited too long; nil where none waits.
    func expiry(_ settings: ConsensusSettings) -> Instant? {
        pending.first.map { $0.submittedAt.instant + settings.submissionPatience + 1 }
    }

    /// Gives back what has waited too long to be sealed. Items are valid for the time at which their car is sealed, so a car of old ones
    /// would be refused by everybody and end the lane. A clock that was set meanwhile counts like waiting.
    mutating func takeExpired(at now: Moment, _ settings: ConsensusSettings) -> [[UInt8]] {
        var expired: [[UInt8]] = []
        while let first = pending.first, hasExpired(first, at: now, settings.submissionPatience) {
            pending.removeFirst()
            pendingItems -= first.items.count
            pendingBytes -= Self.weight(first.items)
            expired += first.items
        }
        if pending.isEmpty { waitingSince = nil }
        return expired
    }

    private func hasExpired(_ submission: Submission, at now: Moment, _ patience: UInt64) -> Bool {
        let (then, today) = (submission.submittedAt.timestamp, now.timestamp)
        return submission.submittedAt.instant + patience < now.instant || then + patience < today
            || today + patience < then
    }

    /// Cars of the lane's present life above `floor`.
    func carsUnordered(above floor: UInt64) -> UInt64 {
        tip.position - min(max(floor, CarHeader.lifeBeginning(of: tip.position)), tip.position)
    }

    /// When the waiting items are sealed for the sake of time; nil where there are none. At once where no car is on its way: the next ones
    /// gather while that one is.
    func sealDeadline(_ settings: ConsensusSettings) -> Instant? {
        waitingSince.map { outgoing.isEmpty ? $0 : $0 + settings.carDelay }
    }

    /// Whether a car is to be sealed now: enough waits, or it has waited long enough.
    func isSealDue(at now: Instant, _ settings: ConsensusSettings) -> Bool {
        guard let deadline = sealDeadline(settings) else { return false }
        return pendingBytes >= settings.carSealBytes || now >= deadline || pendingItems >= ConsensusLimits.itemsPerCar
    }

    /// Seals the next car of what waits. Its position is taken, whatever happens next.
    mutating func seal(epoch: UInt64, lane: ValidatorIndex, at now: Moment, limitBytes: Int) -> Car {
        let car = Car(
            epoch: epoch, lane: lane, after: tip, items: takeItems(limitBytes: limitBytes), sealedAt: now.timestamp)
        tip = Tip(position: car.position, hash: car.hash)
        outgoing.append(Outgoing(car: car))
        waitingSince = pending.isEmpty ? nil : now.instant
        return car
    }

    private mutating func takeItems(limitBytes: Int) -> [[UInt8]] {
        var items: [[UInt8]] = []
        var taken: Set<Item> = []
        var bytes = 0
        while let next = pending.first {
            let new = next.items.filter { !taken.contains(Item(bytes: $0)) }
            let fits =
                items.count + new.count <= ConsensusLimits.itemsPerCar
                && bytes + Self.weight(new) <= min(limitBytes, ConsensusLimits.carBytes)
            guard items.isEmpty || fits else { break }
            for item in new where taken.insert(Item(bytes: item)).inserted { items.append(item) }
            bytes += Self.weight(new)
            pending.removeFirst()
            pendingItems -= next.items.count
            pendingBytes -= Self.weight(next.items)
        }
        return items
    }

    /// An item that is told apart by its ends first: what follows a common head, or a signature, differs there.
    private struct Item: Hashable {
        let bytes: [UInt8]

        func hash(into hasher: inout Hasher) {
            hasher.combine(bytes.count)
            for byte in bytes.suffix(16) { hasher.combine(byte) }
            for byte in bytes.prefix(16) { hasher.combine(byte) }
        }
    }

    private static func weight(_ items: [[UInt8]]) -> Int { items.reduce(0) { $0 + $1.count } }

    /// The car is durable and on its way.
    mutating func sent(_ car: Car, signature: Signature, at now: Instant) {
        guard let index = index(of: car.position) else { return }
        outgoing[index].signature = signature
        outgoing[index].lastSent = now
    }

    /// The first car of another life. What has no proof yet is given up.
    mutating func begin(life: UInt64, epoch: UInt64, lane: ValidatorIndex, at now: Timestamp) -> Car {
        let before = Tip(position: life << CarHeader.incarnationShift - 1, hash: .zero)
        let car = Car(epoch: epoch, lane: lane, after: before, items: [], sealedAt: now)
        tip = Tip(position: car.position, hash: car.hash)
        outgoing = [Outgoing(car: car)]
        return car
    }

    /// The lane goes on after `ordered`, up to which it is executed.
    mutating func begin(after ordered: Tip) { tip = ordered }

    /// A car of the journal: as if it had been sealed and sent, but not lately.
    mutating func restore(_ car: Car, signature: Signature) -> Bool {
        if car.header.isBeginning, car.position > tip.position {
            outgoing.removeAll()
        } else {
            guard car.position == tip.position + 1, car.header.parent == tip.hash else { return false }
        }
        tip = Tip(position: car.position, hash: car.hash)
        outgoing.append(Outgoing(car: car, signature: signature))
        return true
    }

    /// Cars whose own acknowledgement was torn off the journal's end.
    func unacknowledged(by me: ValidatorIndex) -> [Car] {
        outgoing.filter { $0.acks[me] == nil }.map(\.car)
    }

    /// Whether an acknowledgement adds something.
    func wants(_ ack: SignedAck) -> Bool {
        guard let index = index(of: ack.ack.position) else { return false }
        return outgoing[index].car.hash == ack.ack.hash && outgoing[index].acks[ack.signer] == nil
    }

    /// Counts an acknowledgement; the proof, if it is complete with it. The own one counts once it is durable, and so the car too.
    mutating func count(_ ack: SignedAck, attesters: Int) -> Attestation? {
        guard wants(ack), let index = index(of: ack.ack.position) else { return nil }
        outgoing[index].acks[ack.signer] = ack.signature
        guard outgoing[index].acks.count >= attesters else { return nil }
        let proof = ProofOfAvailability(ack: ack.ack, signatures: SignatureSet(outgoing[index].acks))
        let cars = outgoing.prefix(index + 1).map(\.car)
        outgoing.removeFirst(index + 1)
        return Attestation(proof: proof, cars: cars)
    }

    /// The highest car that has no proof yet and stands at most `limit` places above `base`, which its lane must lead down to.
    func newest(above base: Tip, atMost limit: UInt64) -> Car? {
        guard let lowest = index(of: base.position + 1), outgoing[lowest].car.header.parent == base.hash else {
            return nil
        }
        return outgoing[min(lowest + Int(limit), outgoing.count) - 1].car
    }

    /// Whether the car is one of its own without a proof, and durable.
    func hasSent(_ tip: Tip) -> Bool {
        index(of: tip.position).map { outgoing[$0].car.hash == tip.hash && outgoing[$0].signature != nil } ?? false
    }

    /// Drops what a proof that others made, or execution, has overtaken.
    mutating func forget(through position: UInt64) {
        while let first = outgoing.first, first.car.position <= position { outgoing.removeFirst() }
    }

    /// Cars without a proof that were last sent `period` ago, and the members that have not acknowledged them.
    mutating func resend(
        at now: Instant, period: UInt64, members: Range<ValidatorIndex>
    ) -> [(car: SignedCar, to: [ValidatorIndex])] {
        var due: [(car: SignedCar, to: [ValidatorIndex])] = []
        var bytes = 0
        for index in outgoing.indices {
            let entry = outgoing[index]
            guard let signature = entry.signature, isDue(entry, at: now, period: period) else { continue }
            outgoing[index].lastSent = now
            // The first ones only: what comes after them is acknowledged after them.
            guard bytes < ConsensusLimits.resentBytes else { continue }
            bytes += Int(entry.car.header.byteCount)
            due.append((SignedCar(car: entry.car, signature: signature), members.filter { entry.acks[$0] == nil }))
        }
        return due
    }

    /// When the next car is sent again.
    func resendDeadline(period: UInt64) -> Instant? {
        outgoing.lazy.filter { $0.signature != nil }
            .map { ($0.lastSent ?? Instant(milliseconds: 0)) + period }.min()
    }

    private func isDue(_ entry: Outgoing, at now: Instant, period: UInt64) -> Bool {
        guard let lastSent = entry.lastSent else { return true }
        return now >= lastSent + period
    }

    private func index(of position: UInt64) -> Int? {
        guard let first = outgoing.first?.car.position, position >= first else { return nil }
        let index = Int(position - first)
        return index < outgoing.count ? index : nil
    }
}
