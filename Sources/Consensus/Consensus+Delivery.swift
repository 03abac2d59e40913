import Cryptography
import Wire

/// From "final" to "executed": the chain of final blocks grows, and each is handed on with its cars.
extension Consensus {
    /// Appends the blocks that the newest finalization makes final, if all of them are held.
    mutating func orderFinalBlocks() {
        guard isPlaced, let newest = newestFinalization, newest.view > chain.tip.view,
            chain.undelivered < ConsensusLimits.blocksUndelivered
        else { return }
        switch tree.path(to: newest.hash) {
        case .connected(let blocks):
            for block in blocks { appendFinal(block, certificate: block.hash == newest.hash ? newest : nil) }
        case .missing: break
        case .dead: halt(.forked(view: newest.view, height: chain.tip.height))
        }
    }

    /// Appends blocks that a peer has proven to be final.
    mutating func receive(_ batch: HistoryBatch) {
        guard fetcher.expects(.history(height: batch.firstHeight)) else { return }
        for block in batch.blocks where isPlaced && block.height == chain.tip.height + 1 {
            guard block.header.parentHash == chain.tip.hash else { return }
            tree.insert(block)
            appendFinal(block, certificate: block.hash == batch.certificate.hash ? batch.certificate : nil)
        }
        // Where a later view is known to be final this one is no news, but it is what the blocks rest on: should there be a fork, it convicts.
        if wants(batch.certificate) {
            accept(batch.certificate)
        } else {
            emit(.persist(.certificate(batch.certificate)))
        }
    }

    mutating func appendFinal(_ block: Block, certificate: Certificate?) {
        guard chain.append(block, certificate: certificate) else {
            return halt(.forked(view: block.view, height: chain.tip.height))
        }
        if let body = tree.takeUnjournaled(block.hash) { emit(.persist(.block(body))) }
        for case let proof? in block.cut.map(\.proof) { note(proof) }
        tree.rebase(to: chain.tip)
    }

    /// Delivers final blocks in order, as far as their cars are held, but not so many that a step takes long.
    mutating func deliverFinalBlocks(atMost limit: Int = ConsensusLimits.deliveriesPerStep) {
        var left = limit
        while left > 0, deliverNext() { left -= 1 }
    }

    /// Whether the next final block could be delivered at once.
    var hasDeliverable: Bool {
        guard let next = chain.waiting(0) else { return false }
        return segments(of: next.entry.block, from: next.before).missing.isEmpty
    }

    private mutating func deliverNext() -> Bool {
        guard let next = chain.waiting(0) else { return false }
        let (segments, missing) = segments(of: next.entry.block, from: next.before)
        guard missing.isEmpty else { return false }
        deliver(next.entry, segments: segments)
        return true
    }

    /// What the block orders on each of its lanes, and what of it is missing.
    func segments(of block: Block, from before: Cut) -> (found: [Segment], missing: [(lane: ValidatorIndex, tip: Tip)])
    {
        var found: [Segment] = []
        var missing: [(lane: ValidatorIndex, tip: Tip)] = []
        for change in block.cut {
            switch lanes[change.lane].segment(from: change.tip, to: before[change.lane]) {
            case .success(let segment): found.append(segment)
            case .failure(let absent): missing.append((change.lane, absent.tip))
            }
        }
        return (found, missing)
    }

    private mutating func deliver(_ entry: FinalChain.Entry, segments: [Segment]) {
        let cars = segments.flatMap(\.cars)
        if !lacks(.finalWithoutCars) { for car in cars { journal(car) } }
        emit(.persist(.finalized(FinalizedRecord(height: entry.block.height, hash: entry.block.hash))))
        let ordered = Segment.executionOrder(segments)
        emit(
            .finalized(
                FinalizedBlock(
                    block: entry.block, cars: ordered, voidCars: segments.filter(\.isVoid).flatMap(\.cars),
                    certificate: entry.certificate)))
        chain.deliver(cars: cars)
        for change in entry.block.cut { lanes[change.lane].execute(through: change.tip) }
        own.forget(through: lanes[me].floor.position)
        counters.blocksDelivered += 1
        counters.carsDelivered += UInt64(ordered.count)
        summarizeIfDue(after: ordered)
    }
}
