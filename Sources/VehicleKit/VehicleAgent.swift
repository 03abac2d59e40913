import Cryptography
import Geography
import Models
import Telemetry
import Transport
import Wire

/// A vehicle without its connection and its clock: what it says, what it believes, and where it turns when a gateway
/// fails it.
///
///     stopped ──start──▶ waiting ──due──▶ dialling ──opened──▶ talking ──CONNACK──▶ connected
///                           ▲                │                    │                    │
///                           └────────────────┴──── the next gateway, after a while ◀───┘
///
/// It trusts no gateway. A report or update counts as acknowledged when a receipt shows that it stands in the log,
/// under a head that the committee's policy endorses; a gateway that acknowledges without that is left. Rounds and
/// versions are believed on the same terms. It trusts itself to be patient: the first pass over all gateways is fast,
/// from then on each pass waits twice as long as the one before.
struct VehicleAgent: Sendable {
    /// What the shell does next.
    enum Action: Hashable, Sendable {
        /// Connect to this gateway and say `opened` or `closed`.
        case dial(Gateway)
        /// Write these bytes to the connection.
        case send([UInt8])
        /// Flush and close the connection; nothing of it matters any more.
        case hangUp
        /// Tell the owner.
        case tell(VehicleEvent)
    }

    enum Link: Sendable {
        case stopped
        case waiting(until: Instant)
        case dialling
        case talking(MQTTClientSession, since: Instant)
    }

    /// What a PUBACK will answer.
    enum Pending: Hashable, Sendable {
        case submission(Digest, hadCertificate: Bool)
        case telemetry
    }

    let identity: VehicleIdentity
    let gateways: [Gateway]
    let settings: VehicleSettings
    var random: SeededGenerator
    var link = Link.stopped
    var gatewayIndex: Int
    /// Gateways in a row that gave no receipt.
    var failures = 0
    var outbox: Outbox<ReportDraft>
    var updates: Outbox<UpdateDraft>
    var hazards = KnownHazards()
    var learning: LearningFeed
    var counters = VehicleCounters()

    // What belongs to one connection.
    var pending: [UInt16: Pending] = [:]
    var pendingTelemetry = 0
    var isCertificateKnown = false
    var askedFor: Set<Cell> = []
    var askedForAnnouncements: Set<String> = []
    /// Whether it asks for decisions on the next committee.
    var followsCommittee = false
    var subscribing: [UInt16: [String]] = [:]
    var refreshEnd: Instant?

    var telemetrySequence: UInt64 = 0

    static let redial = Patience(firstMilliseconds: 500, capMilliseconds: 15_000)
    static let resend = Patience(firstMilliseconds: 1_000, capMilliseconds: 30_000)
    /// Vehicles that lose a gateway together turn to the next within this time.
    static let failOverMilliseconds: UInt64 = 200
    /// A connection that lasted so long was a good one, even if there was nothing to report.
    static let goodConnectionMilliseconds: UInt64 = 30_000

    /// A vehicle that has not started. `now` gives its first report a number, where the settings give none.
    init(identity: VehicleIdentity, gateways: [Gateway], settings: VehicleSettings, now: Timestamp) {
        precondition(!gateways.isEmpty, "a vehicle knows one gateway at least")
        self.identity = identity
        self.gateways = gateways
        self.settings = settings
        random = SeededGenerator(seed: settings.seed)
        gatewayIndex = Int.random(in: 0..<gateways.count, using: &random)
        outbox = Outbox(
            firstSequence: settings.firstSequence ?? max(1, now.milliseconds), limit: settings.outboxReports,
            signAgainMilliseconds: settings.signAgainMilliseconds)
        updates = Outbox(signAgainMilliseconds: settings.signAgainMilliseconds)
        learning = LearningFeed(models: settings.models)
    }

    var gateway: Gateway { gateways[gatewayIndex] }

    var isConnected: Bool {
        if case .talking(let session, _) = link { session.isConnected } else { false }
    }

    /// When `tick` is next worth calling.
    func nextTick(after now: Instant) -> Instant? {
        switch link {
        case .stopped: nil
        case .waiting(let until): max(until, now)
        case .dialling, .talking: now + 1000
        }
    }

    /// Sets out.
    mutating func start(now: Moment) -> [Action] {
        guard case .stopped = link else { return [] }
        return dial()
    }

    /// Says goodbye. Reports that are not acknowledged stay in the outbox for the next `start`.
    mutating func stop(now: Moment) -> [Action] {
        guard case .talking(var session, _) = link else {
            link = .stopped
            return []
        }
        let goodbye = session.disconnect().compactMap { action -> Action? in
            if case .send(let bytes) = action { .send(bytes) } else { nil }
        }
        forgetConnection(now: now)
        link = .stopped
        return goodbye + [.hangUp, .tell(.disconnected(gateway, reason: "stopped"))]
    }

