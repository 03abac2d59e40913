import Consensus
import Replica
import Storage
import Telemetry

/// The end of the own epoch, and those who have not heard of the end of theirs.
extension Server {
    /// Nothing more happens in this epoch. Where this validator has a part in the next one, its beginning goes into the journal, unless a replay
    /// found it there at `mark`, and its state into a snapshot. Then the owner hears of it.
    func end(with end: EpochEnd, mark: JournalPosition?) {
        defer { outbox.add(.ended(end)) }
        let state = end.beginning
        let name = configuration.names[configuration.replica.me]
        guard end.decision.change.members.contains(where: { $0.name == name }) else { return keepForOthers(state) }
        let mark = mark ?? stage(.snapshot(SnapshotMark(beginningAt: state.point)))
        journal.endSegment()
        _ = takeover.end(at: state.height)
        outbox.add(.keep(PendingSnapshot(state: state, mark: mark, end: mark, beginsEpoch: true)))
    }

    /// Of those who go on there may be one honest validator alone that has the state, and a state is believed when more than the liars offer it.
    private func keepForOthers(_ state: Snapshot) {
        loop.pool.run({ state.encoded() }) { [self] image in
            assumeIsolated { $0.offers.keep(parting: image, height: state.height) }
        }
    }

    func epochEnded(_ end: EpochEnd) {
        logger.notice("epoch \(replica.committeeEpoch) ends with block \(replica.height)")
        if let closing = end.closing { closings[closing.epoch] = closing }
        epochEnds.yield(end)
    }

    /// What a validator of an earlier epoch needs is in the stores: the proof that its last block is final, and blocks and cars up to it. Who is in
    /// a later one needs nothing: it will answer the same to this one's own messages.
    func answer(other message: PeerMessage, from peer: ValidatorIndex) {
        counters.framesUnwanted += 1
        let isOver = message.epoch < replica.committeeEpoch || replica.end != nil
        guard isOver, message.epoch <= replica.committeeEpoch else { return }
        switch message {
        case .historyRequest(let request):
            let closing = closings[request.epoch]
            serveEarlier(peer) { $0.history(request, closing: closing) }
        case .carRequest(let request):
            serveEarlier(peer) { $0.cars(request) }
        default:
            let now = loop.monotonicMilliseconds
            guard toldAgain[peer, default: 0] <= now else { return }
            toldAgain[peer] = now + ServerLimits.epochReminderMilliseconds
            if let closing = closings[message.epoch] {
                send(.message(.certificate(closing.certificate)), to: .one(peer))
            } else {
                offer(to: peer)
            }
        }
    }

    /// A few at a time: nobody has asked consensus, which would keep a budget.
    private func serveEarlier(
        _ peer: ValidatorIndex, _ read: @escaping @Sendable (Stores) -> Result<PeerMessage?, StoresError>
    ) {
        guard transfersUnderWay[peer, default: 0] < ServerLimits.transfersPerPeer else { return }
        transfersUnderWay[peer, default: 0] += 1
        serve(peer, read) { $0.transfersUnderWay[peer, default: 0] -= 1 }
    }

    /// Vehicles that know an earlier committee find every decision since the first: each is signed by those before.
    func showDecisions() {
        let count = Int(replica.committeeEpoch - Committee.firstEpoch)
        guard shownDecisions.count < count, !shownDecisions.areRead else { return }
        shownDecisions.areRead = true
        let stores = archive.stores
        loop.pool.run({ stores.decisions() }) { [self] read in
            assumeIsolated { server in
                server.shownDecisions.areRead = false
                // The last one may stand behind the head that is shown; then it is read again.
                guard case .success(let decisions) = read else { return }
                server.shownDecisions.count = decisions.count
                for decision in decisions { server.show(decision) }
            }
        }
    }

    func show(_ decision: SignedCommitteeChange) {
        gateway.retain(Topics.decision(for: decision.change.epoch), decision.encoded(), now: now)
    }

    /// Turns vehicles away and takes no new ones: the validator has no part in the next epoch, but still answers the others.
    public func retire() {
        gateway.shutDown(now: now)
        for acceptor in links?.acceptors ?? [] { acceptor.close() }
    }
}
