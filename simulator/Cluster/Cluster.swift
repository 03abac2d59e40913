@_spi(Simulation) import Consensus
import Cryptography
import Models
@_spi(Simulation) import Replica
import Wire

/// A committee on a simulated network with simulated disks and clocks: the very replica that the server drives, in a world that a seed decides.
///
/// The world is a queue of appointments. Each wakes a process, brings it a frame, ends its sync, or does harm. A process's turn is the server's: step
/// the replica, stage what must be durable, and let nothing out before a sync has ended; only that here the sync takes simulated time and may
/// never end. Everything that a run does follows from its seed and its plan, and its trace has a digest by which two runs are compared.
public struct Cluster: Sendable {
    enum Event: Sendable {
        case arrival(Envelope, from: Int, to: Int)
        case synced(Int, life: Int)
        case wake(Int, life: Int)
        case turn(Int, life: Int)
        case start(Int, life: Int)
        case resume(Int, life: Int)
        case strike(Fault)
        case heal(Fault)
        case sighting
        case provoke(Int)
        case forget(Int)
        case keep(Int, life: Int)
        case askForPieces(Int, life: Int)
        case succeed(Int, life: Int, EpochEnd)
        case retry
    }

    /// The town of each epoch, as far as it is planned.
    let towns: [Town]
    let settings: ConsensusSettings
    let options: ClusterOptions
    /// What goes wrong.
    public let plan: FaultPlan
    var random: SeededGenerator
    var now: UInt64 = 0
    var agenda = Agenda<Event>()
    var processes: [Process] = []
    var network: Network
    var vehicles: Vehicles
    var oracle: Oracle
    var trace: Trace
    /// What the pools of each epoch's validators do.
    let checks: [Checks]
    private var eventsAtOnce = 0
    /// Whether journals are cut off at the older snapshot, or kept whole.
    let cutsJournals: Bool
    /// A bit for each validator that takes no chances as a leader, and behind them one for each that leaves cars to others: as in a committee of
    /// two versions.
    let habits: UInt64
    /// Whether faults strike: in the first phase they do.
    var isStormy = true
    /// Own cars that honest validators were told are attested: none of them may be lost.
    var attested: [(validator: Int, epoch: UInt64, car: Digest)] = []
    /// What happened, in numbers.
    public internal(set) var counts = ClusterCounts()

    /// The world of a seed before its first event.
    public init(seed: UInt64, options: ClusterOptions) {
        self.options = options
        random = SeededGenerator(seed: seed)
        let drawn = FaultPlan(validators: options.validators, liars: options.liars, random: &random)
        let chosen = options.attack.map(drawn.lying) ?? drawn
        plan = options.without.reduce(chosen) { plan, name in plan.without(name) ?? plan }
        // Real signatures now and then: that forgery fails is not the simulator's subject, but that nothing rests on cheap ones is.
        let isReal = random.below(UInt64(options.realOneIn)) == 0
        cutsJournals = random.happens(permille: 500)
        habits = random.happens(permille: 500) ? random.next() : 0
        let rota = Self.rota(of: options.validators, random: &random)
        let founding = Town(validators: options.validators, rota: rota, isReal: isReal)
        settings = Self.settings(options.settings, random: &random)
        // With too many liars there is nobody to decide on anything.
        let isChanging = plan.meanInterval(.changes) != nil && options.liars <= founding.committee.f
        towns = isChanging ? Succession.towns(from: founding, random: &random) : [founding]
        checks = towns.map(Checks.init)
        network = Network()
        vehicles = Vehicles(options.vehicles, in: founding)
        oracle = Oracle(towns, liars: Set(plan.liars.keys), forgetful: Set(plan.forgetful.keys))
        trace = Trace(isKept: options.keepsTrace)
        addProcesses()
    }

    /// The town of the first epoch.
    var founding: Town { towns[0] }

    /// The town of the epoch that the process is in.
    func town(of index: Int) -> Town { towns[Int(processes[index].epoch) - 1] }

    /// Whether signatures are Ed25519 in this run.
    public var hasRealSignatures: Bool { founding.isReal }

    /// What was breached first, in words; nil while all holds.
    public var breach: String? { oracle.breach }

    /// A digest of all that has happened, in 16 digits.
    public var digest: String { trace.description }

