import Cryptography
import Wire

/// The consensus of a committee of validators, up to f of which may lie: a value that takes events and returns effects.
///
/// # What it does
///
/// *Lanes disseminate.* Each validator seals what it is given into `Car`s on its own lane, a hash chain. The others check a car, make it
/// durable and acknowledge it; f + 1 acknowledgements are a `ProofOfAvailability`. *Simplex orders.* In each view a leader proposes a
/// `Block`: the lanes' new tips with their proofs, nothing more. A quorum of votes to notarize lets it be built upon, a quorum of votes to
/// nullify ends a view without a block, and a quorum of votes to finalize makes a block and all its ancestors final. A final block is
/// delivered once all its cars are held.
///
/// # The rules, and where they are
///
/// 1. A view is entered by any certificate that ends the one before: `Consensus+Certificates`.
/// 2. A leader proposes on the highest notarized block below which every view is nullified: `Consensus+Proposing`.
/// 3. A validator votes for the first proposal that fits; what it lacks to judge it fetches, for missing is not invalid: `Consensus+Voting`.
/// 4. One vote to notarize in a view (L1), never both nullify and finalize (L2): `OwnStatements`. If c is final at v, then every notarized
///    block at w >= v extends c: at w = v by L1; above, an honest voter has checked the parent p and the nullifications between p and w,
///    p < v would need a nullification of v, which L2 excludes, and p >= v is the same claim for a smaller view.
/// 5. Time-outs, and joining f + 1 others who nullify: `Consensus+Voting`, `Pacemaker`.
/// 6. Everything that matters is said again every D as long as it matters, with the bytes and the signature of the first time.
/// 7. With nothing to order and nothing unfinished, nobody says anything: `Consensus+Activity`.
/// 8. Block times are a clock that f liars cannot move: `LogTime`.
///
/// # What is durable before what
///
/// The shell makes a turn's records durable, in order, before anything of that turn leaves or counts. Hence every row of the specification's
/// table holds by the order of effects within one step: a car before its acknowledgement, a block before the vote for it, a certificate
/// before the first vote in the view that it lets in. What is to be signed is an effect too, and the statement counts for this validator
/// only when it comes back as `signed`, durable. After a restart the same statements are sent again; none is made twice.
///
/// # Where this departs from the specification, and why that is safe
///
/// - *A block's hash covers a header, which covers the cut by a digest*, as a car's does. So a chain of headers proves any past block, however
///   many blocks became final through a later one only.
/// - *Every certificate is journalled when it is first accepted*, not only the one that let this validator in. It is a superset, in the
///   same sync, and a restart loses nothing that others may have to ask for. A notarization stands before the vote to finalize in
///   the same turn rather than in the same record: a torn journal loses its end, so the vote never survives without it.
/// - *The leader casts its vote with its proposal*: both are in one turn, the block's record first, which saves a sync of every view.
/// - *A leader with nothing to order waits D for the parent to become final* before it makes an empty block. Otherwise each empty block,
///   not yet final when the next view begins, would be the reason for another, and no committee would ever be idle.
/// - *A leader that lacks a certificate or its parent's body nullifies its own view after D*, not at once: D is what the fetch is given.
/// - *A proof is sent alone and at once*, never with the next car: it is 240 bytes at n = 4, and waiting would cost its latency. It is not
///   sent for a car that is being voted on.
/// - *A car that is already certified is not acknowledged any more*: its proof is complete.
/// - *A certificate is sent to those who have not shown that they have left its view*, and a little later: see `CertificateDebts`.
/// - *A message from an older view is answered with the certificate for that view, the newest finalization and the certificate that let
///   this validator in*, at most twice per D and peer: a straggler jumps instead of walking.
/// - *Every start asks the others for this validator's newest vote*, and nothing new is said before a quorum has answered: a disk that
///   was lost or set back shows itself. See `Consensus+Recalling`.
/// - *A leader that missed its turn is not waited for as long the next time*, as long as others make progress: `LeaderTurns`. A vote to nullify
///   is allowed at any time before one to finalize, so this costs a slow leader its turn and nothing else.
/// - *Votes for an optimistic tip convict nobody*: an honest voter has acknowledged the car, and two acknowledgements do. See
///   `Consensus+Optimism`.
/// - *Under load f others look into a car, for W positions in a row*, and the rest later or by sample only: `Consensus+Inspecting`.
/// - *Evidence is ordered like anything else*, as an item of a car, so that nobody verifies it between a proposal and a vote.
///
/// Everything here is deterministic: dictionaries are looked up, never walked where the order could be seen.
public struct Consensus: Sendable {
    /// Who votes.
    public let committee: Committee
    /// This validator.
    public let me: ValidatorIndex
    /// What it chose for itself.
    public let settings: ConsensusSettings

    var clock: Moment
    var hasStarted = false
    /// Whether a journal was read.
    var hasRestored = false
    /// It found that its rules do not hold, and says nothing more.
    private(set) var isHalted = false
    var effects: [ConsensusEffect] = []
    /// What has happened, in numbers.
    public internal(set) var counters = ConsensusCounters()

    // Lanes.
    var own = OwnLane()
    var lanes: [CarLane]
    /// Lives that this process has begun, and when the next one may begin.
    var livesBegun = 0
    var restedAt = Instant(milliseconds: 0)
    /// Items in others' cars this second, and until when few members look into each.
    var itemsSeen: (second: UInt64, count: Int) = (0, 0)
    var rotatesUntil = Instant(milliseconds: 0)
    /// Proofs of unread cars that are inspected nevertheless.
    var audits: [Digest: ProofOfAvailability] = [:]

