import Consensus
import Cryptography
import Replica
import Telemetry

/// What must hold after every event of every run, whatever goes wrong and whoever lies. It sees everything; the first breach is kept.
struct Oracle: Sendable {
    /// A block as the first honest validator executed it.
    private struct Logged: Sendable {
        let view: EpochView
        let hash: Digest
        let cars: [Digest]
        let head: Head
    }

    private let towns: [Town]
    private let liars: Set<Int>
    private let forgetful: Set<Int>
    private(set) var breach: String?
    private var statements = Statements()
    private var log: [Logged] = []
    /// The final block of each view that has one.
    private var finals: [EpochView: Digest] = [:]
    /// Blocks that the liars' votes could make final at any time, by view.
    private var finalizable: [EpochView: Digest] = [:]
    /// The last view that counts in each epoch that is over.
    private var lastViews: [UInt64: UInt64] = [:]
    /// The epoch of the next block.
    private(set) var epoch = Committee.firstEpoch
    private var leaves: [[UInt8]] = []
    private var snapshots: [UInt64: Digest] = [:]
    private var committed: Set<SubmissionKey> = []
    private var ordered: Set<Digest> = []
    /// Entries of the log that convict a liar.
    private(set) var convictions: UInt64 = 0

    init(_ towns: [Town], liars: Set<Int>, forgetful: Set<Int>) {
        self.towns = towns
        self.liars = liars
        self.forgetful = forgetful
    }

    /// Blocks that some honest validator executed.
    var height: UInt64 { UInt64(log.count) }
    /// Entries of the log that the honest validators made.
    var entries: Int { leaves.count }

    mutating func report(_ words: String) {
        if breach == nil { breach = words }
    }

    private mutating func expect(_ condition: Bool, _ words: String) {
        if !condition { report(words) }
    }

    // MARK: Statements

    /// A validator is bound to what it has written: nothing is signed twice, nothing that excludes something else, not even across crashes. One
    /// whose disk forgets is one of the f that may fail, but it never forks its lane, and nothing convicts it.
    mutating func see(_ signed: SignedStatement, by validator: Int) {
        guard !liars.contains(validator) else { return }
        if forgetful.contains(validator) {
            guard case .ownCar = signed.statement else { return }
        }
        if let contradiction = statements.see(signed.statement, by: validator) { report(contradiction) }
        // With more liars than that, what could be final says nothing about what is.
        guard liars.count + forgetful.count <= towns[0].committee.f, case .vote(let vote) = signed.statement,
            vote.kind == .finalize, vote.view <= lastViews[vote.epoch] ?? .max,
            statements.finalizers(of: vote) + liars.count + forgetful.count
                >= towns[Int(vote.epoch) - 1].committee.quorum
        else { return }
        let view = EpochView(epoch: vote.epoch, view: vote.view)
        finalizable[view] = vote.hash
        if let last = log.last?.view, view <= last { expectFinal(view) }
    }

    /// What could be final is final once a later block is: whoever holds the liars' votes may have acted on it.
    private mutating func expectFinal(_ view: EpochView) {
        expect(
            finals[view] == finalizable[view],
            "the block of view \(view.view) could be final, and a later one excludes it")
    }

    /// Nobody honest can be convicted.
    mutating func see(_ evidence: Evidence, in epoch: UInt64) {
        let town = towns[Int(epoch) - 1]
        let culprit = town.seats[evidence.culprit(in: town.committee)].number
        expect(evidence.isSigned(in: town.committee), "\(evidence.label) proves nothing")
        expect(liars.contains(culprit), "honest validator \(culprit) is accused of \(evidence.label)")
    }

    /// What the log says of anybody is so.
    private mutating func see(_ entry: EvidenceEntry, in epoch: UInt64) {
        guard let evidence = try? Evidence(decoding: entry.evidence) else {
            return report("the log holds evidence that nobody can read")
        }
        let culprit = evidence.culprit(in: towns[Int(epoch) - 1].committee)
        expect(culprit == Int(entry.validator), "the log convicts another than the culprit")
        convictions += 1
        see(evidence, in: epoch)
    }

    // MARK: Blocks

    /// All honest validators execute the same blocks to the same heads, none left out and no report twice; also after a restart.
    mutating func see(_ block: ExecutedBlock, by validator: Int) {
        guard !liars.contains(validator) else { return }
        let view = EpochView(epoch: block.finalized.block.header.epoch, view: block.view)
        let logged = Logged(
            view: view, hash: block.hash, cars: block.finalized.cars.map(\.hash), head: block.head)
        if block.height <= height {
            let known = log[Int(block.height) - 1]
            expect(known.hash == logged.hash, "two blocks are final at height \(block.height)")
            expect(known.cars == logged.cars, "block \(block.height) is executed in two ways")
            expect(known.head == logged.head, "validator \(validator) has another head at height \(block.height)")
        } else {
            expect(block.height == height + 1, "validator \(validator) executes block \(block.height) after \(height)")
            append(block, logged)
        }
    }

    private mutating func append(_ block: ExecutedBlock, _ logged: Logged) {
        let before = log.last?.view ?? EpochView(epoch: 0, view: 0)
        expect(logged.view.epoch == epoch, "block \(block.height) is of epoch \(logged.view.epoch) in epoch \(epoch)")
        log.append(logged)
        finals[logged.view] = logged.hash
        for view in finalizable.keys where view > before && view <= logged.view { expectFinal(view) }
        finalizable = finalizable.filter { $0.key > logged.view }
        leaves += block.leaves
        ordered.formUnion(logged.cars)
        let isClean = block.finalized.cars.allSatisfy { $0.car.items.last != Town.invalidItem }
        expect(isClean, "block \(block.height) orders a car with an invalid item")
        for case .evidence(let entry) in block.entries { see(entry, in: logged.view.epoch) }
        for case .committee(let entry) in block.entries { end(with: entry, at: logged.view) }
        for accepted in block.submissions {
            let isNew = committed.insert(accepted.submission.key).inserted
            // The words are made only where they are needed: these cost more than the check.
            if !isNew { report("a report is in the log twice: \(accepted.submission.key)") }
        }
        expect(UInt64(leaves.count) == block.head.size, "block \(block.height) counts \(block.head.size) entries")
    }

