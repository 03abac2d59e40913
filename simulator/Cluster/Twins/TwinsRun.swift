import DequeModule
import Wire
@_spi(Simulation) import Consensus
@_spi(Simulation) import Cryptography

/// A scenario played out: consensus alone, without lanes' cars and without disks, at a tenth of a millisecond of real time a view.
///
/// Every hop takes the same time, so the order of events follows from the scenario. Safety is checked with each final block; after the scheduled
/// views the honest must agree on new blocks within a bounded time.
public struct TwinsRun: Sendable {
    private struct Delivery: Sendable {
        let time: UInt64
        let message: PeerMessage
        let sender: ValidatorIndex
        let recipient: Int
    }

    /// What went wrong, in words; nil where nothing did.
    public private(set) var failure: String?
    /// Final blocks that the honest agreed on.
    public private(set) var blocks = 0
    /// Views that an honest validator saw nullified.
    public private(set) var nullified: UInt64 = 0
    /// Pieces of evidence that honest validators found against the twin.
    public private(set) var evidence: UInt64 = 0

    private let scenario: TwinsScenario
    private let committee: Committee
    private var processes: [Consensus] = []
    private var deadlines: [UInt64?] = []
    private var views: [UInt64] = []
    private var heights: [Int] = []
    private var queue: Deque<Delivery> = []
    private var inboxes = [[Delivery]](repeating: [], count: TwinsScenario.processes)
    private var log: [Digest] = []
    private var now: UInt64 = 0

    /// Milliseconds from one process to another.
    private static let hop: UInt64 = 10
    /// The time unit of the pacemaker, which does not grow in so short a life.
    private static let delay: UInt64 = 40
    /// New blocks that all must have when it ends.
    private static let blocksWanted = 2

    /// Plays the scenario to its end. `bug` leaves the rule of that name out, to see the harness fail.
    public init(_ scenario: TwinsScenario, planting bug: String? = nil) {
        self.scenario = scenario
        committee = TwinsTown.committee(led: scenario)
        var settings = ConsensusSettings()
        (settings.minimumDelay, settings.startDelay, settings.maximumDelay) = (Self.delay, Self.delay, 2 * Self.delay)
        (settings.delayGrowth, settings.delayDecay) = (5, 5)
        (settings.blockSpacing, settings.blockSpacingLimit) = (0, 0)
        (settings.heartbeat, settings.fetchPatience) = (0, Self.hop)
        settings.plantedBug = bug.flatMap(PlantedBug.init)
        for process in 0..<TwinsScenario.processes {
            processes.append(Consensus(committee: committee, me: Self.validator(process), settings: settings))
        }
        deadlines = processes.map { _ in nil }
        views = processes.map { _ in 1 }
        heights = processes.map { _ in 0 }
        run()
    }

    private static func validator(_ process: Int) -> ValidatorIndex { process == 4 ? 0 : process }

    private static let honest = 1...3

    // MARK: Time

    private mutating func run() {
        for process in processes.indices { step(process) { machine, now in machine.take(.start, at: now) } }
        let scheduled = UInt64(scenario.rounds.count) * 6 * Self.delay
        advance(until: scheduled) { run in
            Self.honest.allSatisfy { run.views[$0] > UInt64(run.scenario.rounds.count) }
        }
        isHealed = true
        let goal = log.count + Self.blocksWanted
        advance(until: now + 60 * Self.delay) { run in Self.honest.allSatisfy { run.heights[$0] >= goal } }
        if failure == nil, !Self.honest.allSatisfy({ heights[$0] >= goal }) {
            failure =
                "healed, and after \(now) ms the honest are at \(Self.honest.map { heights[$0] }) of \(goal) blocks"
        }
        blocks = log.count
        nullified = processes[1].counters.viewsNullified
        evidence = Self.honest.reduce(0) { $0 + processes[$1].counters.evidence }
    }

    private var isHealed = false

    private mutating func advance(until end: UInt64, orWhen isDone: (TwinsRun) -> Bool) {
        var stepsAtOnce = 0
        while failure == nil, now < end, !isDone(self) {
            let due = (deadlines + [queue.first?.time]).compactMap { $0 }.min()
            guard let due else { return fail("nobody waits for anything") }
            stepsAtOnce = due > now ? 0 : stepsAtOnce + 1
            guard stepsAtOnce < 1000 else { return fail("time stands still") }
            now = max(now, due)
            while let next = queue.first, next.time <= now {
                queue.removeFirst()
                inboxes[next.recipient].append(next)
            }
            for process in processes.indices {
                let isDue = deadlines[process].map { $0 <= now } ?? false
                if isDue || !inboxes[process].isEmpty { takeTurn(process) }
            }
        }
    }

