import Cryptography
import Wire

/// What others ask for, or need without asking.
extension Consensus {
    /// Answers a request of `peer` if its budget allows.
    mutating func answer(_ peer: ValidatorIndex, _ body: (inout Consensus) -> Void) {
        guard committee.contains(peer), peer != me else { return }
        guard budgets[peer].takeAnswer(at: clock.instant, period: settings.startDelay) else {
            counters.requestsIgnored += 1
            return
        }
        counters.requestsAnswered += 1
        body(&self)
    }

    private mutating func send(_ message: PeerMessage, to peer: ValidatorIndex, weight: Int) {
        budgets[peer].spend(weight)
        emit(.send(message, to: .one(peer)))
    }

    private mutating func send(_ certificate: Certificate, to peer: ValidatorIndex) {
        send(.certificate(certificate), to: peer, weight: 64 * committee.quorum)
    }

    mutating func answer(_ request: CarRequest, to peer: ValidatorIndex) {
        let lane = lanes[request.lane]
        let batch = CarBatch(answering: request) { lane.car($0) ?? chain.car($0) }
        guard let batch else {
            if request.position <= lane.floor.position { emit(.serveCars(request, to: peer)) }
            return
        }
        noteMiss(request)
        // Cars without a proof must be inspected by those who get them; in a batch they would not be. Of its own lane nobody takes any other.
        let unproven = request.lane == peer ? [] : batch.cars.filter { $0.position > lane.provenPosition }
        for car in unproven.reversed() { send(.car(car), to: peer, weight: car.weight) }
        if unproven.isEmpty { send(.carBatch(batch), to: peer, weight: batch.weight) }
    }

    /// Who asks for a single block that has become history does not know how far it is behind, and below what this validator keeps it would
    /// ask in vain.
    mutating func answer(_ request: BlockRequest, to peer: ValidatorIndex) {
        let unfinished = tree[request.hash]
        if unfinished == nil, let newestFinalization { send(newestFinalization, to: peer) }
        guard let block = unfinished ?? chain.block(request.hash) else { return }
        send(.block(block), to: peer, weight: block.weight)
    }

    mutating func answer(_ request: CertificateRequest, to peer: ValidatorIndex) {
        var answers: [Certificate] = []
        if request.first <= finalizedView, let newestFinalization { answers.append(newestFinalization) }
        for view in request.first...request.last where view > finalizedView {
            answers += VoteKind.allCases.compactMap { views[view][$0] }
        }
        if let entryCertificate, !answers.contains(entryCertificate) { answers.append(entryCertificate) }
        for certificate in answers { send(certificate, to: peer) }
    }

    mutating func answer(_ request: HistoryRequest, to peer: ValidatorIndex) {
        if let batch = chain.history(from: request.height) {
            send(.historyBatch(batch), to: peer, weight: batch.weight)
        } else if request.height < chain.firstHeight {
            emit(.serveHistory(request, to: peer))
        }
    }

    // MARK: Unasked

    /// What `wants` turned down may show that its sender is behind, or far ahead, or has not heard.
    mutating func answerUnwanted(_ message: PeerMessage, from peer: ValidatorIndex) {
        guard message.epoch == committee.epoch, committee.contains(peer), peer != me else { return }
        noteView(of: message, from: peer)
        if case .car(let signed) = message, signed.lane == peer { answerKnown(signed) }
        guard var view = viewShown(by: message) else { return }
        // Who repeats its vote to make a view final has not heard that it is.
        if case .vote(let signed) = message, signed.vote.kind == .finalize, signed.vote.view <= finalizedView {
            view = signed.vote.view
        }
        hint(peer, in: view)
    }

    /// The owner sends a car again: it has not heard the acknowledgement, or that there is a proof.
    private mutating func answerKnown(_ signed: SignedCar) {
        let lane = lanes[signed.lane]
        if let proof = lane.proof, proof.position >= signed.position {
            emit(.send(.proof(proof), to: .one(signed.lane)))
        } else if let ack = lane.ack(for: signed) {
            emit(.send(.ack(ack), to: .one(signed.lane)))
        }
    }

    /// Tells a peer that seems to be in an older view why this validator is in its own; asks one that is far ahead for the same.
    private mutating func hint(_ peer: ValidatorIndex, in theirs: UInt64) {
        let isAhead = theirs > view + ConsensusLimits.viewWindow
        guard isAhead || isBehind(theirs), budgets[peer].takeHint(at: clock.instant, period: pacemaker.delay / 2) else {
            return
        }
        let asked = isAhead ? view : theirs
        let request = CertificateRequest(epoch: committee.epoch, first: asked, last: asked)
        if isAhead {
            emit(.send(.certificateRequest(request), to: .one(peer)))
        } else {
            answer(request, to: peer)
        }
    }

    /// Whether a peer in view `theirs` has missed something, rather than its message a certificate that was on its way.
    private func isBehind(_ theirs: UInt64) -> Bool {
        theirs + ConsensusLimits.proposalWindow < view
            || theirs < view && clock.instant >= pacemaker.enteredAt + pacemaker.delay / 2
    }

    /// A new link: its other end may have missed why this validator is where it is.
    mutating func greet(_ peer: ValidatorIndex) {
        guard committee.contains(peer), peer != me, let entryCertificate else { return }
        emit(.send(.certificate(entryCertificate), to: .one(peer)))
    }
}
