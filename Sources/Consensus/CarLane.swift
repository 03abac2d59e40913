import Cryptography
import Wire

/// One validator's lane as the others see it: the cars above what has been executed, and what this validator has said about them.
///
/// A car is *vetted* when its items are valid and its parent is executed, certified or vetted itself; only a vetted car is acknowledged,
/// and only one at a position. So f + 1 acknowledgements of a car vouch for all before it, and a liar cannot slip an invalid car in
/// below a valid one. A car is *certified* when a proof covers it.
struct CarLane: Sendable {
    private struct Held: Sendable {
        let signed: SignedCar
        var payload: CarPayload
        var isVetted = false
        var isCertified = false
        var isJournaled = false
    }

    /// Executed up to here.
    private(set) var floor = Tip.origin
    /// The highest proof that was seen.
    private(set) var proof: ProofOfAvailability?
    private var held: [Digest: Held] = [:]
    /// Hashes by position, the first that arrived first.
    private var slots: [UInt64: [Digest]] = [:]
    /// Positions of `slots`, ascending.
    private var positions: [UInt64] = []
    /// What was acknowledged, or is about to be: never a second hash for a position.
    private var bound: [UInt64: Digest] = [:]
    private var acks: [UInt64: SignedAck] = [:]
    /// Nothing at positions up to here is acknowledged: it may have been, and forgotten.
    private(set) var silentThrough: UInt64 = 0
    /// Cars that others are to look into, and until when.
    private var left: [Digest: Instant] = [:]
    /// When this validator last acknowledged that the lane begins anew.
    private var lastBeginning: Instant?
    private(set) var bytes = 0
    /// Whether a car may have become ready for its acknowledgement.
    private var isChanged = false { didSet { if isChanged { isGapStale = true } } }
    private var isGapStale = false
    /// The lowest car that is missing below one that is held, when it was last looked for; nil where the lane has no gap.
    private(set) var gap: Tip?
    /// The earliest time at which a car that was sealed in the own clock's future is looked at again.
    private(set) var heldBackUntil: Timestamp?

    /// The highest position that is known to be available.
    var provenPosition: UInt64 { max(floor.position, proof?.position ?? 0) }

    // MARK: Taking in

    func wants(_ signed: SignedCar, window: UInt64) -> Bool {
        if let known = held[signed.hash] { return known.payload == .notInspected && !known.isCertified }
        return fits(signed, window: window)
    }

    /// The highest position that it knows of.
    var highestPosition: UInt64 { max(provenPosition, positions.last ?? 0) }

    /// The car of the highest position that is held.
    var newestCar: SignedCar? { positions.last.flatMap { slots[$0]?.first }.flatMap { held[$0]?.signed } }

    private func fits(_ signed: SignedCar, window: UInt64) -> Bool {
        let header = signed.car.header
        // A lane's next life begins beyond any window.
        let beginning = header.lifeBeginning
        let known = beginning > provenPosition && slots[beginning] != nil ? beginning : provenPosition
        return signed.position > floor.position && (header.isBeginning || signed.position <= known + 2 * window)
            && slots[signed.position, default: []].count < ConsensusLimits.carsPerSlot
            && bytes < ConsensusLimits.laneBytes
    }

    /// Keeps a car from its owner, if there is room. Another car at its position, if one was held before, is returned: evidence.
    mutating func receive(_ signed: SignedCar, payload: CarPayload, window: UInt64) -> SignedCar? {
        guard wants(signed, window: window) else { return nil }
        let rival = slots[signed.position]?.first.flatMap { $0 == signed.hash ? nil : held[$0]?.signed }
        keep(signed, payload: payload)
        return rival
    }

