import Cryptography
import Wire

/// The data layer: sealing own cars, acknowledging others', and collecting proofs.
extension Consensus {
    mutating func settleLanes() {
        if let deadline = laneDeadline, clock.instant >= deadline {
            beginLaneAnew(notBefore: clock.timestamp, after: lanes[me].provenPosition)
        }
        sealCars()
        standIn()
        if mayVote {
            for lane in lanes.indices { acknowledge(lane) }
        }
        announceProof()
        resendCars()
    }

    // MARK: The own lane

    /// Others hold more of the own lane than the journal does: the disk has forgotten something, and another car could be a second one at
    /// its position. The lane begins anew, elsewhere.
    var isOwnLaneLost: Bool { lanes[me].provenPosition > own.tip.position }

    /// When a lane that is lost again begins anew. Who loses it over and over shares its key with another process, and waits ever longer, lest
    /// the two outdo each other without end.
    var laneDeadline: Instant? { recall == nil && isOwnLaneLost ? restedAt : nil }

    private var maySeal: Bool {
        recall == nil && !isOwnLaneLost && UInt64(own.outgoing.count) < settings.laneWindow
            && own.carsUnordered(above: lanes[me].floor.position) < ConsensusLimits.ownCarsWaiting
            && lanes[me].bytes < ConsensusLimits.ownBytesWaiting
    }

    private mutating func sealCars() {
        let expired = own.takeExpired(at: clock, settings)
        if !expired.isEmpty { emit(.expired(expired)) }
        while maySeal, own.isSealDue(at: clock.instant, settings) {
            let car = own.seal(
                epoch: committee.epoch, lane: me, at: clock, limitBytes: settings.carLimitBytes)
            send(own: car)
        }
    }

    private mutating func send(own car: Car) {
        counters.carsSealed += 1
        counters.carsAcknowledged += 1
        // The owner checked every item when it took it in; its acknowledgement is durable with the car.
        emit(.sign(.ownCar(car)))
        emit(.sign(.ack(Ack(car))))
    }

    /// The next life of the own lane begins with a car that no start before this one can have made, given that clocks do not step back across a
    /// whole life.
    mutating func beginLaneAnew(notBefore start: Timestamp, after position: UInt64) {
        let known = max(position, own.tip.position, lanes[me].provenPosition) >> CarHeader.incarnationShift
        let life = min(max(known + 1, start.milliseconds / 1000), CarHeader.lastIncarnation)
        restedAt = clock.instant + settings.laneRest << UInt64(min(livesBegun, ConsensusLimits.laneRestDoublings))
        livesBegun += 1
        send(own: own.begin(life: life, epoch: committee.epoch, lane: me, at: clock.timestamp))
    }

    /// When the next own car is sealed or, while the window is full, what waits for it expires; nil where nothing waits.
    var sealDeadline: Instant? { maySeal ? own.sealDeadline(settings) : own.expiry(settings) }

    mutating func count(ownCar car: Car, signature: Signature) {
        own.sent(car, signature: signature, at: clock.instant)
        lanes[me].keep(SignedCar(car: car, signature: signature), payload: .valid, isJournaled: true)
    }

    mutating func count(_ ack: SignedAck) {
        if ack.signer == me { lanes[ack.ack.lane].remember(ack) }
        guard ack.ack.lane == me else { return }
        guard let attestation = own.count(ack, attesters: committee.attesters - (lacks(.attestersLessOne) ? 1 : 0))
        else { return }
        lanes[me].note(attestation.proof)
        for car in attestation.cars {
            emit(.attested(AttestedCar(position: car.position, hash: car.hash, itemCount: car.items.count)))
        }
        own.isProofNew = true
    }

    /// Tells everybody of the own lane's newest proof; of one that the votes of this view are about to outdo only with everything else that is
    /// resent, should they fail.
    private mutating func announceProof() {
        guard own.isProofNew else { return }
        own.isProofNew = false
        guard let proof = lanes[me].proof, !isUnderVote(proof) else { return }
        emit(.send(.proof(proof), to: .all))
    }

    private mutating func resendCars() {
        let members = 0..<committee.n
        for (car, missing) in own.resend(at: clock.instant, period: pacemaker.delay, members: members) {
            for peer in missing where peer != me { emit(.send(.car(car), to: .one(peer))) }
        }
    }

    // MARK: Others' lanes

    mutating func receive(_ signed: SignedCar, payload found: CarPayload) {
        guard signed.lane != me else { return }
        let payload = lacks(.uncheckedItems) ? .valid : found
        noteItems(signed.car.items.count)
        if let rival = lanes[signed.lane].receive(signed, payload: payload, window: settings.laneWindow) {
            report(.forkedLane(CarClaim(rival), CarClaim(signed)))
            noteFork(of: signed.lane)
        }
        // What was asked for is kept, whatever room there is.
        if fetcher.expects(.cars(signed.hash)) { lanes[signed.lane].keep(signed, payload: payload) }
        if payload == .invalid { report(.invalidCar(CarClaim(signed), items: signed.car.items)) }
        if payload == .notInspected { leave(signed) }
        concludeAudit(of: signed, payload)
    }

    private mutating func acknowledge(_ lane: ValidatorIndex) {
        guard lane != me else { return }
        let cars = lanes[lane].takeAcknowledgeable(at: clock, settings)
        for car in cars {
            if !lacks(.ackWithoutCar) { for needed in lanes[lane].unjournaled(through: car) { journal(needed) } }
            guard lanes[lane].mayAcknowledge(at: car.position) else { continue }
            counters.carsAcknowledged += 1
            emit(.sign(.ack(Ack(car.car))))
        }
    }

    /// A proof from anywhere: the owner, or a block that carries it.
    mutating func note(_ proof: ProofOfAvailability) {
        if let known = lanes[proof.lane].proof, known.position == proof.position, known.hash != proof.hash {
            reportCommonSigners(of: known, proof)
        }
        if proof.lane != me { sample(proof) }
        lanes[proof.lane].note(proof)
        if proof.lane == me { own.forget(through: proof.position) }
    }

    private mutating func reportCommonSigners(of first: ProofOfAvailability, _ second: ProofOfAvailability) {
        for signer in first.signatures.indices {
            guard let one = first.ack(of: signer), let other = second.ack(of: signer) else { continue }
            report(.conflictingAcks(one, other))
        }
    }

    mutating func journal(_ car: SignedCar) {
        guard !lanes[car.lane].isJournaled(car.hash) else { return }
        lanes[car.lane].setJournaled(car.hash)
        emit(.persist(.car(car)))
    }
}
