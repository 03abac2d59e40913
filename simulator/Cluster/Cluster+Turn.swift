import Models
import Wire
@_spi(Simulation) import Consensus
@_spi(Simulation) import Replica

/// The server's turn, on a simulated disk.
extension Cluster {
    // MARK: Coming in

    mutating func arrive(_ envelope: Envelope, from sender: Int, at index: Int) {
        switch processes[index].state {
        case .down: return
        case .paused:
            // The sender's socket is full before much has come together.
            if processes[index].mailbox.count < 4096 { processes[index].mailbox.append((envelope, sender)) }
        case .up:
            take(envelope, from: sender, at: index)
            // Whatever else arrives in this millisecond is for the same turn.
            if !processes[index].hasTurn {
                processes[index].hasTurn = true
                agenda.add(.turn(index, life: processes[index].life), at: now)
            }
        }
    }

    mutating func take(_ envelope: Envelope, from number: Int, at index: Int) {
        // Who has no part in the receiver's epoch has no link to it.
        guard let sender = town(of: index).index(of: number) else { return }
        counts.frames += 1
        trace.arrival(envelope.frame, from: number, to: index, at: now)
        let isOver = processes[index].replica.end != nil
        switch envelope.frame {
        case .message(let message) where message.epoch != processes[index].epoch || isOver:
            answer(other: message, from: sender, at: index)
        case .cosignature where envelope.epoch != processes[index].epoch || isOver: return
        case .message(let message):
            if processes[index].attack != nil { post(index) { attack, liar in attack.hear(message, as: &liar) } }
            guard processes[index].replica.wants(message) else {
                return processes[index].inbox.append(.unwanted(message, from: sender))
            }
            guard case .message(let verified) = envelope.verdict else { return }
            let known = processes[index].replica.alreadyVerified(in: message)
            processes[index].inbox.append(.message(verified.knowing(known), from: sender))
        case .cosignature(let cosignature):
            guard processes[index].replica.wants(cosignature), case .cosignature(let verified) = envelope.verdict else {
                return
            }
            processes[index].inbox.append(.cosignature(verified))
        case .transfer(let message): take(message, from: sender, at: index)
        }
    }

    mutating func wake(_ index: Int) {
        // An earlier appointment has taken the place of one that was made before.
        guard processes[index].state == .up, processes[index].wakeAt == now else { return }
        processes[index].wakeAt = nil
        tell(.tick, to: index)
    }

    // MARK: The turn

    mutating func tell(_ event: ReplicaEvent, to index: Int) {
        processes[index].inbox.append(event)
        takeTurn(index)
    }

    mutating func takeTurn(_ index: Int) {
        processes[index].hasTurn = false
        guard processes[index].state == .up else { return }
        while !processes[index].inbox.isEmpty {
            let events = processes[index].inbox
            processes[index].inbox.removeAll(keepingCapacity: true)
            let moment = processes[index].clock.moment(at: now)
            for effect in processes[index].replica.step(events, at: moment) { perform(effect, of: index) }
            releaseUndelayed(index)
        }
        commit(index)
        scheduleWake(index)
    }

    private mutating func perform(_ effect: ReplicaEffect, of index: Int) {
        switch effect {
        case .persist(let record):
            if case .recovered(let recovered) = record {
                trace.note("has forgotten something: silent through \(recovered.silentThrough)", of: index, at: now)
            }
            processes[index].disk.stage(record)
        case .sign(let statement):
            let signed = sign(statement, by: index)
            processes[index].disk.stage(.signed(signed))
            processes[index].gathered.append(.statement(signed))
        case .evidence(let evidence):
            if processes[index].isHonest { oracle.see(evidence, in: processes[index].epoch) }
        case .inspect(let car):
            // As fast as if it had been looked into when it came.
            if case .message(let verified) = checks[Int(processes[index].epoch) - 1].verdict(on: .message(.car(car))) {
                processes[index].inbox.append(.message(verified, from: car.lane))
            }
        case .halt: processes[index].gathered = [.effect(effect)]
        case .ended(let end): self.end(index, with: end)
        case .summarize(let records, let snapshot):
            let mark = stage(summary: records, of: index)
            // Once more at the end: no part of a summary will do.
            let end = processes[index].disk.stage(records[0], isRepeated: true)
            processes[index].disk.bracket(snapshot.height, mark...end)
            processes[index].gathered.append(.effect(effect))
        case .send, .cosign, .executed, .published, .answer, .compute, .attested, .warn, .serveHistory, .serveCars:
            processes[index].gathered.append(.effect(effect))
        }
    }

    /// A summary, and behind it what is signed and waits for its commit.
    private mutating func stage(summary records: [Record], of index: Int) -> Int {
        let places = records.map { processes[index].disk.stage($0, isRepeated: true) }
        if settings.plantedBug == .emptySummary { return places[0] }
        for case .statement(let signed) in processes[index].inFlight + processes[index].gathered {
            processes[index].disk.stage(.signed(signed), isRepeated: true)
        }
        return places[0]
    }

