import Consensus
import Cryptography
import Federation
import Hazards
import Telemetry
import TransparencyLog
import Wire

@testable import Replica

/// A committee of one, with the test as its shell: it signs, keeps a journal, gives back what it signed, and lets time pass.
struct Lone {
    var replica: Replica
    private(set) var journal: [Record] = []
    private(set) var blocks: [ExecutedBlock] = []
    private(set) var heads: [PublishedHead] = []
    private(set) var answers: [SubmissionToken: [Answer]] = [:]
    /// What vehicles were to be warned of.
    private(set) var warnings: [Hazard] = []
    /// Rounds that were to be computed.
    private(set) var jobs: [RoundJob] = []
    /// Snapshots that were to be kept.
    private(set) var snapshots: [Snapshot] = []
    /// Heads that were to be cosigned.
    private(set) var cosigned: [(head: Head, asksForReturn: Bool)] = []
    /// Whether own cosignatures come back; without them no head finds its quorum.
    var cosigns = true
    private var inbox: [ReplicaEvent] = []
    private var tokens: UInt64 = 0
    private var milliseconds: UInt64 = 0
    /// How the epoch ended, once it has.
    private(set) var end: EpochEnd?
    private let key: SigningKey
    private static let cosigningKey = Town.key(2)

    init(terms: CommitteeTerms = Town.terms, snapshotBlocks: UInt64 = 1024) throws {
        key = Town.key(1)
        let committee = Committee(chainID: Town.chain, epoch: 1, keys: [key.publicKey])
        replica = Replica(try Self.configuration(committee, terms, snapshotBlocks))
    }

    /// The process that goes on in the next epoch with the key that is its only member's, from what the one before left.
    init(goingOnAfter end: EpochEnd, with key: SigningKey, at milliseconds: UInt64) throws {
        self.key = key
        self.milliseconds = milliseconds
        let beginning = end.beginning
        let configuration = try Self.configuration(beginning.committee, Town.terms, 1024)
        replica = Replica(configuration, after: try Snapshot(decoding: beginning.encoded(), for: configuration))
        journal = [.snapshot(SnapshotMark(beginningAt: beginning.point))]
        _ = try replica.restore(journal[0])
    }

    /// The process that comes after one that left `journal` behind, and maybe a snapshot.
    init(
        restoring journal: [Record], after snapshot: [UInt8]? = nil, terms: CommitteeTerms = Town.terms,
        snapshotBlocks: UInt64 = 1024
    ) throws {
        try self.init(terms: terms, snapshotBlocks: snapshotBlocks)
        if let snapshot {
            let configuration = replica.configuration
            replica = Replica(configuration, after: try Snapshot(decoding: snapshot, for: configuration))
        }
        for record in journal { blocks += try replica.restore(try Record(decoding: record.encoded())) }
        self.journal = journal
    }

    private static func configuration(
        _ committee: Committee, _ terms: CommitteeTerms, _ snapshotBlocks: UInt64
    ) throws -> ReplicaConfiguration {
        let verifier = VerifierKey(name: "town.example/1", kind: .cosigner, publicKey: cosigningKey.publicKey)
        guard let verifier, let cosigners = Cosigners(origin: "town.example", keys: [verifier]) else {
            throw Wrong("names of keys")
        }
        var settings = ConsensusSettings()
        settings.snapshotBlocks = snapshotBlocks
        return ReplicaConfiguration(
            committee: committee, me: 0, consensus: settings, terms: terms, logSecret: Town.logSecret,
            cosigners: cosigners)
    }

    /// Log entries so far.
    var leaves: [[UInt8]] { blocks.flatMap(\.leaves) }

    /// The one answer of a submission.
    func answer(_ token: SubmissionToken) throws -> Answer {
        guard let given = answers[token] else { throw Wrong("no answer came") }
        guard given.count == 1 else { throw Wrong("\(given.count) answers came") }
        return given[0]
    }

    /// The one answer that a submission has after a while.
    mutating func answer(_ token: SubmissionToken, within span: UInt64) throws -> Answer {
        pass(span)
        return try answer(token)
    }

    mutating func start() { tell(.start) }

    mutating func submit(_ report: AdmittedReport) -> SubmissionToken { submit(.report(report)) }

    mutating func submit(_ submission: Submission) -> SubmissionToken {
        tokens += 1
        let token = SubmissionToken(number: tokens)
        // For the next turn, with whatever else is submitted until then.
        inbox.append(.submit(submission, token))
        return token
    }

    mutating func tell(_ event: ReplicaEvent) {
        inbox.append(event)
        settle()
    }

    /// Lets time pass, waking the replica whenever it asked for it.
    mutating func pass(_ span: UInt64) {
        let end = milliseconds + span
        settle()
        while let deadline = replica.nextDeadline, deadline.milliseconds <= end {
            milliseconds = max(milliseconds, deadline.milliseconds)
            tell(.tick)
        }
        milliseconds = end
    }

    private mutating func settle() {
        while !inbox.isEmpty {
            let now = Moment(
                instant: Instant(milliseconds: milliseconds), timestamp: Town.start + milliseconds)
            let events = inbox
            inbox = []
            for effect in replica.step(events, at: now) { perform(effect) }
        }
    }

    private mutating func perform(_ effect: ReplicaEffect) {
        switch effect {
        case .persist(let record): journal.append(record)
        case .summarize(let records, let snapshot):
            // What is signed and has not come back waits in the inbox here.
            journal += records + inbox.compactMap { if case .signed(let signed) = $0 { .signed(signed) } else { nil } }
            snapshots.append(snapshot)
        case .sign(let statement):
            let signed = SignedStatement(
                statement, signature: key.sign(statement.signingMessage(chain: Town.chain)))
            journal.append(.signed(signed))
            inbox.append(.signed(signed))
        case .cosign(let head, _, let asksForReturn):
            cosigned.append((head, asksForReturn))
            if cosigns { inbox += cosignature(of: head) }
        case .executed(let block): blocks.append(block)
        case .published(let head): heads.append(head)
        case .answer(let token, let answer): answers[token, default: []].append(answer)
        case .compute(let job): jobs.append(job)
        case .warn(let hazards): warnings += hazards
        case .ended(let end): self.end = end
        case .send, .attested, .serveHistory, .serveCars, .inspect, .evidence, .halt: break
        }
    }

    /// The own cosignature as an event.
    func cosignature(of head: Head) -> [ReplicaEvent] {
        let cosigners = replica.configuration.cosigners
        let signature = Self.cosigningKey.sign(cosigners.statement(of: head))
        let claim = Cosignature(validator: 0, head: head, signature: signature, asksForReturn: false)
        return cosigners.verify(claim).map { [.cosignature($0)] } ?? []
    }
}
