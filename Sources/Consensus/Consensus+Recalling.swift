import Cryptography
import Wire

/// After a start: asking the others, before anything new is said, whether the journal still has all that was said before.
///
/// A disk that has lost something (all of it, or its end, where an old image was restored) would have this validator vote twice. So whoever
/// starts asks all for its newest vote. Where a quorum, itself included, knows nothing that the journal lacks, it goes on. Otherwise it
/// has forgotten, and waits for a quorum of others. Let m be the highest view that one of them is in, each proven by the certificate that let
/// it in. What was forgotten lies in views up to m + 1: this validator's last vote was cast in a view V whose entry certificate took
/// f + 1 honest validators at V - 1 or above, and one of them is among the quorum that answered. So it stays silent through m + 1.
/// It counts among the f that may fail until then. On lanes it acknowledges nothing at positions that others know of.
///
/// For the own lane no quorum's word suffices: a liar who alone heard of a car could convict its owner of another at the same position. So
/// every start but a newcomer's begins the lane's next *life*, at a position that no start before can have used.
extension Consensus {
    /// Whether it may say something new in `view`.
    func maySpeak(in view: UInt64) -> Bool { mayVote && isPlaced && view > silentThrough }

    /// Whether the others' answers have sufficed.
    var mayVote: Bool { recall?.isSettled ?? true }

    mutating func beginRecall(isBlank: Bool) {
        recall = Recall(startedAt: clock, isBlank: isBlank)
    }

    /// Asks those who have not answered, or not so that it counts yet, every D.
    mutating func settleRecall() {
        guard let nonce = recall?.nonce, recall?.takeTurn(at: clock.instant, period: pacemaker.delay) == true else {
            return
        }
        for peer in 0..<committee.n where peer != me && recall?.hasLearned(from: peer) == false { ask(peer, nonce) }
        conclude()
    }

    private mutating func ask(_ peer: ValidatorIndex, _ nonce: UInt64) {
        emit(.send(.recallRequest(RecallRequest(epoch: committee.epoch, nonce: nonce)), to: .one(peer)))
    }

    var recallDeadline: Instant? { recall?.deadline(period: pacemaker.delay) }

    // MARK: Answering

    mutating func answer(_ request: RecallRequest, to peer: ValidatorIndex) {
        guard mayVote || recall?.hasForgotten == false else { return }
        let answer = Recollection(
            epoch: committee.epoch, nonce: request.nonce, isBlank: !mayVote && recall?.isBlank == true,
            entry: entryCertificate,
            newestVote: newestVotes[peer], newestCar: lanes[peer].newestCar.map(CarClaim.init),
            positions: lanes.map(\.highestPosition))
        emit(.send(.recollection(answer), to: .one(peer)))
    }

    /// Remembers the vote of a member's highest view.
    mutating func note(_ signed: SignedVote) {
        let newest = newestVotes[signed.signer]?.vote
        let isLater = signed.vote.kind != .notarize && signed.vote.view == newest?.view
        guard signed.signer != me, isLater || signed.vote.view > newest?.view ?? 0 else { return }
        newestVotes[signed.signer] = signed
    }

    /// Whether another member was heard to vote in this view, or so few before it.
    func hasVoted(_ member: ValidatorIndex, inLast count: UInt64) -> Bool {
        (newestVotes[member]?.vote.view ?? 0) + count >= view
    }

    /// Remembers those behind a certificate.
    mutating func noteVotes(in certificate: Certificate) {
        for signer in certificate.signatures.indices {
            guard let signature = certificate.signatures[signer] else { continue }
            note(SignedVote(vote: certificate.vote, signer: signer, signature: signature))
        }
    }

    // MARK: Listening

    mutating func receive(_ answer: Recollection, from peer: ValidatorIndex) {
        guard committee.contains(peer), peer != me, recall?.nonce == answer.nonce else { return }
        recall?.take(answer, from: peer)
        if showsMore(answer) { recall?.distrustJournal() }
        if let entry = answer.entry { accept(entry) }
        conclude()
    }

    private func showsMore(_ answer: Recollection) -> Bool {
        if let car = answer.newestCar?.header, car.lane == me, car.position > own.tip.position { return true }
        guard let vote = answer.newestVote?.vote, answer.newestVote?.signer == me, vote.view > silentThrough else {
            return false
        }
        if vote.view != newestOwnView { return vote.view > newestOwnView }
        return vote.view > finalizedView && views[vote.view].own[vote.kind] != vote
    }

    mutating func conclude() {
        if !mayVote { settleVotes() }
        openOwnLane()
    }

    /// Goes on once enough have answered: at once where all have, and otherwise not before D, for each may know something. Of the lane's
    /// ordered past the others have no signature left, so there f + 1 must say the same: a liar could claim any position.
    private mutating func settleVotes() {
        guard let counted = recall?.counted, let hasForgotten = recall?.hasForgotten else { return }
        guard counted.count == committee.n - 1 || recall?.hasWaited(pacemaker.delay, at: clock.instant) == true else {
            return
        }
        guard !hasForgotten else {
            if counted.count >= min(committee.quorum, committee.n - 1) { forget(counted) }
            return
        }
        guard counted.count + 1 >= committee.quorum else { return }
        if vouched(counted.map { $0.positions[me] }) > own.tip.position {
            recall?.distrustJournal()
            return settleVotes()
        }
        // With an empty journal it is a newcomer, as far as these know. Should it be none, the others' memory of it is gone too, and it counts
        // among the f: were newcomers silent as well, one more that has forgotten would stop a committee.
        recall?.settle()
        resume()
    }

    /// A newcomer's lane begins at 1. Any other's begins anew: not before `laneRest` has passed, so that no two starts share the number of a life,
    /// and not before the cars of the journal are ordered, for a new life buries what the old one left.
    private mutating func openOwnLane() {
        guard let start = recall, start.isSettled else { return }
        if start.isBlank, !start.hasForgotten, start.counted.count == committee.n - 1 { return recall = nil }
        let isSpent = isOwnLaneLost || own.tip.position <= lanes[me].floor.position
        guard isSpent, start.hasWaited(settings.laneRest, at: clock.instant) else { return }
        recall = nil
        beginLaneAnew(notBefore: start.startedAt.timestamp, after: vouched(start.counted.map { $0.positions[me] }))
    }

    /// The highest that f + 1 of the answers reach: an honest one is among them.
    private func vouched(_ positions: [UInt64]) -> UInt64 {
        let sorted = positions.sorted(by: >)
        return sorted.isEmpty ? 0 : sorted[min(committee.f, sorted.count - 1)]
    }

    private mutating func forget(_ answers: [Recollection]) {
        let newestView = answers.map(\.view).max() ?? 1
        let positions = lanes.indices.map { lane in vouched(answers.map { $0.positions[lane] }) }
        let recovered = Recovered(
            silentThrough: max(silentThrough, newestView + 1), acknowledged: positions.map { $0 + settings.laneWindow })
        counters.memoriesLost += 1
        emit(.persist(.recovered(recovered)))
        adopt(recovered)
        recall?.settle()
        resume()
    }

    mutating func adopt(_ recovered: Recovered) {
        silentThrough = max(silentThrough, recovered.silentThrough)
        for (lane, position) in recovered.acknowledged.enumerated() where lanes.indices.contains(lane) {
            lanes[lane].acknowledgeOnly(above: position)
        }
    }

    /// Says what was left to say when it stopped.
    mutating func resume() {
        for view in views.known { finalizeIfAllowed(view) }
        for car in own.unacknowledged(by: me) { emit(.sign(.ack(Ack(car)))) }
    }
}
