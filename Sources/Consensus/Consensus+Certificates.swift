import Cryptography
import Wire

/// Votes become certificates, and certificates move the view.
extension Consensus {
    // MARK: Votes

    /// Counts a vote, an own one only when it is durable. The first of a validator stays counted, whatever comes later.
    mutating func count(_ signed: SignedVote) {
        guard signed.vote.view > finalizedView, signed.vote.view <= view + ConsensusLimits.viewWindow else { return }
        note(signed)
        let outcome = views[signed.vote.view].add(signed)
        switch outcome {
        case .known: return
        case .conflict(let first): return report(.conflictingVotes(first, signed))
        case .counted(let equal):
            reportContradiction(of: signed)
            if equal >= committee.quorum - (lacks(.quorumLessOne) ? 1 : 0) { form(signed.vote) }
        }
    }

    private mutating func reportContradiction(of signed: SignedVote) {
        guard let other = views[signed.vote.view].contradiction(of: signed) else { return }
        report(.conflictingVotes(other, signed))
    }

    private mutating func form(_ vote: Vote) {
        guard !views[vote.view].has(vote.kind) else { return }
        accept(views[vote.view].tally(vote.kind).certificate(for: vote))
    }

    // MARK: Certificates

    /// Whether a certificate says something new.
    func wants(_ certificate: Certificate) -> Bool {
        certificate.view > finalizedView && !views[certificate.view].has(certificate.kind)
    }

    /// Takes a certificate, formed or received, of any view: keeps it, passes it on to who seems to need it, and enters the view after it.
    mutating func accept(_ certificate: Certificate) {
        guard wants(certificate) else { return }
        views[certificate.view].store(certificate)
        noteVotes(in: certificate)
        if isKept(certificate) { emit(.persist(.certificate(certificate))) }
        if hasStarted, committee.n > 1 { debts.owe(certificate, due: clock.instant + pacemaker.courtesy) }
        switch certificate.kind {
        case .notarize:
            raiseNotarized(certificate)
            turns.made(by: committee.leader(of: certificate.view))
        case .nullify: if certificate.view >= view { wasNullified(certificate.view) }
        case .finalize: finalize(certificate)
        }
        if certificate.view >= view { enter(certificate.view + 1, by: certificate) }
        finalizeIfAllowed(certificate.view)
    }

    /// Sends certificates to those who have not shown that they have them.
    mutating func payDebts() {
        for (certificate, peer) in debts.takeDue(at: clock.instant) {
            emit(.send(.certificate(certificate), to: .one(peer)))
        }
    }

    private func isKept(_ certificate: Certificate) -> Bool {
        switch certificate.kind {
        case .notarize: !lacks(.finalizeWithoutNotarization) && !lacks(.viewWithoutCertificate)
        case .nullify, .finalize: !lacks(.viewWithoutCertificate)
        }
    }

    private mutating func wasNullified(_ view: UInt64) {
        turns.missed(by: committee.leader(of: view))
        counters.viewsNullified += 1
        noteLoss(of: view)
        pacemaker.viewWasNullified()
    }

    private mutating func raiseNotarized(_ certificate: Certificate) {
        guard certificate.view > highestNotarized.view else { return }
        highestNotarized = (certificate.view, certificate.hash)
    }

    private mutating func finalize(_ certificate: Certificate) {
        raiseNotarized(certificate)
        newestFinalization = certificate
        pacemaker.blockWasFinalized()
        turns.blockWasFinalized()
        if let vote = newestFinalize, vote.vote.view <= certificate.view { newestFinalize = nil }
        // No honest block stands on a view below this one, so nothing about those is asked for or needed again.
        views.forget(below: certificate.view)
    }

    private mutating func enter(_ next: UInt64, by certificate: Certificate) {
        view = next
        entry = certificate
        pacemaker.enter(at: clock.instant, afterBlock: certificate.kind == .notarize)
    }

    /// The best reason to be in the current view, for those who are not: a finalization spares them most.
    var entryCertificate: Certificate? {
        if let newestFinalization, newestFinalization.view + 1 >= view { return newestFinalization }
        return views[view - 1].nullification ?? views[view - 1].notarization ?? entry
    }

    /// The block of a view that is notarized or final, the chain's start being so from the outset.
    func notarizedHash(at view: UInt64) -> Digest? {
        if let newestFinalization, newestFinalization.view == view { return newestFinalization.hash }
        if view == chain.tip.view { return chain.tip.hash }
        return views[view].notarization?.hash
    }

    /// Votes to finalize a notarized view that this validator never asked to nullify, and whose leader it has not seen lie.
    mutating func finalizeIfAllowed(_ view: UInt64) {
        guard view > finalizedView, maySpeak(in: view), let hash = views[view].notarization?.hash,
            !views[view].isEquivocated, mayFinalize(view)
        else { return }
        cast(.finalize, view: view, hash: hash)
    }

    private func mayFinalize(_ view: UInt64) -> Bool {
        views[view].own.mayCast(.finalize) || lacks(.finalizeAfterNullify) && views[view].own[.finalize] == nil
    }

    /// Decides a vote, once and for all. Before the start it is the journal that says what was decided.
    mutating func cast(_ kind: VoteKind, view: UInt64, hash: Digest = .zero) {
        guard hasStarted, maySpeak(in: view) else { return }
        newestOwnView = max(newestOwnView, view)
        let vote = Vote(kind, epoch: committee.epoch, view: view, hash: hash)
        precondition(
            views[view].own.mayCast(kind) || settings.planted != nil, "statements that exclude each other")
        views[view].own.cast(vote)
        if kind == .nullify { counters.nullifiesCast += 1 }
        emit(.sign(.vote(vote)))
    }

    mutating func count(ownVote vote: Vote, signature: Signature) {
        let signed = SignedVote(vote: vote, signer: me, signature: signature)
        guard vote.view > finalizedView else { return }
        views[vote.view].own.store(signed)
        if vote.kind == .finalize, vote.view > newestFinalize?.vote.view ?? 0 { newestFinalize = signed }
        count(signed)
    }
}
