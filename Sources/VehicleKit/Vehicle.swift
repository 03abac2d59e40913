import Cryptography
import EventLoop
import Geography
import Hazards
import Models
import Telemetry
import Transport
import TransparencyLog
import Wire

/// A vehicle's connection to a committee: what an application on board uses.
///
///     let committee = try CommitteeAccess(loop: loop, gateways: gateways, policy: policy)
///     let vehicle = Vehicle(committee: committee, identity: identity) { event in … }
///     await vehicle.start()
///     await vehicle.follow([Cell(containing: here, level: 13)])
///     await vehicle.report([Observation(kind: .adhesion, polarity: .seen, time: now, coordinate: here)])
///     await vehicle.observe(window: acceleration, label: .pothole)
///
/// A vehicle that was shown what its sensors felt and how long roads took trains the shared models by itself whenever a
/// round opens. An application that trains on its own takes the rounds as events, and calls `submit`.
///
/// The rules are `VehicleAgent`'s and `Outbox`'s; this is the shell that has the connection, the clock and the random
/// numbers. It costs no thread and one timer of a second, so that thousands live on one loop. Events come on the loop,
/// where an application's own code that runs there may call the vehicle by `assumeIsolated`.
public actor Vehicle: LoopBound {
    /// The loop that the vehicle lives on.
    public nonisolated let loop: EventLoop
    /// Who it is.
    public nonisolated let identity: VehicleIdentity
    private let committee: CommitteeAccess
    private let onEvent: @Sendable (VehicleEvent) -> Void
    private var agent: VehicleAgent
    /// What it trains on; nil until it is shown something.
    private var learner: Learner?
    private var connection: Connection?
    /// Names the connection that events still count of.
    private var connectionNumber: UInt64 = 0
    private var timer: LoopTimer?
    private var ringsAt: Instant?

    /// More unsent bytes than this, and telemetry is left out.
    private static let congestedBytes = 256 * 1024

    /// A vehicle of that identity, not yet started. `onEvent` is called on the loop.
    public init(
        committee: CommitteeAccess, identity: VehicleIdentity, settings: VehicleSettings = VehicleSettings(),
        onEvent: @escaping @Sendable (VehicleEvent) -> Void = { _ in }
    ) {
        self.committee = committee
        self.identity = identity
        self.onEvent = onEvent
        loop = committee.loop
        agent = VehicleAgent(
            identity: identity, gateways: committee.gateways, settings: settings,
            now: Timestamp(milliseconds: loop.wallMilliseconds))
        agent.followsCommittee = committee.isFollowing
    }

    /// A vehicle that shares nothing with others on its loop.
    public init(
        loop: EventLoop, identity: VehicleIdentity, gateways: [Gateway], policy: Policy,
        settings: VehicleSettings = VehicleSettings(), onEvent: @escaping @Sendable (VehicleEvent) -> Void = { _ in }
    ) throws(TLSError) {
        self.init(
            committee: try CommitteeAccess(loop: loop, gateways: gateways, policy: policy), identity: identity,
            settings: settings, onEvent: onEvent)
    }

    deinit {
        if let connection { loop.execute { connection.close() } }
    }

    /// Connects, and stays connected to one gateway or another until `stop`.
    public func start() {
        if timer == nil {
            timer = LoopTimer(loop: loop) { [weak self] in self?.assumeIsolated { $0.ring() } }
        }
        perform(agent.start(now: now))
    }

    /// Disconnects. What is not acknowledged stays in the outbox for the next `start`.
    public func stop() {
        perform(agent.stop(now: now))
    }

    /// Reports what was seen, or not seen where something is known; in several reports where it is more than 64
    /// observations. `mapDigest` names the map whose edges the places are on. Returns the reports' numbers, which later
    /// events name.
    @discardableResult
    public func report(_ observations: [Observation], mapDigest: Digest? = nil) -> [UInt64] {
        let (sequences, actions) = agent.report(
            observations, mapDigest: mapDigest, salt: { SecureRandom.bytes(TelemetryLimits.saltBytes) }, now: now)
        perform(actions)
        return sequences
    }

    /// Publishes where the vehicle is and how it does. Left out where no gateway is there or it does not keep up.
    public func send(_ reading: TelemetryReading) {
        let isCongested = (connection?.bufferedBytes ?? 0) > Self.congestedBytes
        perform(agent.send(reading, isCongested: isCongested, now: now))
    }

    /// Remembers what a window of vertical acceleration felt like and what the wheels rolled over, to train perception
    /// on. Throws where the window is no such window.
    public func observe(window: [Float], label: Surface) throws(ModelError) {
        observe(LabelledFeatures(try SurfaceFeatures(window: window), surface: label))
    }

    /// The same of a window whose features are known already.
    public func observe(_ sample: LabelledFeatures) {
        setUpLearner()
        learner?.observe(sample)
    }

    /// Remembers how long a road took, to train travel times on.
    public func observe(_ traversal: TravelTimeDiary.Traversal) {
        setUpLearner()
        learner?.observe(traversal)
    }

    private func setUpLearner() {
        if learner == nil { learner = Learner(seed: agent.settings.seed) }
    }

    /// Sends what was learnt in a round, of which an event told, in the model's layout: at most
    /// `VehicleLimits.updatePayloadBytes`. One update a model waits for its answer; a later round's takes its place.
    public func submit(_ payload: [UInt8], for round: RoundOpenedEntry) {
        privacy.spend(round)
        perform(agent.submit(payload, for: round, salt: SecureRandom.bytes(TelemetryLimits.saltBytes), now: now))
    }

    /// What its updates have told about it so far, at most.
    public private(set) var privacy = PrivacyBook()

    /// The versions of the shared models that it runs.
    public var shelf: ModelShelf { agent.learning.shelf }

    /// Updates that are not yet known to count.
    public var waitingUpdates: Int { agent.updates.count }

    /// Follows the hazards in exactly these cells, at most `VehicleLimits.followedCells`, from now on. Cells of a level
    /// above 17 count as the one of level 17 that holds them.
    public func follow(_ cells: [Cell]) {
        perform(agent.follow(cells, now: now))
    }

    /// The active hazards in the areas that it follows, ordered by name.
    public var hazards: [Hazard] { agent.hazards.active }

    /// What it did so far.
    public var counters: VehicleCounters { agent.counters }

    /// Reports that are not yet known to stand in the log.
    public var waitingReports: Int { agent.outbox.count }

    /// Whether a gateway has let it in.
    public var isConnected: Bool { agent.isConnected }

    /// The gateway that it talks to, or turns to next.
    public var gateway: Gateway { agent.gateway }

    private var now: Moment {
        Moment(
            instant: Instant(milliseconds: loop.monotonicMilliseconds),
            timestamp: Timestamp(milliseconds: loop.wallMilliseconds))
    }

    private func perform(_ actions: [VehicleAgent.Action]) {
        for action in actions {
            switch action {
            case .dial(let gateway): dial(gateway)
            case .send(let bytes): connection?.send(bytes)
            case .hangUp:
                connectionNumber += 1
                connection?.finish()
                connection = nil
            case .tell(let event): tell(event)
            }
        }
        setTimer()
    }

    private func tell(_ event: VehicleEvent) {
        if case .version = event { agent.learning.share(with: &committee.versions.value) }
        onEvent(event)
        if case .round(let round) = event { takePart(in: round) }
    }

    /// Trains on the work pool, if there is anything to train on.
    private func takePart(in round: RoundOpenedEntry) {
        guard learner != nil else { return }
        do throws(LessonFault) {
            guard let lesson = try learner?.lesson(for: round, shelf: shelf) else { return }
            loop.pool.run {
                Result { () throws(LessonFault) in
                    var random = SystemRandomNumberGenerator()
                    return try lesson.update(using: &random)
                }
            } then: { [weak self] outcome in
                self?.assumeIsolated { $0.finish(round, outcome) }
            }
        } catch {
            finish(round, .failure(error))
        }
    }

    private func finish(_ round: RoundOpenedEntry, _ outcome: Result<[UInt8], LessonFault>) {
        switch outcome {
        case .success(let payload): submit(payload, for: round)
        case .failure(let fault): onEvent(.remark("no part in round \(round.round) of \(round.model.name): \(fault)"))
        }
    }

    private func dial(_ gateway: Gateway) {
        connectionNumber += 1
        let number = connectionNumber
        let connection = committee.connection(to: gateway)
        self.connection = connection
        connection.start { [weak self] event in
            self?.assumeIsolated { $0.handle(event, of: number) }
        }
    }

    private func handle(_ event: Connection.Event, of number: UInt64) {
        guard number == connectionNumber else { return }
        switch event {
        case .open: perform(agent.opened(now: now))
        case .received(let bytes):
            perform(agent.received(bytes, now: now, verifier: &committee.verifier.value))
        case .drained: break
        case .closed(let reason):
            connection = nil
            perform(agent.closed(reason: reason.description, now: now))
        }
    }

    private func ring() {
        ringsAt = nil
        perform(agent.tick(now: now))
    }

    /// Arms the timer only where it would ring too late: most of what happens leaves it as it is.
    private func setTimer() {
        let now = now.instant
        guard let next = agent.nextTick(after: now) else {
            ringsAt = nil
            timer?.disarm()
            return
        }
        if let ringsAt, ringsAt <= next { return }
        ringsAt = next
        timer?.arm(atMilliseconds: next.milliseconds)
    }
}