    /// Keeps a car that ordering needs, whatever room there is: the hash that asked for it was certified.
    mutating func keep(_ signed: SignedCar, payload: CarPayload, isJournaled: Bool = false) {
        guard signed.position > floor.position else { return }
        isChanged = true
        if let known = held[signed.hash] {
            if known.payload == .notInspected {
                held[signed.hash]?.payload = payload
                if payload != .notInspected { left[signed.hash] = nil }
            }
            if isJournaled { held[signed.hash]?.isJournaled = true }
            return
        }
        held[signed.hash] = Held(signed: signed, payload: payload, isJournaled: isJournaled)
        bytes += signed.weight
        if slots[signed.position] == nil { insert(position: signed.position) }
        slots[signed.position, default: []].append(signed.hash)
        if proof?.hash == signed.hash || hasCertifiedChild(signed) { certify(from: signed.hash) }
    }

    private func hasCertifiedChild(_ signed: SignedCar) -> Bool {
        (slots[signed.position + 1] ?? []).contains {
            held[$0]?.isCertified == true && held[$0]?.signed.car.header.parent == signed.hash
        }
    }

    private mutating func insert(position: UInt64) {
        var index = positions.count
        while index > 0, positions[index - 1] > position { index -= 1 }
        positions.insert(position, at: index)
    }

    func wants(_ candidate: ProofOfAvailability) -> Bool { candidate.position > provenPosition }

    /// Notes that a car, and everything before it, is available.
    mutating func note(_ candidate: ProofOfAvailability) {
        guard candidate.position > floor.position else { return }
        isChanged = true
        if candidate.position > (proof?.position ?? 0) { proof = candidate }
        certify(from: candidate.hash)
    }

    private mutating func certify(from hash: Digest) {
        var hash = hash
        while let known = held[hash], !known.isCertified {
            held[hash]?.isCertified = true
            left[hash] = nil
            hash = known.signed.car.header.parent
        }
    }

    // MARK: What others look into

    /// Whether a car waits for others to look into it.
    func isLeft(_ hash: Digest) -> Bool { left[hash] != nil }

    /// Leaves a car that is held unread to others until then.
    mutating func leave(_ hash: Digest, until: Instant) {
        if unread(hash) != nil, held[hash]?.isCertified == false { left[hash] = until }
    }

    /// Cars that nobody else has looked into in time, the lowest first.
    mutating func takeLeft(at now: Instant) -> [SignedCar] {
        guard let leftUntil, leftUntil <= now else { return [] }
        let due = left.filter { $0.value <= now }.keys
        for hash in due { left[hash] = nil }
        return due.compactMap(unread).sorted { ($0.position, $0.hash) < ($1.position, $1.hash) }
    }

    /// When the next car that was left to others is looked into here.
    var leftUntil: Instant? { left.isEmpty ? nil : left.values.min() }

    /// A car above the floor that nobody here has looked into.
    func unread(_ hash: Digest) -> SignedCar? {
        held[hash].flatMap { $0.payload == .notInspected ? $0.signed : nil }
    }

    // MARK: Acknowledging

    /// Cars to acknowledge now, the lowest first, and before them those that would be if the position allowed it: who acknowledges a car vouches
    /// for its lane's history, and must hold it. They are bound: nothing else at their positions ever will be.
    mutating func takeAcknowledgeable(at now: Moment, _ settings: ConsensusSettings) -> [SignedCar] {
        guard isChanged || heldBackUntil.map({ $0 <= now.timestamp }) ?? false else { return [] }
        isChanged = false
        heldBackUntil = nil
        var ready: [SignedCar] = []
        for position in positions {
            for hash in slots[position] ?? [] where vet(hash, at: now, settings) && mayBind(position, hash, settings) {
                guard let known = held[hash], !known.isCertified else { continue }
                if known.signed.car.header.isBeginning { lastBeginning = now.instant }
                bound[position] = hash
                ready.append(known.signed)
            }
        }
        return ready
    }

