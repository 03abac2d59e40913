import Cryptography
import Wire

/// From the journal back to where the process was when it stopped.
extension Consensus {
    /// Takes the next record of the own journal, all of them in order, before the first step. Returns the final blocks once more, for the shell to
    /// execute again; nothing is sent and nothing is signed.
    ///
    /// The current view becomes the highest one that was voted in, or the one after the best certificate. Own statements are bound again, so none
    /// is made twice, and what was signed is sent again as it stands.
    public mutating func restore(_ record: Record) throws(RestoreError) -> [ConsensusEffect] {
        precondition(!hasStarted, "a journal is restored before the start")
        defer { effects.removeAll() }
        defer { hasRestored = true }
        switch record {
        case .signed(let signed): try restore(signed)
        case .car(let car): try restore(car)
        case .block(let block): try restore(block)
        case .certificate(let certificate): try restore(certificate)
        case .finalized(let finalized): try restore(finalized)
        case .recovered(let recovered): adopt(recovered)
        case .snapshot(let mark): try restore(mark)
        }
        return effects.filter { if case .finalized = $0 { true } else { false } }
    }

    private func check(_ epoch: UInt64, isOurs: Bool = true) throws(RestoreError) {
        guard epoch == committee.epoch, isOurs else { throw .foreign }
    }

    private mutating func restore(_ signed: SignedStatement) throws(RestoreError) {
        switch signed.statement {
        case .ownCar(let car):
            try check(car.header.epoch, isOurs: car.lane == me)
            if lacks(.forgottenOwnCar) || isKnown(own: car) { return }
            guard own.restore(car, signature: signed.signature) else { throw .brokenLane(position: car.position) }
            lanes[me].keep(SignedCar(car: car, signature: signed.signature), payload: .valid, isJournaled: true)
        case .ack(let ack):
            try check(ack.epoch, isOurs: committee.contains(ack.lane))
            if lacks(.forgottenAck) { return }
            guard lanes[ack.lane].bind(ack) else { throw .conflictingAck(lane: ack.lane, position: ack.position) }
            count(signed)
        case .proposal(let block):
            try check(block.header.epoch, isOurs: committee.leader(of: block.view) == me)
            if lacks(.forgottenProposal) { return try restore(block) }
            try restore(proposal: block)
            count(signed)
        case .vote(let vote):
            try check(vote.epoch)
            if isForgotten(vote) { return }
            try restore(vote: vote)
            count(signed)
        }
    }

    private mutating func restore(proposal block: Block) throws(RestoreError) {
        try restore(block)
        guard block.view > finalizedView else { return }
        guard views[block.view].own.proposed ?? block.hash == block.hash else {
            throw .contradiction(view: block.view)
        }
        views[block.view].own.propose(block.hash)
        view = max(view, block.view)
    }

    /// A planted bug may lose a kind of vote.
    private func isForgotten(_ vote: Vote) -> Bool {
        switch vote.kind {
        case .notarize: lacks(.forgottenNotarize)
        case .nullify: lacks(.forgottenNullify)
        case .finalize: lacks(.forgottenFinalize)
        }
    }

    private mutating func restore(vote: Vote) throws(RestoreError) {
        newestOwnView = max(newestOwnView, vote.view)
        guard vote.view > finalizedView else { return }
        // A summary says again what was said.
        guard views[vote.view].own[vote.kind] != vote else { return }
        guard views[vote.view].own.mayCast(vote.kind) else { throw .contradiction(view: vote.view) }
        views[vote.view].own.cast(vote)
        view = max(view, vote.view)
    }

    private mutating func restore(_ car: SignedCar) throws(RestoreError) {
        try check(car.car.header.epoch, isOurs: committee.contains(car.lane))
        lanes[car.lane].keep(car, payload: .notInspected, isJournaled: true)
    }

    private mutating func restore(_ block: Block) throws(RestoreError) {
        try check(block.header.epoch)
        guard block.view > chain.tip.view else { return }
        tree.insert(block)
        tree.setJournaled(block.hash)
    }

    private mutating func restore(_ certificate: Certificate) throws(RestoreError) {
        try check(certificate.vote.epoch)
        accept(certificate)
        orderFinalBlocks()
    }

    /// A block that was delivered is final whether or not the journal can still prove it.
    private mutating func restore(_ record: FinalizedRecord) throws(RestoreError) {
        if chain.tip.height < record.height {
            guard let block = tree[record.hash], chain.tip.advanced(by: block) != nil else {
                throw .missingBlock(height: record.height)
            }
            appendFinal(block, certificate: nil)
        }
        guard let next = chain.waiting(0), next.entry.block.hash == record.hash else {
            throw .missingBlock(height: record.height)
        }
        let missing = segments(of: next.entry.block, from: next.before).missing.first
        if let missing { throw .missingCar(height: record.height, lane: missing.lane) }
        deliverFinalBlocks(atMost: 1)
    }
}
