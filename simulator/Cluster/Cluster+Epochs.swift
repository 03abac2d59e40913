import Consensus
import Models
import Replica

/// The committee changes: those who stay go on, newcomers begin, and who has not heard of it is told.
extension Cluster {
    /// How long a validator is not told again that its epoch is over, in milliseconds.
    private static let reminder: UInt64 = 200

    func sign(_ statement: Statement, by index: Int) -> SignedStatement {
        let town = town(of: index)
        return town.sign(statement, by: town.index(of: processes[index].validator) ?? 0)
    }

    /// The next change is decided, and brought to two validators; its newcomers are started. Where it was brought before and is not in the log, it is
    /// brought again.
    mutating func proposeChange() {
        let epoch = oracle.epoch
        guard epoch < UInt64(towns.count) else { return }
        let (before, after) = (towns[Int(epoch) - 1], towns[Int(epoch)])
        let decision = after.decision(after: before)
        for index in processes.indices where processes[index].isWaiting && processes[index].firstEpoch == epoch + 1 {
            processes[index].isWaiting = false
            agenda.add(.start(index, life: processes[index].life), at: now + random.within(1...5000))
        }
        for _ in 0..<2 {
            let index = Int(random.below(UInt64(processes.count)))
            if processes[index].state == .up { tell(.change(decision), to: index) }
        }
    }

    /// Whether the process's validator has a part in that epoch.
    func takesPart(_ index: Int, in epoch: UInt64) -> Bool {
        towns[Int(epoch) - 1].index(of: processes[index].validator) != nil
    }

    /// The process's epoch is over: the beginning of the next one goes into its journal, unless a replay has found it there.
    mutating func end(_ index: Int, with end: EpochEnd, isMarked: Bool = false) {
        defer { processes[index].gathered.append(.effect(.ended(end))) }
        guard !isMarked, takesPart(index, in: end.beginning.committee.epoch) else { return }
        let mark = SnapshotMark(beginningAt: end.beginning.point)
        let place = processes[index].disk.stage(.snapshot(mark), isRepeated: true)
        processes[index].disk.bracket(end.beginning.height, place...place)
    }

    /// Everything is written: the process goes on in the next epoch. Who has no part in that stays, and answers the others.
    mutating func succeed(_ index: Int, after end: EpochEnd) {
        guard processes[index].state == .up else {
            // A stopped process does it when it goes on.
            return agenda.add(.succeed(index, life: processes[index].life, end), at: now + 100)
        }
        if let closing = end.closing { processes[index].closings[closing.epoch] = closing }
        let beginning = end.beginning
        guard takesPart(index, in: beginning.committee.epoch) else { return }
        let image = beginning.encoded()
        if processes[index].isHonest { oracle.see(snapshot: image, height: beginning.height) }
        processes[index].disk.keep(
            beginning: image, height: beginning.height, isTakenOver: processes[index].replica.height < beginning.height)
        counts.snapshots += 1
        counts.epochs = max(counts.epochs, beginning.committee.epoch)
        trace.note("begins epoch \(beginning.committee.epoch)", of: index, at: now)
        restart(index)
    }

    /// What a validator of an earlier epoch needs is in the stores. Who is in a later one needs nothing.
    mutating func answer(other message: PeerMessage, from peer: ValidatorIndex, at index: Int) {
        let own = processes[index].epoch
        let isOver = message.epoch < own || processes[index].replica.end != nil
        guard isOver, message.epoch <= own else { return }
        switch message {
        case .historyRequest(let request): serve(request, to: peer, by: index)
        case .carRequest(let request): serve(request, to: peer, by: index)
        default:
            guard processes[index].toldAgain[peer, default: 0] <= now else { return }
            processes[index].toldAgain[peer] = now + Self.reminder
            if let closing = processes[index].closings[message.epoch] {
                send(.certificate(closing.certificate), to: .one(peer), from: index)
            } else {
                offer(to: peer, by: index)
            }
        }
    }
}
