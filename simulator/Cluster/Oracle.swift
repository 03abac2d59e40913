import Consensus
import Cryptography
import Replica
import Telemetry

/// What must hold after every event of every run, whatever goes wrong and whoever lies. It sees everything; the first breach is kept.
struct Oracle: Sendable {
    /// A block as the first honest validator executed it.
    private struct Logged: Sendable {
        let view: UInt64
        let hash: Digest
        let cars: [Digest]
        let head: Head
    }

    private let committee: Committee
    private let liars: Set<ValidatorIndex>
    private let forgetful: Set<ValidatorIndex>
    private(set) var breach: String?
    private var statements = Statements()
    private var log: [Logged] = []
    /// The final block of each view that has one.
    private var finals: [UInt64: Digest] = [:]
    /// Blocks that the liars' votes could make final at any time, by view.
    private var finalizable: [UInt64: Digest] = [:]
    private var leaves: [[UInt8]] = []
    private var snapshots: [UInt64: Digest] = [:]
    private var committed: Set<SubmissionKey> = []
    private var ordered: Set<Digest> = []
    /// Entries of the log that convict a liar.
    private(set) var convictions: UInt64 = 0

    init(_ committee: Committee, liars: Set<ValidatorIndex>, forgetful: Set<ValidatorIndex>) {
        self.committee = committee
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
    mutating func see(_ signed: SignedStatement, by validator: ValidatorIndex) {
        guard !liars.contains(validator) else { return }
        if forgetful.contains(validator) {
            guard case .ownCar = signed.statement else { return }
        }
        if let contradiction = statements.see(signed.statement, by: validator) { report(contradiction) }
        // With more liars than that, what could be final says nothing about what is.
        guard liars.count + forgetful.count <= committee.f, case .vote(let vote) = signed.statement,
            vote.kind == .finalize,
            statements.finalizers(of: vote) + liars.count + forgetful.count >= committee.quorum
        else { return }
        finalizable[vote.view] = vote.hash
        if vote.view <= log.last?.view ?? 0 { expectFinal(vote.view) }
    }

    /// What could be final is final once a later block is: whoever holds the liars' votes may have acted on it.
    private mutating func expectFinal(_ view: UInt64) {
        expect(
            finals[view] == finalizable[view], "the block of view \(view) could be final, and a later one excludes it")
    }

    /// Nobody honest can be convicted.
    mutating func see(_ evidence: Evidence) {
        let culprit = evidence.culprit(in: committee)
        expect(evidence.isSigned(in: committee), "\(evidence.label) proves nothing")
        expect(liars.contains(culprit), "honest validator \(culprit) is accused of \(evidence.label)")
    }

    /// What the log says of anybody is so.
    private mutating func see(_ entry: EvidenceEntry) {
        guard let evidence = try? Evidence(decoding: entry.evidence) else {
            return report("the log holds evidence that nobody can read")
        }
        expect(evidence.culprit(in: committee) == Int(entry.validator), "the log convicts another than the culprit")
        convictions += 1
        see(evidence)
    }

    // MARK: Blocks

    /// All honest validators execute the same blocks to the same heads, none left out and no report twice; also after a restart.
    mutating func see(_ block: ExecutedBlock, by validator: ValidatorIndex) {
        guard !liars.contains(validator) else { return }
        let logged = Logged(
            view: block.view, hash: block.hash, cars: block.finalized.cars.map(\.hash), head: block.head)
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
        let before = log.last?.view ?? 0
        log.append(logged)
        finals[logged.view] = logged.hash
        for view in finalizable.keys where view > before && view <= logged.view { expectFinal(view) }
        finalizable = finalizable.filter { $0.key > logged.view }
        leaves += block.leaves
        ordered.formUnion(logged.cars)
        let isClean = block.finalized.cars.allSatisfy { $0.car.items.last != Town.invalidItem }
        expect(isClean, "block \(block.height) orders a car with an invalid item")
        for case .evidence(let entry) in block.entries { see(entry) }
        for accepted in block.submissions {
            let isNew = committed.insert(accepted.submission.key).inserted
            expect(isNew, "a report is in the log twice: \(accepted.submission.key)")
        }
        expect(UInt64(leaves.count) == block.head.size, "block \(block.height) counts \(block.head.size) entries")
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
    mutating func see(_ answer: Answer, to key: SubmissionKey, by validator: ValidatorIndex) {
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

/// What honest validators have said, to find what excludes something else.
private struct Statements: Sendable {
    private struct VoteSlot: Hashable {
        let validator: ValidatorIndex
        let view: UInt64
        let kind: VoteKind
    }

    private struct CarSlot: Hashable {
        let validator: ValidatorIndex
        let lane: ValidatorIndex
        let position: UInt64
    }

    private var votes: [VoteSlot: Digest] = [:]
    private var finalizers: [Vote: Int] = [:]
    private var proposals: [VoteSlot: Digest] = [:]
    private var cars: [CarSlot: Digest] = [:]
    private var acks: [CarSlot: Digest] = [:]

    /// Takes the next statement; what is wrong with it, in words.
    mutating func see(_ statement: Statement, by validator: ValidatorIndex) -> String? {
        switch statement {
        case .vote(let vote): return see(vote, by: validator)
        case .proposal(let block):
            let slot = VoteSlot(validator: validator, view: block.view, kind: .notarize)
            return bind(block.hash, in: &proposals, slot)
                ? nil : "validator \(validator) proposes twice in \(block.view)"
        case .ownCar(let car):
            let slot = CarSlot(validator: validator, lane: validator, position: car.position)
            return bind(car.hash, in: &cars, slot) ? nil : "validator \(validator) forks its lane at \(car.position)"
        case .ack(let ack):
            let slot = CarSlot(validator: validator, lane: ack.lane, position: ack.position)
            let isBound = bind(ack.hash, in: &acks, slot)
            return isBound ? nil : "validator \(validator) acknowledges two cars at \(ack.position) of lane \(ack.lane)"
        }
    }

    /// How many of the honest have voted like this.
    func finalizers(of vote: Vote) -> Int { finalizers[vote] ?? 0 }

    private mutating func see(_ vote: Vote, by validator: ValidatorIndex) -> String? {
        let slot = VoteSlot(validator: validator, view: vote.view, kind: vote.kind)
        if vote.kind == .finalize, votes[slot] == nil { finalizers[vote, default: 0] += 1 }
        guard bind(vote.hash, in: &votes, slot) else {
            return "validator \(validator) votes twice in view \(vote.view)"
        }
        let nullify = VoteSlot(validator: validator, view: vote.view, kind: .nullify)
        let finalize = VoteSlot(validator: validator, view: vote.view, kind: .finalize)
        guard votes[nullify] != nil, votes[finalize] != nil else { return nil }
        return "validator \(validator) both nullifies and finalizes view \(vote.view)"
    }

    private func bind<Slot>(_ hash: Digest, in slots: inout [Slot: Digest], _ slot: Slot) -> Bool {
        if let known = slots[slot] { return known == hash }
        slots[slot] = hash
        return true
    }
}
