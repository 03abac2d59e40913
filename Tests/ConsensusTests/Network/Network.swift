import Cryptography
import Testing
import Wire

@_spi(Simulation) @testable import Consensus

/// Validators on a simulated network with simulated disks and clocks. Every run is a function of its seed.
struct Network {
    struct Weather {
        var delay: ClosedRange<UInt64> = 1...5
        var lossPermille = 0
        var duplicatePermille = 0
        var sync: ClosedRange<UInt64> = 0...2
    }

    enum Event {
        case arrival(Envelope, from: ValidatorIndex, to: Int)
        case synced(Int, life: Int, records: [Record], effects: [ConsensusEffect])
        case wake(Int, life: Int)
        case act((inout Network) -> Void)
    }

    let committee: Committee
    let settings: ConsensusSettings
    let seed: UInt64
    var weather = Weather()
    var nodes: [Node]
    var random: Random
    private(set) var now: UInt64 = 0
    private var agenda = Agenda<Event>()
    private let verifier: MessageVerifier
    /// Decides whether a message gets through, beside the weather.
    var passes: (PeerMessage, _ from: Int, _ to: Int) -> Bool = { _, _, _ in true }
    /// Whether every message is encoded and decoded on its way.
    var isTranscoding = false
    var watch = Watch()

    static let epochStart: UInt64 = 1_700_000_000_000

    /// `twins` are validators that run twice with one key, each life reaching the processes given.
    init(
        _ n: Int, seed: UInt64 = 1, settings: ConsensusSettings = ConsensusSettings(),
        twins: [ValidatorIndex: (first: Set<Int>, second: Set<Int>)] = [:]
    ) {
        committee = Keys.committee(n)
        self.settings = settings
        self.seed = seed
        random = Random(seed: seed)
        verifier = MessageVerifier(committee)
        let everybody = Set(0..<n + twins.count)
        nodes = []
        for validator in 0..<n {
            add(validator, reaches: twins[validator]?.first ?? everybody)
        }
        for validator in twins.keys.sorted() { add(validator, reaches: twins[validator]?.second ?? everybody) }
        watch.liars = Set(twins.keys)
    }

    private mutating func add(_ validator: ValidatorIndex, reaches: Set<Int>) {
        let machine = Self.machine(committee, validator, settings)
        nodes.append(Node(validator: validator, key: Keys.all[validator], reaches: reaches, machine: machine))
    }

    private static func machine(_ committee: Committee, _ me: Int, _ settings: ConsensusSettings) -> Consensus {
        Consensus(
            committee: committee, me: me, settings: settings, genesisTime: Timestamp(milliseconds: epochStart))
    }

    // MARK: Acts

    mutating func startAll() { for index in nodes.indices { start(index) } }

    mutating func start(_ index: Int) {
        nodes[index].life += 1
        nodes[index].isUp = true
        nodes[index].machine = Self.machine(committee, nodes[index].validator, settings)
        nodes[index].finalized = []
        nodes[index].unsynced = []
        nodes[index].wakeAt = nil
        do {
            for record in nodes[index].journal {
                for effect in try nodes[index].machine.restore(record) { note(effect, of: index) }
            }
        } catch { Issue.record("seed \(seed): node \(index) cannot restore: \(error)") }
        let isBlank = nodes[index].life > 1 && nodes[index].journal.isEmpty
        step(index, isBlank ? .startWithoutJournal : .start)
    }

    /// Stops the process. Of what was being written, some beginning is durable and the rest is lost.
    mutating func crash(_ index: Int) {
        let kept = random.below(nodes[index].unsynced.count + 1)
        keep(Array(nodes[index].unsynced.prefix(kept)), of: index)
        nodes[index].unsynced = []
        nodes[index].isUp = false
    }

    mutating func submit(_ items: [[UInt8]], to index: Int) {
        if nodes[index].isUp, nodes[index].machine.canAccept { step(index, .submit(items)) }
    }

