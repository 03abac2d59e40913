import Consensus
import Replica
import Storage

/// The end of the own epoch, and those who have not heard of the end of theirs.
extension Server {
    /// Nothing more happens in this epoch. Where this validator has a part in the next one, its beginning goes into the journal, unless a replay
    /// found it there at `mark`, and its state into a snapshot. Then the owner hears of it.
    func end(with end: EpochEnd, mark: JournalPosition?) {
        defer { outbox.add(.ended(EpochEnded(decision: end.decision, closing: end.closing))) }
        let state = end.beginning
        let name = configuration.names[configuration.replica.me]
        guard end.decision.change.members.contains(where: { $0.name == name }) else { return }
        let mark = mark ?? stage(.snapshot(SnapshotMark(beginningAt: state.point)))
        journal.endSegment()
        _ = takeover.end(at: state.height)
        outbox.add(.keep(PendingSnapshot(state: state, mark: mark, beginsEpoch: true)))
    }

    func epochEnded(_ end: EpochEnded) {
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

    /// Turns vehicles away and takes no new ones: the validator has no part in the next epoch, but still answers the others.
    public func retire() {
        gateway.shutDown(now: now)
        for acceptor in links?.acceptors ?? [] { acceptor.close() }
    }
}
