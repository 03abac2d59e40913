import Cryptography
import Wire

/// What comes in: a cheap filter before the verifier, and the way to each part after it.
extension Consensus {
    /// Whether verifying `message` could change anything. Duplicates, old views and answers that nobody asked for are turned down here, before they
    /// cost a signature check; the shell may give them to `step` as `unwanted`.
    public func wants(_ message: PeerMessage) -> Bool {
        guard message.epoch == committee.epoch else { return false }
        switch message {
        case .car(let signed):
            return isOthers(signed.lane) && !lanes[signed.lane].isLeft(signed.hash)
                && (lanes[signed.lane].wants(signed, window: settings.laneWindow)
                    || fetcher.expects(.cars(signed.hash)))
        case .ack(let signed): return signed.ack.lane == me && isOthers(signed.signer) && own.wants(signed)
        case .proof(let proof): return committee.contains(proof.lane) && lanes[proof.lane].wants(proof)
        case .proposal(let signed): return wants(signed)
        case .vote(let signed): return isOthers(signed.signer) && wants(signed)
        case .certificate(let certificate): return wants(certificate)
        case .carBatch(let batch): return fetcher.expects(.cars(batch.cars[0].hash))
        case .block(let block): return fetcher.expects(.block(block.hash))
        case .historyBatch(let batch): return fetcher.expects(.history(height: batch.firstHeight))
        case .recollection(let answer): return recall?.nonce == answer.nonce
        case .carRequest, .blockRequest, .certificateRequest, .historyRequest, .recallRequest: return true
        }
    }

    private func isOthers(_ index: ValidatorIndex) -> Bool { committee.contains(index) && index != me }

    private func wants(_ signed: SignedProposal) -> Bool {
        let proposed = signed.block.view
        // Overtaken by the certificate of its view, it still brings the block.
        if lacks(signed.block) { return true }
        guard proposed >= view, proposed <= view + ConsensusLimits.proposalWindow, committee.leader(of: proposed) != me
        else { return false }
        guard let first = views[proposed].proposal?.block.hash else { return true }
        return first != signed.block.hash && !views[proposed].isEquivocated
    }

    private func wants(_ signed: SignedVote) -> Bool {
        let vote = signed.vote
        guard vote.view > finalizedView, vote.view <= view + ConsensusLimits.viewWindow else { return false }
        guard !views[vote.view].has(vote.kind) else { return false }
        guard let first = views[vote.view].tally(vote.kind)[signed.signer] else { return true }
        // A second vote is evidence; beyond so much of it, another adds nothing but work.
        return first.vote != vote && evidenceCounts[signed.signer] < ConsensusLimits.evidencePerValidator
    }

    mutating func receive(_ verified: VerifiedMessage, from peer: ValidatorIndex) {
        noteView(of: verified.message, from: peer)
        switch verified.message {
        case .car(let signed): receive(signed, payload: verified.payload)
        case .ack(let signed): if signed.ack.lane == me { count(signed) }
        case .proof(let proof): note(proof)
        case .proposal(let signed): if committee.leader(of: signed.block.view) != me { receive(signed) }
        case .vote(let signed): if signed.signer != me { count(signed) }
        case .certificate(let certificate): accept(certificate)
        case .carBatch(let batch): receive(batch)
        case .block(let block): receive(block)
        case .historyBatch(let batch): receive(batch)
        case .carRequest(let request): answer(peer) { $0.answer(request, to: peer) }
        case .blockRequest(let request): answer(peer) { $0.answer(request, to: peer) }
        case .certificateRequest(let request): answer(peer) { $0.answer(request, to: peer) }
        case .historyRequest(let request): answer(peer) { $0.answer(request, to: peer) }
        case .recallRequest(let request): answer(peer) { $0.answer(request, to: peer) }
        case .recollection(let answer): receive(answer, from: peer)
        }
    }

    /// What a peer says shows which view it is in; of itself it may say what it likes.
    func viewShown(by message: PeerMessage) -> UInt64? {
        switch message {
        case .proposal(let signed): signed.block.view
        case .vote(let signed): signed.vote.kind == .finalize ? signed.vote.view + 1 : signed.vote.view
        case .certificate(let certificate): certificate.view + 1
        default: nil
        }
    }

    mutating func noteView(of message: PeerMessage, from peer: ValidatorIndex) {
        if committee.contains(peer), let view = viewShown(by: message) { debts.note(peer, isIn: view) }
    }

    /// An own statement is durable: from now on it counts, like everybody else's.
    mutating func count(_ signed: SignedStatement) {
        switch signed.statement {
        case .ownCar(let car): count(ownCar: car, signature: signed.signature)
        case .ack(let ack): count(SignedAck(ack: ack, signer: me, signature: signed.signature))
        case .proposal(let block): count(ownProposal: block, signature: signed.signature)
        case .vote(let vote): count(ownVote: vote, signature: signed.signature)
        }
    }
}