    mutating func after(_ milliseconds: UInt64, _ act: @escaping (inout Network) -> Void) {
        agenda.add(.act(act), at: now + milliseconds)
    }

    /// Hands a message to a node as if a peer had sent it.
    mutating func inject(_ message: PeerMessage, from peer: ValidatorIndex, to index: Int) {
        arrive(Envelope(message, verifier: verifier), from: peer, at: index)
    }

    mutating func run(for milliseconds: UInt64) {
        let end = now + milliseconds
        while let time = agenda.nextTime, time <= end, let event = agenda.popFirst() {
            now = time
            handle(event)
        }
        now = end
    }

    /// Runs until `condition` holds, at most `milliseconds`; whether it did.
    mutating func run(atMost milliseconds: UInt64, until condition: (Network) -> Bool) -> Bool {
        let end = now + milliseconds
        while !condition(self) {
            guard now < end else { return false }
            run(for: 20)
        }
        return true
    }

    // MARK: Machinery

    private mutating func handle(_ event: Event) {
        switch event {
        case .arrival(let envelope, let peer, let index): arrive(envelope, from: peer, at: index)
        case .synced(let index, let life, let records, let effects):
            if nodes[index].life == life, nodes[index].isUp { release(index, records, effects) }
        case .wake(let index, let life):
            guard nodes[index].life == life, nodes[index].isUp else { return }
            nodes[index].wakeAt = nil
            step(index, .tick)
            expectRest(index)
        case .act(let act): act(&self)
        }
    }

    /// A machine that wants to be woken at once after it was woken would keep its thread busy for nothing.
    private func expectRest(_ index: Int) {
        guard let deadline = nodes[index].machine.nextDeadline?.milliseconds else { return }
        #expect(deadline > now || nodes[index].machine.hasDeliverable, "seed \(seed): node \(index) spins")
    }

    private mutating func arrive(_ envelope: Envelope, from peer: ValidatorIndex, at index: Int) {
        guard nodes[index].isUp else { return }
        guard nodes[index].machine.wants(envelope.message) else {
            return step(index, .unwanted(envelope.message, from: peer))
        }
        guard let verified = envelope.verified else { return }
        let known = nodes[index].machine.alreadyVerified(in: envelope.message)
        step(index, .message(verified.knowing(known), from: peer))
    }

    private func moment(of index: Int) -> Moment {
        let wall = UInt64(Int64(Self.epochStart + now) + nodes[index].skew)
        return Moment(instant: Instant(milliseconds: now), timestamp: Timestamp(milliseconds: wall))
    }

    private mutating func step(_ index: Int, _ event: ConsensusEvent) {
        let effects = nodes[index].machine.step(event, at: moment(of: index))
        turn(index, effects)
        scheduleWake(index)
    }

    /// The shell's turn: sign and write everything, and only once it is durable let anything out.
    private mutating func turn(_ index: Int, _ effects: [ConsensusEffect]) {
        guard !effects.isEmpty else { return }
        var records: [Record] = []
        var later: [ConsensusEffect] = []
        for effect in effects {
            switch effect {
            case .persist(let record): records.append(record)
            case .sign(let statement):
                let signed = SignedStatement(
                    statement, signature: nodes[index].key.sign(statement.signingMessage(chain: Keys.chain)))
                records.append(.signed(signed))
                later.append(effect)
            case .send, .summarize, .attested, .expired, .finalized, .serveHistory, .serveCars, .inspect, .evidence,
                .halt:
                later.append(effect)
            }
        }
        nodes[index].unsynced += records
        nodes[index].lastSync = max(now, nodes[index].lastSync) + random.within(weather.sync)
        agenda.add(
            .synced(index, life: nodes[index].life, records: records, effects: later), at: nodes[index].lastSync)
    }