    /// What the journal needs before an acknowledgement of `car`, the lowest first: the car, and those below it that it lacks. Where the lane has
    /// forked, a car there need not have been acknowledged itself. Below one that is in the journal nothing is missing: it came there with what is
    /// below it, or under a proof, whose signers hold that.
    func unjournaled(through car: SignedCar) -> [SignedCar] {
        var needed = [car]
        var next = car.car.header
        while !next.isBeginning, let known = held[next.parent], !known.isJournaled, !known.isCertified {
            needed.append(known.signed)
            next = known.signed.car.header
        }
        return needed.reversed()
    }

    private func mayBind(_ position: UInt64, _ hash: Digest, _ settings: ConsensusSettings) -> Bool {
        bound[position] == nil || settings.planted == .secondAck && bound[position] != hash
    }

    private mutating func vet(_ hash: Digest, at now: Moment, _ settings: ConsensusSettings) -> Bool {
        guard let known = held[hash], known.payload == .valid else { return false }
        let header = known.signed.car.header
        guard
            known.isVetted || header.isBeginning || isSound(header.parent, at: header.position - 1)
                || settings.planted == .uncheckedAncestors
        else { return false }
        // Never refused for age, but not believed before its time: see "log time".
        let earliest = max(
            header.sealedAt - settings.carClockTolerance, now.timestamp + restLeft(before: header, at: now, settings))
        if !known.isVetted, earliest > now.timestamp {
            heldBackUntil = min(heldBackUntil ?? earliest, earliest)
            return false
        }
        held[hash]?.isVetted = true
        return true
    }

    /// How long the lane must rest before it may begin anew with this car.
    private func restLeft(before header: CarHeader, at now: Moment, _ settings: ConsensusSettings) -> UInt64 {
        guard header.isBeginning, let lastBeginning else { return 0 }
        let rested = lastBeginning + settings.laneRest
        return rested.milliseconds - min(rested, now.instant).milliseconds
    }

    private func isSound(_ hash: Digest, at position: UInt64) -> Bool {
        if hash == floor.hash, position == floor.position { return true }
        if let proof, proof.hash == hash, proof.position == position { return true }
        guard let known = held[hash], known.signed.position == position else { return false }
        return known.isVetted || known.isCertified
    }

    mutating func acknowledgeOnly(above position: UInt64) { silentThrough = max(silentThrough, position) }

    func mayAcknowledge(at position: UInt64) -> Bool { position > silentThrough }

    /// Binds a position as the journal says.
    mutating func bind(_ ack: Ack) -> Bool {
        guard ack.position > floor.position else { return true }
        guard bound[ack.position] ?? ack.hash == ack.hash else { return false }
        bound[ack.position] = ack.hash
        if held[ack.hash]?.payload == .notInspected { held[ack.hash]?.payload = .valid }
        held[ack.hash]?.isVetted = true
        return true
    }

    /// Keeps an own acknowledgement, to be sent again as it is.
    mutating func remember(_ ack: SignedAck) {
        if ack.ack.position > floor.position { acks[ack.ack.position] = ack }
    }

    func ack(for car: SignedCar) -> SignedAck? {
        acks[car.position].flatMap { $0.ack.hash == car.hash ? $0 : nil }
    }

    func ack(at position: UInt64) -> SignedAck? { acks[position] }

    // MARK: Optimistic tips

    /// What this validator can say of a car that a block orders without a proof.
    enum Standing: Equatable, Sendable {
        /// It holds the car, and has acknowledged it or knows its proof.
        case vouched
        /// It never will: the car is invalid, or another stands in its place.
        case wrong
        /// It holds the car and has not looked into it.
        case unread
        /// It may be able to later.
        case waiting
        /// It does not hold the car.
        case absent
    }

    func standing(of tip: Tip) -> Standing {
        guard let known = held[tip.hash] else {
            let isTaken = slots[tip.position, default: []].count >= ConsensusLimits.carsPerSlot
            return isTaken || bound[tip.position] != nil ? .wrong : .absent
        }
        guard known.signed.position == tip.position, known.payload != .invalid else { return .wrong }
        if known.isCertified { return .vouched }
        if let hash = bound[tip.position] {
            guard hash == tip.hash else { return .wrong }
            return mayAcknowledge(at: tip.position) ? .vouched : .waiting
        }
        return known.payload == .notInspected ? .unread : .waiting
    }

