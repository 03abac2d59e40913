import Cryptography
import Wire

/// Tips without a proof of their own.
///
/// While there is little to do everybody looks into every car as it comes, so a leader may order a car that it has acknowledged itself before f
/// others say so: the votes for its block will. It takes such a chance on a lane at most one car above what is proven or ordered, on its own
/// at most two, on none that cost a voter a fetch, or a view, in its last `demotionViews` views, and on none whose owner it has seen lie.
/// Whether it does is its own choice: a voter judges nothing but the distance, and whether it can vouch for the car.
extension Consensus {
    // MARK: The leader

    /// Proofs that a block on `point` could order.
    func proofs(beyond point: ChainPoint) -> [ProofOfAvailability] {
        lanes.indices.compactMap { proof(of: $0, beyond: point) }
    }

    private func proof(of lane: ValidatorIndex, beyond point: ChainPoint) -> ProofOfAvailability? {
        isProven(lane, beyond: point) ? lanes[lane].proof : nil
    }

    /// Whether a proof could be ordered on `point`.
    func isProven(_ lane: ValidatorIndex, beyond point: ChainPoint) -> Bool {
        lanes[lane].proof.map { $0.position > point.cut[lane].position } ?? false
    }

    /// What this validator would order in a block of its own on `point`.
    func tips(beyond point: ChainPoint) -> [TipChange] {
        let takesChances = takesChances
        return lanes.indices.compactMap { lane in
            let proof = proof(of: lane, beyond: point)
            if takesChances, let ack = optimisticTip(of: lane, above: proof?.ack.tip ?? point.cut[lane]) {
                return TipChange(optimistic: ack, above: proof)
            }
            return proof.map(TipChange.init)
        }
    }

    /// Whether there would be any.
    func hasTips(beyond point: ChainPoint) -> Bool {
        lanes.indices.contains {
            isProven($0, beyond: point) || takesChances && optimisticTip(of: $0, above: point.cut[$0]) != nil
        }
    }

    private var takesChances: Bool { settings.takesOptimisticTips && recall == nil && !isRotating }

    private func optimisticTip(of lane: ValidatorIndex, above base: Tip) -> Ack? {
        guard demotedThrough[lane] < view, evidenceCounts[lane] == 0 else { return nil }
        guard lane == me else { return lanes[lane].acknowledged(above: base) }
        return isOwnLaneLost ? nil : own.newest(above: base, atMost: ConsensusLimits.ownOptimisticCars).map { Ack($0) }
    }

    // MARK: Misses

    /// What this validator has put up for proposal in `view`, be it durable or not.
    private func ownBlock(in view: UInt64) -> Block? { views[view].own.proposed.flatMap { tree[$0] } }

    /// A voter fetches a car of the own proposal: its lane is ordered by proofs only for a while.
    mutating func noteMiss(_ request: CarRequest) {
        guard let block = ownBlock(in: view) else { return }
        let isMissed = block.cut.contains { change in
            change.isOptimistic && change.lane == request.lane
                && request.position <= change.position
                && request.position + ConsensusLimits.ownOptimisticCars > change.position
        }
        if isMissed { demote(request.lane) }
    }

    /// The own proposal of `view` was given up, perhaps because of its optimistic tips.
    mutating func noteLoss(of view: UInt64) {
        guard let block = ownBlock(in: view) else { return }
        for change in block.cut where change.isOptimistic { demote(change.lane) }
    }

    /// Of the lane there is another car at a place that the own proposal orders: nobody waits for votes that will not come.
    mutating func noteFork(of lane: ValidatorIndex) {
        guard let block = ownBlock(in: view), !views[view].has(.notarize),
            block.cut.contains(where: { $0.isOptimistic && $0.lane == lane })
        else { return }
        demote(lane)
        castNullify()
    }

    private mutating func demote(_ lane: ValidatorIndex) {
        if demotedThrough[lane] < view { counters.lanesDemoted += 1 }
        demotedThrough[lane] = view + ConsensusLimits.demotionViews
    }

    // MARK: The voter

    /// What the cut of a proposal on `parent` is found to be: `accept` where this validator can vouch for every optimistic tip.
    func judgeTips(of block: Block, after parent: ChainPoint) -> Judgement {
        let leader = committee.leader(of: block.view)
        var needs: [Need] = []
        var isWaiting = false
        for change in block.cut where change.isOptimistic && !lacks(.uncheckedTips) {
            let base = change.proof?.position ?? parent.cut[change.lane].position
            let limit = change.lane == leader ? ConsensusLimits.ownOptimisticCars : 1
            guard base >= parent.cut[change.lane].position, change.position > base, change.position - base <= limit
            else {
                return .refuse
            }
            switch standing(of: change) {
            case .vouched: break
            case .wrong: return .refuse
            case .absent:
                isWaiting = true
                needs.append(tipNeed(change, leader: leader, floor: base))
            case .unread, .waiting: isWaiting = true
            }
        }
        return isWaiting ? .missing(needs) : .accept
    }

    private func standing(of change: TipChange) -> CarLane.Standing {
        let standing = lanes[change.lane].standing(of: change.tip)
        // Of the own lane a validator knows the cars that its journal has, and no others.
        guard change.lane == me, standing != .vouched else { return standing }
        return own.hasSent(change.tip) ? .vouched : .waiting
    }

    private func tipNeed(_ change: TipChange, leader: ValidatorIndex, floor: UInt64) -> Need {
        let request = CarRequest(
            epoch: committee.epoch, lane: change.lane, position: change.position, hash: change.hash, floor: floor)
        return Need(
            goal: .cars(change.hash), request: .carRequest(request), sources: [leader, change.lane],
            patience: settings.fetchPatience)
    }

    /// Looks into the cars that a vote waits for, even where it is others' turn to.
    mutating func hasten(_ block: Block) {
        for change in block.cut where change.isOptimistic {
            guard let car = lanes[change.lane].unread(change.hash), views[view].hastened.insert(change.hash).inserted
            else { continue }
            counters.carsInspectedLate += 1
            emit(.inspect(car))
        }
    }

    /// Shows the leader why it will not have this vote: the cars that stand where its optimistic tips do.
    mutating func showForks(in block: Block) {
        for change in block.cut where change.isOptimistic && change.lane != me {
            guard let rival = lanes[change.lane].rival(of: change.tip) else { continue }
            emit(.send(.car(rival), to: .one(committee.leader(of: block.view))))
        }
    }

    /// What a vote for the block vouches for is in the journal before it.
    mutating func journalTips(of block: Block) {
        for change in block.cut where change.isOptimistic && change.lane != me {
            if let car = lanes[change.lane].car(change.hash) { journal(car) }
        }
    }

    /// Whether a proof would say nothing to others that the votes of this view are not about to.
    func isUnderVote(_ proof: ProofOfAvailability) -> Bool {
        let block = views[view].proposal?.block ?? ownBlock(in: view)
        let isVoted = block?.cut.contains { $0.lane == proof.lane && $0.position >= proof.position } ?? false
        return isVoted || notarizedPoint.map { $0.cut[proof.lane].position >= proof.position } ?? false
    }
}