    /// The epoch is over, and what was voted for behind its last block does not count.
    private mutating func end(with entry: CommitteeEntry, at view: EpochView) {
        expect(entry.decision.change.epoch == epoch + 1, "epoch \(entry.decision.change.epoch) follows epoch \(epoch)")
        lastViews[epoch] = view.view
        finalizable = finalizable.filter { $0.key.epoch > view.epoch }
        epoch += 1
    }

    /// All honest validators take the same snapshots.
    mutating func see(snapshot: [UInt8], height: UInt64) {
        let digest = Digest.sha256(snapshot)
        expect(snapshots[height] ?? digest == digest, "two snapshots of height \(height) differ")
        snapshots[height] = digest
    }

    /// Only a head that the honest validators made finds a quorum.
    mutating func see(_ published: PublishedHead) {
        let head = published.head
        guard head.height > 0, head.height <= height else {
            return report("a head is published at height \(head.height), which nobody honest executed")
        }
        expect(log[Int(head.height) - 1].head == head, "another head than the log's is published at \(head.height)")
    }

    // MARK: Receipts

    /// What a vehicle was told is in the log where it was told.
    mutating func see(_ answer: Answer, to key: SubmissionKey, by validator: Int) {
        guard !liars.contains(validator) else { return }
        switch answer {
        case .committed(let entry, let leaf, _, let published):
            see(published)
            expect(committed.contains(key), "a receipt for what is not in the log")
            expect(
                leaf < leaves.count && leaves[Int(leaf)] == entry.encoded(), "a receipt for another entry than \(leaf)")
        case .alreadyCommitted, .committedEarlier:
            expect(committed.contains(key), "a vehicle is told that its report is in the log, and it is not")
        case .refused: break
        }
    }

    /// Whether a report is in the log.
    func hasCommitted(_ key: SubmissionKey) -> Bool { committed.contains(key) }

    /// Whether a car was executed.
    func hasOrdered(_ car: Digest) -> Bool { ordered.contains(car) }
}

/// A view, told apart from those of other epochs.
private struct EpochView: Hashable, Comparable, Sendable {
    let epoch: UInt64
    let view: UInt64

    static func < (left: EpochView, right: EpochView) -> Bool { (left.epoch, left.view) < (right.epoch, right.view) }
}

/// What honest validators have said, to find what excludes something else.
private struct Statements: Sendable {
    private struct VoteSlot: Hashable {
        let validator: Int
        let epoch: UInt64
        let view: UInt64
        let kind: VoteKind
    }

    private struct CarSlot: Hashable {
        let validator: Int
        let epoch: UInt64
        let lane: ValidatorIndex
        let position: UInt64
    }

    private var votes: [VoteSlot: Digest] = [:]
    private var finalizers: [Vote: Int] = [:]
    private var proposals: [VoteSlot: Digest] = [:]
    private var cars: [CarSlot: Digest] = [:]
    private var acks: [CarSlot: Digest] = [:]

    /// Takes the next statement; what is wrong with it, in words.
    mutating func see(_ statement: Statement, by validator: Int) -> String? {
        switch statement {
        case .vote(let vote): return see(vote, by: validator)
        case .proposal(let block):
            let slot = VoteSlot(
                validator: validator, epoch: block.header.epoch, view: block.view, kind: .notarize)
            return bind(block.hash, in: &proposals, slot)
                ? nil : "validator \(validator) proposes twice in \(block.view)"
        case .ownCar(let car):
            let slot = CarSlot(
                validator: validator, epoch: car.header.epoch, lane: car.lane, position: car.position)
            return bind(car.hash, in: &cars, slot) ? nil : "validator \(validator) forks its lane at \(car.position)"
        case .ack(let ack):
            let slot = CarSlot(
                validator: validator, epoch: ack.epoch, lane: ack.lane, position: ack.position)
            let isBound = bind(ack.hash, in: &acks, slot)
            return isBound ? nil : "validator \(validator) acknowledges two cars at \(ack.position) of lane \(ack.lane)"
        }
    }

    /// How many of the honest have voted like this.
    func finalizers(of vote: Vote) -> Int { finalizers[vote] ?? 0 }

    private mutating func see(_ vote: Vote, by validator: Int) -> String? {
        let slot = VoteSlot(validator: validator, epoch: vote.epoch, view: vote.view, kind: vote.kind)
        if vote.kind == .finalize, votes[slot] == nil { finalizers[vote, default: 0] += 1 }
        guard bind(vote.hash, in: &votes, slot) else {
            return "validator \(validator) votes twice in view \(vote.view)"
        }
        let nullify = VoteSlot(validator: validator, epoch: vote.epoch, view: vote.view, kind: .nullify)
        let finalize = VoteSlot(validator: validator, epoch: vote.epoch, view: vote.view, kind: .finalize)
        guard votes[nullify] != nil, votes[finalize] != nil else { return nil }
        return "validator \(validator) both nullifies and finalizes view \(vote.view)"
    }

    private func bind<Slot>(_ hash: Digest, in slots: inout [Slot: Digest], _ slot: Slot) -> Bool {
        if let known = slots[slot] { return known == hash }
        slots[slot] = hash
        return true
    }
}
