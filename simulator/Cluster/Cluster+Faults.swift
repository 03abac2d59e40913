import Consensus
import Models
import Replica

/// Harm, and its end.
extension Cluster {
    /// Makes an appointment with each fault of the plan that strikes now and then.
    mutating func scheduleStrikes() {
        for fault in Fault.allCases { scheduleStrike(fault) }
        for index in processes.indices where plan.forgetful[processes[index].validator] != nil {
            agenda.add(.forget(index), at: now + random.within(5000...30_000))
        }
        if let slowest = plan.intensities[.slowDisks].map({ _ in Int(random.below(UInt64(processes.count))) }) {
            processes[slowest].syncDelay = plan.amount(.slowDisks)
        }
    }

    private mutating func scheduleStrike(_ fault: Fault) {
        guard let mean = plan.meanInterval(fault) else { return }
        agenda.add(.strike(fault), at: now + random.within(mean / 2...mean * 3 / 2))
    }

    mutating func strike(_ fault: Fault) {
        guard isStormy else { return }
        counts.strikes += 1
        trace.strike(fault, at: now)
        let target = Int(random.below(UInt64(processes.count)))
        switch fault {
        case .partitions: strikeNetwork(fault, lasting: 200...8000) { $0.divide() }
        case .cuts: strikeNetwork(fault, lasting: 200...8000) { $0.cut() }
        case .slowLinks: strikeNetwork(fault, lasting: 1000...10_000) { $0.slow() }
        case .crashes, .diskErrors: crash(target)
        case .tornWrites: processes[target].isDoomed = true
        case .blackouts: for index in processes.indices { crash(index) }
        case .pauses: pause(target)
        case .jumps: processes[target].clock.skew += Int64(random.within(0...8000)) - 4000
        case .changes: proposeChange()
        case .bursts: for _ in 0..<random.within(20...100) { makeReport() }
        case .loss, .duplication, .spikes, .relapses, .skew, .drift, .slowDisks, .bitFlips, .crowds, .hotLane: break
        }
        scheduleStrike(fault)
    }

    mutating func heal(_ fault: Fault) {
        switch fault {
        case .partitions: network.joinParts()
        case .cuts: network.mendCuts()
        case .slowLinks: network.speedUp()
        default: return
        }
        reconnectAll()
    }

    // MARK: The network

    private mutating func strikeNetwork(
        _ fault: Fault, lasting range: ClosedRange<UInt64>, _ act: (inout Cluster) -> Void
    ) {
        act(&self)
        agenda.add(.heal(fault), at: now + random.within(range))
    }

    /// Halves, one alone, or as many parts as chance makes.
    private mutating func divide() {
        let count = UInt64(processes.count)
        switch random.below(3) {
        case 0:
            let alone = Int(random.below(count))
            network.divide(processes.indices.map { $0 == alone ? 1 : 0 })
        case 1: network.divide(processes.indices.map { _ in Int(random.below(2)) })
        default: network.divide(processes.indices.map { _ in Int(random.below(count)) })
        }
    }

    /// Some links carry nothing in one direction.
    private mutating func cut() {
        let deaf = Int(random.below(UInt64(processes.count)))
        for other in processes.indices where other != deaf && random.happens(permille: 700) {
            network.cut(random.happens(permille: 800) ? .init(from: other, to: deaf) : .init(from: deaf, to: other))
        }
    }

    private mutating func slow() {
        let slow = Int(random.below(UInt64(processes.count)))
        for other in processes.indices where other != slow {
            network.slow(.init(from: slow, to: other), by: random.below(1000))
            network.slow(.init(from: other, to: slow), by: random.below(1000))
        }
    }

    /// Links that broke are opened again.
    private mutating func reconnectAll() {
        for index in processes.indices where processes[index].state == .up { connect(index) }
    }

    /// The process learns that its links are open.
    private mutating func connect(_ index: Int) {
        for other in processes.indices where processes[other].state == .up {
            guard processes[other].validator != processes[index].validator, processes[index].reaches.contains(other),
                let validator = town(of: index).index(of: processes[other].validator)
            else { continue }
            tell(.connected(validator), to: index)
        }
    }

    // MARK: Processes

    /// Stops the process. It starts again later, maybe only to stop once more.
    mutating func crash(_ index: Int) {
        guard processes[index].isUp else { return }
        counts.crashes += 1
        stop(index)
        // Half of them are back before the others give up the view.
        let isBrief = random.happens(permille: 500)
        let absence = random.within(isBrief ? 20...400 : 400...12_000)
        agenda.add(.start(index, life: processes[index].life), at: now + absence)
    }

    private mutating func stop(_ index: Int) {
        let share = random.next()
        remember(processes[index].disk.crash { Int(share % UInt64($0)) }, of: index)
        if processes[index].attack is Amnesiac { processes[index].wipe() }
        if isStormy, random.happens(permille: plan.amount(.bitFlips)) {
            processes[index].disk.flip(bit: random.next())
        }
        leave(index)
    }