    /// The lines of the trace since the last call; none unless the options keep them.
    public mutating func takeTrace() -> [String] { trace.takeLines() }

    /// The world's time, in milliseconds.
    public var time: UInt64 { now }

    // MARK: Making the world

    /// Each in turn, or in half of the worlds twice as many turns in any order: a liar may lead several views in a row.
    private static func rota(of validators: Int, random: inout SeededGenerator) -> [ValidatorIndex] {
        let members = Array(0..<validators)
        guard random.happens(permille: 500) else { return members }
        let extra = members.map { _ in Int(random.below(UInt64(validators))) }
        return (members + extra).shuffled(using: &random)
    }

    /// In half of the worlds few look into each car, and much of what they leave unread is sampled.
    private static func settings(
        _ settings: ConsensusSettings, random: inout SeededGenerator
    ) -> ConsensusSettings {
        var settings = settings
        if random.happens(permille: 500) { settings.itemsReadByAll = 0 }
        settings.auditsPer65536 = 1 << 14
        return settings
    }

    private mutating func addProcesses() {
        for validator in 0..<options.validators { add(validator, from: 1) }
        let twins = plan.liars.filter { $0.value == .twin }.keys.sorted()
        for validator in twins { add(validator, from: 1) }
        for (before, town) in zip(towns, towns.dropFirst()) {
            for seat in town.seats where before.index(of: seat.number) == nil {
                add(seat.number, from: town.committee.epoch)
            }
        }
        let everybody = Set(processes.indices)
        for index in processes.indices { processes[index].reaches = everybody }
        for validator in twins { separate(validator) }
        if isOverwhelmed { conspire(twins) }
    }

    /// Twins who are too many live two lives together, each with half of the others.
    private mutating func conspire(_ twins: [Int]) {
        let sides = processes.indices.map { index in
            let lives = processes.indices.filter { processes[$0].validator == processes[index].validator }
            return lives.count > 1 ? lives.firstIndex(of: index) ?? 0 : processes[index].validator % 2
        }
        for index in processes.indices where twins.contains(processes[index].validator) {
            processes[index].reaches = Set(processes.indices.filter { $0 != index && sides[$0] == sides[index] })
        }
    }

    private mutating func add(_ validator: Int, from epoch: UInt64) {
        let town = towns[Int(epoch) - 1]
        guard let index = town.index(of: validator) else { preconditionFailure("it has a part in that epoch") }
        var process = Process(
            validator: validator, firstEpoch: epoch, epoch: epoch, isWaiting: epoch > 1,
            attack: plan.liars[validator]?.make(), reaches: [],
            replica: town.replica(index, settings(of: validator)), transfer: StateTransfer(town.committee))
        process.clock.skew = offset(plan.amount(.skew))
        process.clock.rate = UInt64(1000 + offset(plan.amount(.drift)))
        processes.append(process)
    }

    /// What a liar runs has no bug but that: one that forgets, or lives twice, is not told so by the others.
    func settings(of validator: Int) -> ConsensusSettings {
        var settings = settings
        settings.auditKey = UInt64(validator)
        settings.takesOptimisticTips = habits >> UInt64(validator) & 1 == 0
        if habits >> UInt64(32 + validator) & 1 == 1 { settings.itemsReadByAll = 0 }
        guard plan.liars[validator] != nil else { return settings }
        settings.plantedBug = .noRecall
        return settings
    }

    /// A number within ±`bound`.
    private mutating func offset(_ bound: UInt64) -> Int64 {
        bound == 0 ? 0 : Int64(random.within(0...2 * bound)) - Int64(bound)
    }

    /// Each life of a twin has others of its own; some hear both, some neither.
    mutating func separate(_ validator: Int) {
        let lives = processes.indices.filter { processes[$0].validator == validator }
        for life in lives {
            let others = processes.indices.filter { processes[$0].validator != validator }
            processes[life].reaches = Set(others.filter { _ in random.happens(permille: 600) })
        }
    }

    // MARK: Running

    /// Lets `milliseconds` pass, or less where something is breached.
    mutating func run(for milliseconds: UInt64) {
        let end = now + milliseconds
        while oracle.breach == nil, let next = agenda.popFirst(until: end) {
            watchForStandstill(next.time)
            now = next.time
            handle(next.event)
            counts.events += 1
            if counts.events % 1000 == 0 { checkBounds() }
        }
        now = end
    }