    // MARK: A process

    /// All that has arrived, or the time that has come; then the own statements, each durable at once.
    private mutating func takeTurn(_ process: Int) {
        let deliveries = inboxes[process]
        inboxes[process].removeAll(keepingCapacity: true)
        step(process) { machine, now in
            deliveries.flatMap { delivery in
                machine.wants(delivery.message)
                    ? machine.take(
                        .message(VerifiedMessage(believing: delivery.message), from: delivery.sender), at: now)
                    : machine.take(.unwanted(delivery.message, from: delivery.sender), at: now)
            }
        }
    }

    private mutating func step(_ process: Int, _ take: (inout Consensus, Moment) -> [ConsensusEffect]) {
        // The lives' clocks differ, and so do their blocks.
        let time = Timestamp(milliseconds: now + (process == 4 ? 1 : 0))
        let moment = Moment(instant: Instant(milliseconds: now), timestamp: time)
        var effects = take(&processes[process], moment) + processes[process].settle(at: moment)
        while !effects.isEmpty {
            views[process] = processes[process].view
            let signed = effects.compactMap { perform($0, of: process) }
            effects = signed.flatMap { processes[process].take(.signed($0), at: moment) }
            if !signed.isEmpty { effects += processes[process].settle(at: moment) }
        }
        views[process] = processes[process].view
        deadlines[process] = processes[process].nextDeadline?.milliseconds
    }

    private mutating func perform(_ effect: ConsensusEffect, of process: Int) -> SignedStatement? {
        switch effect {
        case .sign(let statement):
            let me = Self.validator(process)
            let signed = SignedStatement(statement, signature: TwinsTown.names[me])
            if let (message, audience) = signed.delivery(from: me) { send(message, to: audience, from: process) }
            return signed
        case .send(let message, let audience): send(message, to: audience, from: process)
        case .finalized(let block): note(block, of: process)
        case .evidence(let evidence): note(evidence, of: process)
        case .halt(let reason): if Self.honest.contains(process) { fail("validator \(process) stops: \(reason)") }
        case .persist, .summarize, .attested, .expired, .serveHistory, .serveCars, .inspect: break
        }
        return nil
    }

    private mutating func send(_ message: PeerMessage, to audience: Audience, from process: Int) {
        let view = views[process]
        let round = !isHealed && view <= UInt64(scenario.rounds.count) ? scenario.rounds[Int(view) - 1] : nil
        let sender = Self.validator(process)
        for recipient in processes.indices {
            let validator = Self.validator(recipient)
            guard validator != sender, audience == .all || audience == .one(validator),
                round?.carries(from: process, to: recipient) ?? true
            else { continue }
            queue.append(Delivery(time: now + Self.hop, message: message, sender: sender, recipient: recipient))
        }
    }

    // MARK: What must hold

    private mutating func note(_ block: FinalizedBlock, of process: Int) {
        guard Self.honest.contains(process) else { return }
        heights[process] += 1
        let height = heights[process]
        if height <= log.count {
            if log[height - 1] != block.hash { fail("two blocks are final at height \(height)") }
        } else {
            log.append(block.hash)
        }
    }

    private mutating func note(_ evidence: Evidence, of process: Int) {
        guard Self.honest.contains(process) else { return }
        let culprit = evidence.culprit(in: committee)
        if culprit != 0 { fail("honest validator \(culprit) is accused of \(evidence.label)") }
    }

    private mutating func fail(_ words: String) {
        if failure == nil { failure = "\(words), at \(now) ms" }
    }
}

/// Who takes part in every scenario. Nobody forges, so a signature is a name.
private enum TwinsTown {
    static let keys = (0..<TwinsScenario.validators).map { Town.key(1, $0).publicKey }
    static let chain = Digest.sha256(Array("twins".utf8))

    static let names: [Signature] = (0..<TwinsScenario.validators).map { index in
        guard let name = Signature(bytes: [UInt8](repeating: UInt8(index), count: 64)) else {
            preconditionFailure("64 bytes are a signature")
        }
        return name
    }

    /// The scenario's leaders, and after them each in turn.
    static func committee(led scenario: TwinsScenario) -> Committee {
        let later = (scenario.rounds.count + 1)..<64
        let rota = [0] + scenario.rounds.map(\.leader) + later.map { $0 % TwinsScenario.validators }
        return Committee(chainID: chain, epoch: 1, keys: keys, scheme: .simulated, rota: rota)
    }
}