    private mutating func release(_ index: Int, _ records: [Record], _ effects: [ConsensusEffect]) {
        nodes[index].unsynced.removeFirst(records.count)
        keep(records, of: index)
        for effect in effects { note(effect, of: index) }
        for case .signed(let signed) in records {
            if let (message, audience) = signed.delivery(from: nodes[index].validator) {
                send(message, to: audience, from: index)
            }
            step(index, .signed(signed))
        }
    }

    /// Written: from now on the validator is bound to what it has signed.
    private mutating func keep(_ records: [Record], of index: Int) {
        nodes[index].journal += records
        for case .signed(let signed) in records { watch.see(signed, by: nodes[index].validator, seed: seed) }
    }

    private mutating func note(_ effect: ConsensusEffect, of index: Int) {
        switch effect {
        case .persist, .summarize, .sign: break
        case .send(let message, let audience): send(message, to: audience, from: index)
        case .attested(let car): nodes[index].attested.append(car)
        case .expired(let items): nodes[index].expired += items
        case .finalized(let block):
            watch.see(block, by: nodes[index], seed: seed)
            nodes[index].finalized.append(block)
        case .serveHistory(let request, let peer): serveHistory(request, to: peer, by: index)
        case .serveCars(let request, let peer): serveCars(request, to: peer, by: index)
        case .inspect(let car):
            let verified = verifier.verify(.car(car), inspectCar: Envelope.isValid)
            if let verified { step(index, .message(verified, from: car.lane)) }
        case .evidence(let evidence):
            watch.see(evidence, in: committee, seed: seed)
            nodes[index].evidence.append(evidence)
        case .halt(let reason): Issue.record("seed \(seed): node \(index) stops: \(reason)")
        }
    }

    private mutating func serveHistory(_ request: HistoryRequest, to peer: ValidatorIndex, by index: Int) {
        nodes[index].serveHistory.append(request)
        let stored = nodes[index].finalized.filter { $0.height >= request.height }
        guard let batch = HistoryBatch(of: stored.lazy.map { ($0.block, $0.certificate) }) else { return }
        send(.historyBatch(batch), to: .one(peer), from: index)
    }

    private mutating func serveCars(_ request: CarRequest, to peer: ValidatorIndex, by index: Int) {
        let cars = nodes[index].finalized.flatMap { $0.cars + $0.voidCars }
        let byHash = Dictionary(cars.map { ($0.hash, $0) }) { first, _ in first }
        guard let batch = CarBatch(answering: request, find: { byHash[$0] }) else { return }
        send(.carBatch(batch), to: .one(peer), from: index)
    }

    private mutating func send(_ message: PeerMessage, to audience: Audience, from index: Int) {
        nodes[index].sent.append((now, message))
        let envelope = Envelope(isTranscoding ? transcoded(message) : message, verifier: verifier)
        for target in nodes.indices where nodes[target].validator != nodes[index].validator {
            if case .one(let peer) = audience, nodes[target].validator != peer { continue }
            guard nodes[index].reaches.contains(target), nodes[target].reaches.contains(index),
                passes(message, index, target)
            else { continue }
            deliver(envelope, from: index, to: target)
        }
    }

    private mutating func deliver(_ envelope: Envelope, from index: Int, to target: Int) {
        let copies = random.chance(permille: weather.duplicatePermille) ? 2 : 1
        for _ in 0..<copies where !random.chance(permille: weather.lossPermille) {
            agenda.add(
                .arrival(envelope, from: nodes[index].validator, to: target),
                at: now + random.within(weather.delay))
        }
    }

    private func transcoded(_ message: PeerMessage) -> PeerMessage {
        do { return try PeerMessage(decoding: message.encoded()) } catch {
            Issue.record("seed \(seed): a message does not survive its encoding: \(error)")
            return message
        }
    }

    private mutating func scheduleWake(_ index: Int) {
        guard let deadline = nodes[index].machine.nextDeadline?.milliseconds else { return }
        let time = max(deadline, now)
        if let known = nodes[index].wakeAt, known <= time { return }
        nodes[index].wakeAt = time
        agenda.add(.wake(index, life: nodes[index].life), at: time)
    }
}