    /// Snapshots are written some time after their mark is durable, and not all of them before the process ends.
    mutating func keepSnapshots(_ index: Int) {
        guard processes[index].isUp, !processes[index].snapshots.isEmpty else { return }
        let snapshot = processes[index].snapshots.removeFirst()
        let bytes = snapshot.encoded()
        processes[index].disk.keep(bytes, height: snapshot.height)
        counts.snapshots += 1
        if processes[index].isHonest { oracle.see(snapshot: bytes, height: snapshot.height) }
        if cutsJournals, let height = processes[index].disk.cut(upTo: processes[index].shown) {
            processes[index].blocks.removeAll { $0.height <= height }
        }
    }

    private mutating func releaseUndelayed(_ index: Int) {
        guard !processes[index].disk.hasStaged, !processes[index].disk.isCommitting else { return }
        let released = processes[index].gathered
        processes[index].gathered.removeAll(keepingCapacity: true)
        for one in released { release(one, of: index) }
    }

    private mutating func commit(_ index: Int) {
        guard processes[index].disk.hasStaged, !processes[index].disk.isCommitting else { return }
        processes[index].disk.beginCommit()
        if processes[index].isDoomed { return crash(index) }
        processes[index].inFlight = processes[index].gathered
        processes[index].gathered = []
        let duration = random.within(0...3) + processes[index].syncDelay
        agenda.add(.synced(index, life: processes[index].life), at: now + duration)
    }

    mutating func commitEnded(_ index: Int) {
        guard processes[index].state == .up else {
            // A stopped process learns of it when it goes on.
            processes[index].hasMissedSync = true
            return
        }
        counts.syncs += 1
        remember(processes[index].disk.endCommit(), of: index)
        let durable = processes[index].inFlight
        processes[index].inFlight = []
        for one in durable { release(one, of: index) }
        takeTurn(index)
    }

    /// What is durable binds, whether or not anybody has heard it.
    mutating func remember(_ written: [Record], of index: Int) {
        let validator = processes[index].validator
        for case .signed(let signed) in written { oracle.see(signed, by: validator) }
        if let breach = processes[index].disk.rules.breach, processes[index].isHonest {
            oracle.report("validator \(validator): \(breach)")
        }
    }

    private mutating func scheduleWake(_ index: Int) {
        guard processes[index].state == .up, let deadline = processes[index].replica.nextDeadline else { return }
        let time = max(processes[index].clock.time(of: deadline), now)
        if let known = processes[index].wakeAt, known <= time { return }
        processes[index].wakeAt = time
        agenda.add(.wake(index, life: processes[index].life), at: time)
    }

    // MARK: Going out

    private mutating func release(_ release: Release, of index: Int) {
        switch release {
        case .statement(let signed):
            let me = town(of: index).index(of: processes[index].validator) ?? 0
            if let (message, audience) = signed.delivery(from: me) { send(message, to: audience, from: index) }
            processes[index].inbox.append(.signed(signed))
        case .effect(let effect): self.release(effect, of: index)
        }
    }

    private mutating func release(_ effect: ReplicaEffect, of index: Int) {
        let validator = processes[index].validator
        switch effect {
        case .persist, .sign, .evidence, .compute, .inspect: break
        case .halt(let reason):
            if processes[index].isHonest { oracle.report("validator \(validator) stops: \(reason)") }
        case .summarize(_, let snapshot):
            processes[index].snapshots.append(snapshot)
            agenda.add(.keep(index, life: processes[index].life), at: now + random.within(1...400))
        case .send(let message, let audience): send(message, to: audience, from: index)
        case .cosign(let head, let audience, let asksForReturn):
            let town = town(of: index)
            let me = town.index(of: validator) ?? 0
            let own = town.cosigners.cosign(head, as: me, with: town.keys[me].cosigning, asksForReturn: asksForReturn)
            send(own.cosignature, to: audience, from: index)
            processes[index].inbox.append(.cosignature(own))
        case .executed(let block): note(block, of: index)
        case .published(let head):
            processes[index].shown = max(processes[index].shown, head.head.height)
            if processes[index].isHonest { oracle.see(head) }
        case .answer(let token, let answer): tell(answer, token, by: index)
        case .attested(let car):
            if processes[index].isHonest, plan.forgetful[validator] == nil {
                attested.append((validator, processes[index].epoch, car.hash))
            }
        case .warn: break
        case .ended(let end):
            agenda.add(.succeed(index, life: processes[index].life, end), at: now + random.within(1...300))
        case .serveHistory(let request, let peer): serve(request, to: peer, by: index)
        case .serveCars(let request, let peer): serve(request, to: peer, by: index)
        }
    }

    mutating func note(_ block: ExecutedBlock, of index: Int) {
        processes[index].blocks.append(block.finalized)
        trace.block(block, at: index, now)
        oracle.see(block, by: processes[index].validator)
        counts.convictions = oracle.convictions
    }
}