    /// The connection that was dialled is open.
    mutating func opened(now: Moment) -> [Action] {
        guard case .dialling = link else { return [] }
        var limits = MQTTLimits()
        limits.unacknowledgedOutgoing = VehicleLimits.unacknowledged
        let name = "vehicle-\(Hex.encode(identity.certificateDigest.bytes.prefix(8)))"
        link = .talking(
            MQTTClientSession(
                MQTTClientSettings(
                    clientID: settings.clientID ?? name, keepAliveSeconds: settings.keepAliveSeconds, limits: limits)),
            since: now.instant)
        return talk(now: now) { session in session.start(now: now.instant) }
    }

    /// There is no connection, or no more.
    mutating func closed(reason: String, now: Moment) -> [Action] {
        switch link {
        case .stopped, .waiting: []
        case .dialling, .talking: leave(reason: reason, now: now)
        }
    }

    /// Bytes came.
    mutating func received(_ bytes: [UInt8], now: Moment, verifier: inout ReceiptVerifier) -> [Action] {
        guard case .talking(var session, let since) = link else { return [] }
        let answers = session.receive(bytes, now: now.instant)
        link = .talking(session, since: since)
        var actions: [Action] = []
        for answer in answers {
            // An answer before this one may have made the vehicle leave; what the gateway said after that does not
            // matter.
            guard case .talking = link else { break }
            actions += take(answer, now: now, verifier: &verifier)
        }
        return actions + pump(now: now)
    }

    /// Time has passed.
    mutating func tick(now: Moment) -> [Action] {
        var actions = outbox.expire(now: now.timestamp).map { abandon($0, .tooOld) } + expireUpdates(now: now)
        actions += hazards.expire(now: now.timestamp).map { .tell(.hazard($0)) }
        switch link {
        case .stopped, .dialling: return actions
        case .waiting(let until): return until <= now.instant ? actions + dial() : actions
        case .talking: return actions + tickConnection(now: now)
        }
    }

    private mutating func tickConnection(now: Moment) -> [Action] {
        let waiting = [outbox.oldestSent, updates.oldestSent, learning.leastProgressed].compactMap { $0 }
        if let oldest = waiting.min(), oldest + settings.answerMilliseconds <= now.instant {
            return leave(reason: "no answer for \(settings.answerMilliseconds) ms", now: now)
        }
        var actions = talk(now: now) { session in session.tick(now: now.instant) }
        if let end = refreshEnd, end <= now.instant {
            refreshEnd = nil
            actions += hazards.endRefresh().map { .tell(.hazard($0)) }
        }
        return actions + pump(now: now)
    }

    private mutating func dial() -> [Action] {
        link = .dialling
        return [.dial(gateway)]
    }

    /// Gives this gateway up and turns to the next.
    mutating func leave(reason: String, now: Moment) -> [Action] {
        var hangUp: [Action] = []
        if case .talking(_, let since) = link {
            hangUp = [.hangUp]
            if since + Self.goodConnectionMilliseconds <= now.instant { failures = 0 }
        }
        let left = gateway
        forgetConnection(now: now)
        failures += 1
        gatewayIndex = (gatewayIndex + 1) % gateways.count
        link = .waiting(until: now.instant + redialDelay())
        return hangUp + [.tell(.disconnected(left, reason: reason))]
    }

    private mutating func redialDelay() -> UInt64 {
        let passes = failures / gateways.count
        guard passes > 0 else { return UInt64.random(in: 0...Self.failOverMilliseconds, using: &random) }
        return Self.redial.delay(afterFailures: passes, using: &random)
    }

    private mutating func forgetConnection(now: Moment) {
        outbox.connectionEnded(now: now.instant)
        updates.connectionEnded(now: now.instant)
        learning.connectionEnded()
        pending = [:]
        pendingTelemetry = 0
        isCertificateKnown = false
        askedFor = []
        askedForAnnouncements = []
        subscribing = [:]
        refreshEnd = nil
    }

    /// Lets the session act, and does what of it needs no receipts: what the session says of its own accord never does.
    mutating func talk(
        now: Moment, _ body: (inout MQTTClientSession) -> [MQTTClientSession.Action]
    ) -> [Action] {
        guard case .talking(var session, let since) = link else { return [] }
        let said = body(&session)
        link = .talking(session, since: since)
        var actions: [Action] = []
        for action in said {
            switch action {
            case .send(let bytes): actions.append(.send(bytes))
            case .close(let close): actions += leave(reason: close.description, now: now)
            case .connected, .acknowledged, .subscribed, .unsubscribed, .message:
                preconditionFailure("only what a gateway sends makes the session say \(action)")
            }
        }
        return actions
    }

    mutating func abandon(_ item: Outbox<ReportDraft>.Item, _ reason: Abandonment) -> Action {
        counters.reportsAbandoned += 1
        return .tell(.abandoned(sequence: item.sequence, reason))
    }

    mutating func fault(_ text: String) -> Action {
        counters.faults += 1
        return .tell(.fault(gateway, text))
    }
}