    /// A car that is held where `tip` would stand.
    func rival(of tip: Tip) -> SignedCar? {
        slots[tip.position, default: []].lazy.filter { $0 != tip.hash }.compactMap { held[$0]?.signed }.first
    }

    /// The acknowledgement of the car right above `base`, made or about to be.
    func acknowledged(above base: Tip) -> Ack? {
        let position = base.position + 1
        guard let hash = bound[position], mayAcknowledge(at: position), let known = held[hash],
            known.signed.car.header.parent == base.hash
        else { return nil }
        return Ack(known.signed.car)
    }

    // MARK: Summing up

    /// What the journal must keep of the lane: cars that it has, the lowest first, with whether this validator knows their items to be valid; and the
    /// own acknowledgements of any above the floor.
    var summary: (cars: [(signed: SignedCar, isValid: Bool)], acks: [SignedAck]) {
        let cars = positions.flatMap { slots[$0] ?? [] }.compactMap { held[$0] }.filter(\.isJournaled)
        return (cars.map { ($0.signed, $0.payload == .valid) }, acks.sorted { $0.key < $1.key }.map(\.value))
    }

    // MARK: Looking up

    func car(_ hash: Digest) -> SignedCar? { held[hash]?.signed }

    func isJournaled(_ hash: Digest) -> Bool { held[hash]?.isJournaled ?? false }

    mutating func setJournaled(_ hash: Digest) { held[hash]?.isJournaled = true }

    /// Looks for a gap, if something has changed since the last look.
    mutating func lookForGap() {
        guard isGapStale else { return }
        isGapStale = false
        gap = lowestMissing
    }

    private var lowestMissing: Tip? {
        for position in positions where position > floor.position + 1 {
            for hash in slots[position] ?? [] {
                guard let header = held[hash]?.signed.car.header, held[hash]?.isCertified == false, !header.isBeginning
                else { continue }
                if held[header.parent] == nil, proof?.hash != header.parent {
                    return Tip(position: position - 1, hash: header.parent)
                }
            }
        }
        return nil
    }

    /// The cars from `tip` down to `base`, or the first that is missing. What does not arrive at `base` is void.
    func segment(from tip: Tip, to base: Tip) -> Result<Segment, MissingCar> {
        var cars: [SignedCar] = []
        var next = tip
        while next.position > base.position {
            guard let known = held[next.hash]?.signed else { return .failure(MissingCar(tip: next)) }
            cars.append(known)
            // Whoever acknowledged the tip has compared every position, so a wrong one means that more than f lied.
            guard known.position == next.position else { return .success(Segment(cars: cars.reversed(), isVoid: true)) }
            // Whatever the owner's earlier life left unordered is given up.
            if known.car.header.isBeginning { return .success(Segment(cars: cars.reversed())) }
            next = Tip(position: next.position - 1, hash: known.car.header.parent)
        }
        return .success(Segment(cars: cars.reversed(), isVoid: next.hash != base.hash))
    }

    // MARK: Execution

    /// Everything up to `tip` is executed: cars there, forks too, are needed no more.
    mutating func execute(through tip: Tip) {
        floor = tip
        isChanged = true
        while let position = positions.first, position <= tip.position {
            positions.removeFirst()
            for hash in slots.removeValue(forKey: position) ?? [] {
                bytes -= held.removeValue(forKey: hash)?.signed.weight ?? 0
                left[hash] = nil
            }
        }
        bound = bound.filter { $0.key > tip.position }
        acks = acks.filter { $0.key > tip.position }
        if let proof, proof.position <= tip.position { self.proof = nil }
    }
}

/// The car that a lane's segment cannot do without.
struct MissingCar: Error, Equatable, Sendable {
    let tip: Tip
}