    /// A replica that wants to be woken again at once, over and over, would keep its thread busy for nothing.
    private mutating func watchForStandstill(_ time: UInt64) {
        eventsAtOnce = time == now ? eventsAtOnce + 1 : 0
        if eventsAtOnce > 100_000 { oracle.report("time stands still: 100,000 events in a millisecond") }
    }

    /// Nobody honest keeps more than its limits say, whatever the liars send.
    private mutating func checkBounds() {
        for process in processes where process.isHonest && process.isUp {
            if let exceeded = process.replica.exceededBound {
                oracle.report("validator \(process.validator) keeps \(exceeded)")
            }
        }
    }

    private mutating func handle(_ event: Event) {
        switch event {
        case .arrival(let envelope, let sender, let index): arrive(envelope, from: sender, at: index)
        case .synced(let index, let life): if processes[index].life == life { commitEnded(index) }
        case .wake(let index, let life): if processes[index].life == life { wake(index) }
        case .turn(let index, let life): if processes[index].life == life { takeTurn(index) }
        case .start(let index, let life): if processes[index].life == life { start(index) }
        case .resume(let index, let life): if processes[index].life == life { resume(index) }
        case .strike(let fault): strike(fault)
        case .heal(let fault): heal(fault)
        case .sighting: sight()
        case .provoke(let index): provoke(index)
        case .forget(let index): forget(index)
        case .keep(let index, let life): if processes[index].life == life { keepSnapshots(index) }
        case .askForPieces(let index, let life): if processes[index].life == life { askForPieces(index) }
        case .succeed(let index, let life, let end): if processes[index].life == life { succeed(index, after: end) }
        case .retry: retryReports()
        }
    }
}

/// What a run is made of.
public struct ClusterOptions: Sendable {
    /// Members of the committee.
    public var validators = 4
    /// Members that lie, at most f if all is to hold.
    public var liars = 1
    /// How all of them lie; nil: as the seed decides.
    public var attack: AttackKind?
    /// How long things go wrong, in milliseconds.
    public var stormMilliseconds: UInt64 = 120_000
    /// How long the healed committee has to agree, in milliseconds.
    public var calmMilliseconds: UInt64 = 120_000
    /// Vehicles that report.
    public var vehicles = 8
    /// Reports a second, of all vehicles together.
    public var reportsPerSecond: UInt64 = 5
    /// One run in so many has real signatures.
    public var realOneIn = 32
    /// Names of faults and attacks that are left out of the plan.
    public var without: [String] = []
    /// Whether the trace is kept in words.
    public var keepsTrace = false
    /// The validators' settings.
    public var settings = ConsensusSettings()

    /// Plants the bug of this name in all honest validators; false where there is none of that name.
    public mutating func plant(_ name: String) -> Bool {
        guard let bug = PlantedBug(rawValue: name) else { return false }
        settings.plantedBug = bug
        return true
    }

    /// Names of the bugs that can be planted.
    public static var plantable: [String] { PlantedBug.allCases.map(\.rawValue) }

    /// The defaults: four validators, one of which lies, two minutes. Snapshots are taken often, so that most starts are from one.
    public init() { settings.snapshotBlocks = 16 }
}

/// What happened in a run, in numbers.
public struct ClusterCounts: Sendable, Equatable {
    /// Appointments kept.
    public var events: UInt64 = 0
    /// Frames that arrived.
    public var frames: UInt64 = 0
    /// Syncs that ended.
    public var syncs: UInt64 = 0
    /// Processes that stopped without being asked.
    public var crashes: UInt64 = 0
    /// Strikes of faults.
    public var strikes: UInt64 = 0
    /// Reports that vehicles made.
    public var reports: UInt64 = 0
    /// Entries of the log that convict a liar.
    public var convictions: UInt64 = 0
    /// Snapshots written.
    public var snapshots: UInt64 = 0
    /// Starts from a snapshot.
    public var shortStarts: UInt64 = 0
    /// States of others that a process went on from.
    public var adoptions: UInt64 = 0
    /// Epochs that began.
    public var epochs: UInt64 = 1
}
