import Consensus
import Cryptography
import Replica
import Telemetry
import Transport
import Wire

/// A frame that a peer sent, on its way to the work pool.
struct PeerArrival: Sendable {
    let sender: ValidatorIndex
    let frame: PeerFrame
    /// What of it was verified before.
    var known = AlreadyVerified.nothing
}

/// The validators' side of a server.
extension Server {
    /// Takes what the mesh says.
    func peerEvent(_ event: PeerEvent) {
        switch event {
        case .up(let peer):
            connectedPeers.insert(peer)
            logger.info("\(configuration.names[peer]) is connected")
            inbox.append(.connected(peer))
        case .down(let peer, let reason):
            connectedPeers.remove(peer)
            logger.info("\(configuration.names[peer]) is not connected: \(reason)")
        case .frame(let peer, let body):
            received(body, from: peer)
        case .unreachable(let peer, let reason):
            logger.debug("\(configuration.names[peer]) is not reached: \(reason)")
        case .refused(let address, let reason):
            counters.strangersRefused += 1
            logger.warning("a connection from \(address) is no validator's: \(reason)")
        }
    }

    func send(_ frame: PeerFrame, to audience: Audience) {
        let body = frame.encoded()
        counters.framesSent += 1
        switch audience {
        case .all: links?.mesh.broadcast(frame: body)
        case .one(let peer): links?.mesh.send(frame: body, to: peer)
        }
    }

    private func received(_ body: [UInt8], from peer: ValidatorIndex) {
        counters.framesReceived += 1
        let frame: PeerFrame
        do {
            frame = try PeerFrame(decoding: body)
        } catch {
            counters.framesMalformed += 1
            logger.warning("\(configuration.names[peer]) sent a frame that is none: \(error)")
            return
        }
        // These carry no signatures: hashes and proofs tell what is true.
        if case .transfer(let message) = frame { return take(message, from: peer) }
        if case .message(let message) = frame, message.epoch != replica.committeeEpoch || replica.end != nil {
            return answer(other: message, from: peer)
        }
        // What is held already is not worth a signature check; what comes above the bound comes again.
        guard isWanted(frame) else {
            counters.framesUnwanted += 1
            if case .message(let message) = frame { inbox.append(.unwanted(message, from: peer)) }
            return
        }
        guard waitingFrames[peer, default: 0] < ServerLimits.waitingFramesPerPeer else {
            return counters.framesDropped += 1
        }
        waitingFrames[peer, default: 0] += 1
        var arrival = PeerArrival(sender: peer, frame: frame)
        if case .message(let message) = frame { arrival.known = replica.alreadyVerified(in: message) }
        unverified.append(arrival)
    }

    /// Has the pool look into a car that was left to others.
    func inspect(_ car: SignedCar) {
        waitingFrames[car.lane, default: 0] += 1
        unverified.append(PeerArrival(sender: car.lane, frame: .message(.car(car))))
    }

    private func isWanted(_ frame: PeerFrame) -> Bool {
        switch frame {
        case .message(let message): replica.wants(message)
        case .cosignature(let cosignature): replica.wants(cosignature)
        case .transfer: true
        }
    }

    private func take(_ verdicts: [PeerVerdict]) {
        for verdict in verdicts {
            waitingFrames[verdict.sender, default: 0] -= 1
            enrolments.remember(verdict.enrolments)
            guard let event = verdict.event else {
                counters.framesForged += 1
                continue
            }
            inbox.append(event)
        }
    }

    /// Hands the frames of this iteration to the pool as one job, whose verdicts keep their order.
    func sendFramesToPool() {
        guard !unverified.isEmpty else { return }
        let arrivals = unverified
        unverified.removeAll(keepingCapacity: true)
        let checks = PeerChecks(configuration.replica, known: enrolments.known)
        loop.pool.run({ arrivals.map { checks.check($0) } }) { [self] verdicts in
            assumeIsolated { $0.take(verdicts) }
        }
    }
}

/// Certificates that were found good lately, so that a vehicle's is checked once and not with every car. Replaced as a whole when it is full: it
/// only saves work.
struct EnrolmentCache {
    private(set) var known: [Digest: Enrolment] = [:]

    mutating func remember(_ enrolments: some Sequence<Enrolment>) {
        for enrolment in enrolments where known[enrolment.digest] == nil {
            if known.count >= ServerLimits.cachedEnrolments { known.removeAll(keepingCapacity: true) }
            known[enrolment.digest] = enrolment
        }
    }
}

/// What the pool found in a peer's frame.
struct PeerVerdict: Sendable {
    let sender: ValidatorIndex
    /// The event that the frame is; nil where a signature was not good.
    let event: ReplicaEvent?
    /// The enrolments under which reports in it were signed.
    var enrolments: Set<Enrolment> = []
}

/// What the pool does with a peer's frame.
struct PeerChecks: Sendable {
    private let verifier: MessageVerifier
    private let inspector: CarInspector
    private let cosigners: Cosigners
    private let known: [Digest: Enrolment]

    init(_ configuration: ReplicaConfiguration, known: [Digest: Enrolment]) {
        self.known = known
        verifier = MessageVerifier(configuration.committee)
        inspector = CarInspector(terms: configuration.terms, committee: configuration.committee)
        cosigners = configuration.cosigners
    }

    /// Checks every signature in the frame.
    func check(_ arrival: PeerArrival) -> PeerVerdict {
        switch arrival.frame {
        case .message(let message):
            var enrolments: Set<Enrolment> = []
            let verified = verifier.verify(message, known: arrival.known) { inspect($0, &enrolments) }
            return PeerVerdict(
                sender: arrival.sender, event: verified.map { .message($0, from: arrival.sender) },
                enrolments: enrolments)
        case .cosignature(let cosignature):
            return PeerVerdict(
                sender: arrival.sender, event: cosigners.verify(cosignature).map { .cosignature($0) })
        case .transfer:
            preconditionFailure("what has no signature is not sent to the pool to have it checked")
        }
    }

    private func inspect(_ car: Car, _ enrolments: inout Set<Enrolment>) -> Bool {
        switch inspector.inspect(items: car.items, sealedAt: car.header.sealedAt, known: known) {
        case .success(let items):
            for case .report(let report) in items where known[report.enrolment.digest] == nil {
                enrolments.insert(report.enrolment)
            }
            return true
        case .failure:
            return false
        }
    }
}
