import Cryptography
import Wire

/// The journal's records, summed up: so that it can be cut off before a snapshot.
///
/// A snapshot holds what follows from the final blocks up to its height. What this validator has said, and holds of what is not ordered yet, is in the
/// journal only. So behind the mark of a snapshot all of that is written once more that a restart may still need: cars and acknowledgements above the
/// cut, blocks and certificates above the last final view, own proposals and votes there. A journal that is read from the mark on then leads to the
/// same state as one that is read from its beginning.
extension Consensus {
    /// Counts a delivered block, and sums up where enough has been delivered since the last snapshot.
    mutating func summarizeIfDue(after cars: [SignedCar]) {
        sinceSnapshot.blocks += 1
        sinceSnapshot.bytes += cars.reduce(0) { $0 + Int($1.car.header.byteCount) }
        guard sinceSnapshot.blocks >= settings.snapshotBlocks || sinceSnapshot.bytes >= settings.snapshotBytes else {
            return
        }
        sinceSnapshot = (0, 0)
        emit(.summarize(summary))
    }

    private var summary: [Record] {
        let mark = SnapshotMark(point: chain.delivered, newestOwnView: newestOwnView)
        if lacks(.emptySummary) { return [.snapshot(mark)] }
        return [.snapshot(mark)] + silence + lanes.indices.flatMap(laneSummary) + blockSummary + viewSummary
    }

    private var silence: [Record] {
        let acknowledged = lanes.map(\.silentThrough)
        guard silentThrough > 0 || acknowledged.contains(where: { $0 > 0 }) else { return [] }
        return [.recovered(Recovered(silentThrough: silentThrough, acknowledged: acknowledged))]
    }

    private func laneSummary(_ lane: ValidatorIndex) -> [Record] {
        let (cars, acks) = lanes[lane].summary
        let kept = cars.map { car, isValid -> Record in
            // Of the own lane's cars those that had to be fetched were forgotten, and are as good as another's.
            lane == me && isValid
                ? .signed(SignedStatement(.ownCar(car.car), signature: car.signature)) : .car(car)
        }
        return kept + acks.map { .signed(SignedStatement(.ack($0.ack), signature: $0.signature)) }
    }

    /// Final blocks that wait for their cars, and those above.
    private var blockSummary: [Record] {
        let waiting = (0..<chain.undelivered).compactMap { chain.waiting($0)?.entry.block }
        return (waiting + tree.journaled).map(Record.block)
    }

    private var viewSummary: [Record] {
        var records: [Record] = []
        if let newestFinalization { records.append(.certificate(newestFinalization)) }
        let open = views.known.filter { $0 > finalizedView }
        for view in open {
            records += VoteKind.allCases.compactMap { views[view][$0] }.map(Record.certificate)
        }
        for view in open {
            let own = views[view].own
            if let proposal = own.signedProposal {
                records.append(
                    .signed(SignedStatement(.proposal(proposal.block), signature: proposal.signature)))
            }
            records += VoteKind.allCases.compactMap { own.stored($0) }
                .map { .signed(SignedStatement(.vote($0.vote), signature: $0.signature)) }
        }
        return records
    }

    // MARK: The end of an epoch

    /// Proves that the block at `height` is final, for those who do not know it yet: it and what follows up to a finalization. Nil where it is not in
    /// memory with its proof.
    public func closing(from height: UInt64) -> HistoryBatch? { chain.history(from: height) }

    // MARK: Taking over

    /// Goes on after blocks that it never saw, whose state the shell holds and has proven: what this validator has said above them stands, and is
    /// summed up behind a mark. Whatever it knew of blocks above `point` but did not execute it fetches again. The view stays: only certificates
    /// move it.
    mutating func adopt(_ point: ChainPoint) {
        guard point.epoch == committee.epoch, point.height > chain.delivered.height, point.cut.lanes == committee.n
        else { return }
        isPlaced = true
        chain = FinalChain(genesis: point)
        tree.rebase(to: point)
        for lane in lanes.indices where point.cut[lane].position > lanes[lane].floor.position {
            lanes[lane].execute(through: point.cut[lane])
        }
        if own.tip.position < point.cut[me].position { own.begin(after: point.cut[me]) }
        own.forget(through: lanes[me].floor.position)
        if highestNotarized.view <= point.view { highestNotarized = (point.view, point.hash) }
        counters.statesAdopted += 1
        sinceSnapshot = (0, 0)
        owesSummary = true
    }

    /// Sums up for a state that was taken over, once all events of the turn are taken: own statements that come back as durable among them stand in
    /// nothing else that is written again.
    mutating func summarizeIfOwed() {
        guard owesSummary else { return }
        owesSummary = false
        emit(.summarize(summary))
    }

    // MARK: Restoring

    /// Where the journal is read from here on, this is where it begins; where it is read from before, this is what it has led to.
    mutating func restore(_ mark: SnapshotMark) throws(RestoreError) {
        guard mark.point.epoch == committee.epoch, mark.point.cut.lanes == committee.n else { throw .foreign }
        if hasRestored {
            guard chain.delivered == mark.point else { throw .otherSnapshot(height: mark.point.height) }
            return
        }
        isPlaced = true
        chain = FinalChain(genesis: mark.point)
        tree.rebase(to: mark.point)
        for lane in lanes.indices { lanes[lane].execute(through: mark.point.cut[lane]) }
        own.begin(after: mark.point.cut[me])
        highestNotarized = (mark.point.view, mark.point.hash)
        newestOwnView = mark.newestOwnView
    }

    /// Whether an own car of the journal is one that it has had already.
    func isKnown(own car: Car) -> Bool {
        car.position <= own.tip.position
            && (car.position <= lanes[me].floor.position || lanes[me].car(car.hash) != nil)
    }
}
