import Cryptography
import Wire

/// What is missing, said anew after every step.
extension Consensus {
    mutating func fetchWhatIsMissing() {
        for lane in lanes.indices { lanes[lane].lookForGap() }
        var needs: [Need] = []
        for some in [historyNeeds, proposerNeeds, voterNeeds, entryNeeds, notarizedNeeds, deliveryNeeds, gapNeeds] {
            needs += some
        }
        if settings.planted != nil { needs.removeAll { !isFetched($0) } }
        guard !needs.isEmpty || fetcher.isPursuing else { return }
        let requests = fetcher.pursue(needs, at: clock.instant, retryAfter: pacemaker.delay)
        for (request, peer) in requests {
            counters.requestsSent += 1
            emit(.send(request, to: .one(peer)))
        }
    }

    /// A planted bug may keep a need from being met.
    private func isFetched(_ need: Need) -> Bool {
        switch need.goal {
        case .block, .history: !lacks(.noBlockFetch)
        case .cars: !lacks(.noCarFetch)
        case .certificates: !lacks(.noCertificateFetch)
        }
    }

    func certificateNeeds(_ range: ClosedRange<UInt64>, sources: [ValidatorIndex]) -> [Need] {
        let last = min(range.upperBound, range.lowerBound + UInt64(ConsensusLimits.viewsPerRequest) - 1)
        let request = CertificateRequest(epoch: committee.epoch, first: range.lowerBound, last: last)
        return [
            Need(
                goal: .certificates(view: view), request: .certificateRequest(request), sources: sources,
                patience: settings.fetchPatience)
        ]
    }

    /// The first block that is missing on the way from the final chain to `hash`; nothing while history is on its way.
    func bodyNeeds(of hash: Digest, sources: [ValidatorIndex]) -> [Need] {
        guard let absent = tree.missing(to: hash), !isFarBehind || historyNeeds.isEmpty else {
            return []
        }
        let request = BlockRequest(epoch: committee.epoch, hash: absent)
        return [
            Need(
                goal: .block(absent), request: .blockRequest(request), sources: sources,
                patience: settings.fetchPatience)
        ]
    }

    /// A proposal of a later view shows that the views before it have ended; whoever leads it knows why.
    private var entryNeeds: [Need] {
        let later = views.known.last { $0 <= view || views[$0].proposal != nil }
        guard let later, later > view else { return [] }
        return certificateNeeds(view...later - 1, sources: [committee.leader(of: later)])
    }

    private var notarizedNeeds: [Need] {
        let final = newestFinalization.map { bodyNeeds(of: $0.hash, sources: []) } ?? []
        return final + bodyNeeds(of: highestNotarized.hash, sources: [])
    }

    /// Final blocks that are missing, as runs. Where they are few they are fetched singly, and a run only after a while: whoever has executed
    /// them may have their bodies in the stores only, where they are found by height.
    private var historyNeeds: [Need] {
        // Who does not know where its epoch began asks from the first height on: nobody has blocks of this epoch there, so the others offer their state.
        guard !isPlaced || isHistoryMissing else { return [] }
        let request = HistoryRequest(epoch: committee.epoch, height: chain.tip.height + 1)
        return [
            Need(
                goal: .history(height: request.height), request: .historyRequest(request),
                patience: isFarBehind || !isPlaced ? 0 : pacemaker.delay)
        ]
    }

    private var isHistoryMissing: Bool {
        guard let newest = newestFinalization, chain.undelivered < ConsensusLimits.blocksUndelivered else {
            return false
        }
        return tree.missing(to: newest.hash) != nil
    }

    /// Whether whole runs of blocks are fetched and not single ones.
    private var isFarBehind: Bool { finalizedView > chain.tip.view + ConsensusLimits.viewsFetchedSingly }

    /// Cars of the next final blocks: of each lane the highest that is missing, for an answer goes down from there, through several blocks at once.
    /// It ends where a life begins, so of what lies below that the highest is asked for too. And what the very next block lacks is asked for by itself
    /// when it does not come so: the block may be an epoch's last, and then nobody keeps what was ordered behind it.
    private var deliveryNeeds: [Need] {
        guard chain.undelivered > 0 else { return [] }
        let offsets = 0..<min(chain.undelivered, ConsensusLimits.blocksFetchedAhead)
        var isCovered = lanes.map { _ in false }
        var needs: [Need] = []
        for (entry, before) in offsets.reversed().compactMap({ chain.waiting($0) }) {
            for change in entry.block.cut where !isCovered[change.lane] {
                guard let missing = carNeed(change, before: before) else { continue }
                needs.append(missing.need)
                isCovered[change.lane] = !missing.isBeginning
            }
        }
        return needs + nextBlockNeeds
    }

    private var nextBlockNeeds: [Need] {
        // Of a single one everything is asked for anyway.
        guard chain.undelivered > 1, let (entry, before) = chain.waiting(0) else { return [] }
        return entry.block.cut.compactMap { change in
            guard var need = carNeed(change, before: before)?.need else { return nil }
            need.patience = pacemaker.delay
            return need
        }
    }

    /// The first car that is missing of what `change` adds to its lane: the owner is asked first, then those who acknowledged it.
    ///
    /// It is looked for down to the cut before and no further, for where a lane has forked nobody may hold more; but the answer may go on.
    private func carNeed(_ change: TipChange, before: Cut) -> (need: Need, isBeginning: Bool)? {
        let segment = lanes[change.lane].segment(from: change.tip, to: before[change.lane])
        guard case .failure(let absent) = segment else { return nil }
        let floor = chain.delivered.cut[change.lane].position
        let need = Need(
            goal: .cars(absent.tip.hash), request: .carRequest(request(change.lane, absent.tip, floor: floor)),
            sources: [change.lane] + (change.proof?.signatures.indices ?? []).filter { $0 != change.lane },
            // While catching up nothing is on its way by itself.
            patience: chain.undelivered > 2 ? 0 : settings.fetchPatience)
        return (need, CarHeader.isBeginning(absent.tip.position))
    }

    /// A car that is held without its parent: only its owner is asked, who alone can be blamed for it.
    private var gapNeeds: [Need] {
        lanes.indices.compactMap { lane in
            guard lane != me, let tip = lanes[lane].gap else { return nil }
            return Need(
                goal: .cars(tip.hash),
                request: .carRequest(request(lane, tip, floor: lanes[lane].floor.position)), sources: [lane],
                isExclusive: true, patience: settings.fetchPatience)
        }
    }

    private func request(_ lane: ValidatorIndex, _ tip: Tip, floor: UInt64) -> CarRequest {
        CarRequest(epoch: committee.epoch, lane: lane, position: tip.position, hash: tip.hash, floor: floor)
    }

    /// An answer to a request for cars.
    mutating func receive(_ batch: CarBatch) {
        guard fetcher.expects(.cars(batch.cars[0].hash)) else { return }
        for car in batch.cars { lanes[car.lane].keep(car, payload: .notInspected) }
    }

    /// Whether a block is missing on the way to one that is notarized or final, be it that nobody has noticed yet.
    func lacks(_ block: Block) -> Bool {
        if fetcher.lacks(.block(block.hash)) { return true }
        return block.hash == notarizedHash(at: block.view) && block.view > chain.tip.view && tree[block.hash] == nil
    }

    /// An answer to a request for a block, whose hash is all that it must have.
    mutating func receive(_ block: Block) {
        if fetcher.lacks(.block(block.hash)) { tree.insert(block) }
    }
}