    /// What is only in memory is gone.
    private mutating func leave(_ index: Int) {
        processes[index].state = .down
        processes[index].life += 1
        processes[index].inbox = []
        processes[index].gathered = []
        processes[index].inFlight = []
        processes[index].mailbox = []
        processes[index].snapshots = []
        processes[index].transfer.reset()
        processes[index].wakeAt = nil
        processes[index].hasMissedSync = false
        processes[index].hasTurn = false
        processes[index].isDoomed = false
        trace.note("stops", of: index, at: now)
    }

    /// The process begins anew, with what is on its disk.
    mutating func restart(_ index: Int) {
        remember(processes[index].disk.crash { $0 - 1 }, of: index)
        leave(index)
        start(index)
    }

    mutating func start(_ index: Int) {
        guard !processes[index].isUp, !processes[index].isWaiting else { return }
        processes[index].state = .up
        processes[index].life += 1
        trace.note("starts", of: index, at: now)
        if !processes[index].disk.open() {
            // Its operator lays the journal aside, and it goes on as if the disk were lost.
            trace.note("refuses its journal", of: index, at: now)
            processes[index].wipe()
        }
        do {
            try restore(index)
        } catch {
            if processes[index].isHonest {
                oracle.report("validator \(processes[index].validator) refuses its journal: \(error)")
            }
            return
        }
        if let end = processes[index].replica.end {
            self.end(index, with: end, isMarked: processes[index].isSuccessorMarked)
        }
        tell(processes[index].isBlank ? .startWithoutJournal : .start, to: index)
        connect(index)
        for other in processes.indices where other != index && processes[other].state == .up {
            guard processes[other].validator != processes[index].validator,
                let validator = town(of: other).index(of: processes[index].validator)
            else { continue }
            tell(.connected(validator), to: other)
        }
        if isStormy, random.happens(permille: plan.amount(.relapses)) {
            stop(index)
            agenda.add(.start(index, life: processes[index].life), at: now + random.within(10...1000))
        }
    }

    private mutating func restore(_ index: Int) throws {
        let (snapshot, records) = processes[index].disk.newest
        let configuration = founding.configuration(0, settings)
        let state = try snapshot.map { try Snapshot(decoding: $0, for: configuration) }
        let epoch = state?.committee.epoch ?? processes[index].firstEpoch
        processes[index].epoch = epoch
        let town = town(of: index)
        guard let me = town.index(of: processes[index].validator) else {
            preconditionFailure("it keeps no snapshot of an epoch that it has no part in")
        }
        let fresh = town.replica(me, settings(of: processes[index].validator))
        processes[index].replica = state.map { Replica(fresh.configuration, after: $0) } ?? fresh
        processes[index].transfer = StateTransfer(town.committee)
        let height = state?.height ?? 0
        if state != nil { counts.shortStarts += 1 }
        processes[index].isBlank = records.allSatisfy(\.beginsEpoch)
        processes[index].blocks.removeAll { $0.height > height }
        processes[index].isSuccessorMarked = false
        for record in records {
            if case .snapshot(let mark) = record, mark.point == processes[index].replica.end?.beginning.point {
                processes[index].isSuccessorMarked = true
            }
            for block in try processes[index].replica.restore(record) { note(block, of: index) }
        }
    }

    /// The process stops and comes back with another disk, or an old image of its own.
    mutating func forget(_ index: Int) {
        guard isStormy, let lapse = plan.forgetful[processes[index].validator] else { return }
        let isUp = processes[index].isUp
        if isUp { stop(index) }
        switch lapse {
        case .lostDisk: processes[index].wipe()
        case .oldDisk:
            let records = UInt64(processes[index].disk.durable.count)
            processes[index].disk.setBack(to: Int(random.within(records / 2...records - records / 8)))
        case .rottenDisk: processes[index].disk.rot(random.next())
        }
        trace.note("has a \(lapse.rawValue)", of: index, at: now)
        if isUp { agenda.add(.start(index, life: processes[index].life), at: now + random.within(50...5000)) }
        agenda.add(.forget(index), at: now + random.within(15_000...60_000))
    }

    private mutating func pause(_ index: Int) {
        guard processes[index].state == .up else { return }
        processes[index].state = .paused
        agenda.add(.resume(index, life: processes[index].life), at: now + random.within(100...30_000))
        trace.note("pauses", of: index, at: now)
    }

    mutating func resume(_ index: Int) {
        guard processes[index].state == .paused else { return }
        processes[index].state = .up
        processes[index].wakeAt = nil
        trace.note("goes on", of: index, at: now)
        if processes[index].hasMissedSync {
            processes[index].hasMissedSync = false
            commitEnded(index)
        }
        let mailbox = processes[index].mailbox
        processes[index].mailbox = []
        for (envelope, sender) in mailbox { take(envelope, from: sender, at: index) }
        tell(.tick, to: index)
    }

    // MARK: The end of it

    /// The weather clears, everybody is started, clocks are set, and whoever lies goes on lying.
    mutating func calm() {
        isStormy = false
        network.heal()
        for index in processes.indices {
            processes[index].syncDelay = 0
            processes[index].clock.skew = 0
            processes[index].isDoomed = false
            switch processes[index].state {
            case .down: start(index)
            case .paused: resume(index)
            case .up: break
            }
        }
        reconnectAll()
        trace.note("all is healed", of: 0, at: now)
    }
}