    /// Through which view each lane is ordered by proofs only, where this validator leads.
    var demotedThrough: [UInt64]

    // Views.
    /// The current view.
    public internal(set) var view: UInt64 = 1
    var views = Views()
    var pacemaker: Pacemaker
    var turns: LeaderTurns
    /// What let this validator into the current view; nil in the first.
    var entry: Certificate?
    /// The finalization of the highest view.
    var newestFinalization: Certificate?
    /// The highest view that is known to be notarized or final, and its block.
    var highestNotarized: (view: UInt64, hash: Digest)
    /// The own vote to finalize of the highest view, until that view is final.
    var newestFinalize: SignedVote?

    // Memory.
    /// What is asked at the start; nil once it is answered.
    var recall: Recall?
    /// Views in which nothing is said, since it may have been said already and forgotten.
    var silentThrough: UInt64 = 0
    /// The highest view that the journal or this process has a vote of.
    var newestOwnView: UInt64 = 0
    /// Each other member's vote of its highest view.
    var newestVotes: [SignedVote?]

    // Blocks.
    /// Whether it knows where its epoch began: the first one's beginning is known to all; that of a later one is in the journal, or comes with the
    /// others' state.
    var isPlaced: Bool
    var tree: BlockTree
    var chain: FinalChain
    /// What was delivered since the last snapshot.
    var sinceSnapshot: (blocks: UInt64, bytes: Int) = (0, 0)
    /// A state was taken over in this turn.
    var owesSummary = false

    // Others.
    var debts: CertificateDebts
    var fetcher: Fetcher
    var budgets: [AnswerBudget]
    var evidenceCounts: [Int]

    /// A validator that knows nothing yet. `genesisTime` is the time of the chain's start, and must be the same for all.
    public init(
        committee: Committee, me: ValidatorIndex, settings: ConsensusSettings = ConsensusSettings(),
        genesisTime: Timestamp = Timestamp(milliseconds: 0)
    ) {
        precondition(committee.contains(me), "a validator is a member of its committee")
        self.committee = committee
        self.me = me
        self.settings = settings
        clock = Moment(instant: Instant(milliseconds: 0), timestamp: genesisTime)
        lanes = Array(repeating: CarLane(), count: committee.n)
        demotedThrough = Array(repeating: 0, count: committee.n)
        pacemaker = Pacemaker(settings)
        turns = LeaderTurns(members: committee.n)
        highestNotarized = (0, committee.chainID)
        isPlaced = committee.epoch == Committee.firstEpoch
        let genesis = ChainPoint.genesis(of: committee, at: genesisTime)
        chain = FinalChain(genesis: genesis)
        tree = BlockTree(base: genesis)
        debts = CertificateDebts(members: committee.n, me: me)
        fetcher = Fetcher(me: me, of: committee.n)
        budgets = Array(repeating: AnswerBudget(), count: committee.n)
        evidenceCounts = Array(repeating: 0, count: committee.n)
        newestVotes = Array(repeating: nil, count: committee.n)
    }

    /// Takes one event, at the time that the shell read before it, and says what is to be done, in order.
    public mutating func step(_ event: ConsensusEvent, at now: Moment) -> [ConsensusEffect] {
        take(event, at: now) + settle(at: now)
    }

    /// Takes an event without drawing all conclusions: `settle` follows, after this event or after several of the same turn.
    public mutating func take(_ event: ConsensusEvent, at now: Moment) -> [ConsensusEffect] {
        clock = now
        switch event {
        case .start: start(isBlank: false)
        case .startWithoutJournal: start(isBlank: true)
        case .submit(let items): own.submit(items, at: now)
        case .adopt(let point): adopt(point)
        case .message(let message, let peer): receive(message, from: peer)
        case .unwanted(let message, let peer): answerUnwanted(message, from: peer)
        case .connected(let peer): greet(peer)
        case .signed(let statement): count(statement)
        case .tick: break
        }
        return takeEffects()
    }

    /// Does what has become possible or due.
    public mutating func settle(at now: Moment) -> [ConsensusEffect] {
        clock = now
        if hasStarted, !isHalted { settle() }
        return takeEffects()
    }

    private mutating func takeEffects() -> [ConsensusEffect] {
        guard !effects.isEmpty else { return [] }
        defer { effects = [] }
        return effects
    }

    /// Does whatever has become possible or due. Each part looks at the state, not at the event, so none can be forgotten.
    private mutating func settle() {
        summarizeIfOwed()
        settleRecall()
        // What is delivered makes room on the own lane.
        orderFinalBlocks()
        deliverFinalBlocks()
        settleLanes()
        settleView()
        payDebts()
        fetchWhatIsMissing()
    }

    private mutating func start(isBlank: Bool) {
        precondition(!hasStarted, "a validator starts once")
        hasStarted = true
        if committee.n > 1, isBlank || hasRestored, !lacks(.noRecall) {
            beginRecall(isBlank: isBlank)
        } else {
            resume()
        }
        // Others answer an old certificate with newer ones; an equal one tells them that nothing was missed.
        resendView()
    }

    mutating func emit(_ effect: ConsensusEffect) {
        if isHalted { return }
        if case .send(_, .all) = effect, committee.n == 1 { return }
        effects.append(effect)
    }

    mutating func halt(_ reason: HaltReason) {
        guard !isHalted else { return }
        isHalted = true
        effects.append(.halt(reason))
    }

    mutating func report(_ evidence: Evidence) {
        let culprit = evidence.culprit(in: committee)
        guard culprit != me, evidenceCounts[culprit] < ConsensusLimits.evidencePerValidator else { return }
        evidenceCounts[culprit] += 1
        counters.evidence += 1
        emit(.evidence(evidence))
    }
}
