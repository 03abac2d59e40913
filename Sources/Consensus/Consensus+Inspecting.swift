import Cryptography
import Wire

/// Who looks into others' cars.
///
/// f + 1 acknowledgements make a proof, one of them the owner's. As long as there is little to do everybody inspects everything, and the fastest make
/// it. Where items are many, each costs a signature check, and n - f - 1 of the checks prove nothing more: then the members after the owner take
/// turns, f at a time and W positions long (so that who acknowledges a car has mostly vetted the one before it). The others keep the car
/// unread. Where its proof does not come, the next f look into it, and so on; a member that has not voted lately is passed over. Which of
/// the two holds, and whose turn it is, each decides alone: it is never a reason to refuse anything.
///
/// What is left unread is sampled: about one car of a hundred is inspected after its proof has come, and where it is found invalid, those who
/// acknowledged it are convicted with its owner. Nobody can tell which, for the sample depends on a number that each chooses and keeps.
extension Consensus {
    /// Whether the items of a car from its owner are left to others for now.
    func leavesItems(of signed: SignedCar) -> Bool {
        guard isRotating, committee.contains(signed.lane), signed.lane != me, !signed.car.items.isEmpty else {
            return false
        }
        return turnsBefore(signed.car.header) > 0
    }

    var isRotating: Bool {
        committee.f > 0 && (settings.itemsReadByAll == 0 || clock.instant < rotatesUntil)
    }

    /// Counts what others' cars carry, a second at a time.
    mutating func noteItems(_ count: Int) {
        let second = clock.instant.milliseconds / 1000
        if itemsSeen.second != second { itemsSeen = (second, 0) }
        itemsSeen.count += count
        if itemsSeen.count > settings.itemsReadByAll {
            rotatesUntil = clock.instant + ConsensusLimits.rotationMilliseconds
        }
    }

    /// How many groups of f present members come before this one.
    private func turnsBefore(_ header: CarHeader) -> Int {
        let others = committee.n - 1
        let place = (me - header.lane - 1 + committee.n) % committee.n
        let first = Int(header.position / max(settings.laneWindow, 1) % UInt64(others))
        let steps = (place - first + others) % others
        let present = (0..<steps).count { step in
            let member = (header.lane + 1 + (first + step) % others) % committee.n
            return hasVoted(member, inLast: ConsensusLimits.viewsPresent)
        }
        return present / committee.f
    }

    /// Keeps in mind a car that came unread: when it is this validator's turn to look into it.
    mutating func leave(_ signed: SignedCar) {
        guard !lanes[signed.lane].isLeft(signed.hash), !lacks(.noStandIn) else { return }
        let turns = UInt64(max(1, turnsBefore(signed.car.header)))
        lanes[signed.lane].leave(signed.hash, until: clock.instant + turns * settings.attestPatience)
    }

    /// Looks into what others should have, and did not.
    mutating func standIn() {
        for lane in lanes.indices {
            for car in lanes[lane].takeLeft(at: clock.instant) {
                counters.carsInspectedLate += 1
                emit(.inspect(car))
            }
        }
    }

    var standInDeadline: Instant? { lanes.indices.reduce(nil) { $0.earlier(lanes[$1].leftUntil) } }

    // MARK: The sample

    /// A proof has come, perhaps for a car that was left unread.
    mutating func sample(_ proof: ProofOfAvailability) {
        guard let car = lanes[proof.lane].unread(proof.hash), audits[proof.hash] == nil,
            audits.count < ConsensusLimits.auditsUnderWay, isSampled(proof.hash)
        else { return }
        audits[proof.hash] = proof
        counters.carsAudited += 1
        emit(.inspect(car))
    }

    private func isSampled(_ hash: Digest) -> Bool {
        var writer = Writer(capacity: 40)
        writer.write(settings.auditKey)
        writer.write(hash)
        let bytes = Digest.sha256(writer.bytes).bytes
        return Int(bytes[0]) << 8 | Int(bytes[1]) < settings.auditsPer65536
    }

    /// A car was inspected that had its proof already.
    mutating func concludeAudit(of signed: SignedCar, _ payload: CarPayload) {
        guard payload != .notInspected, let proof = audits.removeValue(forKey: signed.hash), payload == .invalid else {
            return
        }
        for signer in proof.signatures.indices where signer != signed.lane {
            guard let ack = proof.ack(of: signer) else { continue }
            report(.invalidAck(ack, signed.car.header, items: signed.car.items))
        }
    }
}
