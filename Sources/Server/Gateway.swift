import Cryptography
import Hazards
import Replica
import Telemetry
import Transport
import Wire

/// The vehicles' side of a server: their MQTT sessions, what they publish, and what they are told.
///
/// What a vehicle publishes goes through three stations. Here it is counted and its rate is judged; on the work pool its shape, bounds,
/// certificate and signatures are (`AdmissionRequest.run`); back here telemetry is done, and a report goes on to the replica under a
/// token. When the replica answers the token, the session gets receipt and PUBACK, in the order in which it published.
struct Gateway {
    typealias SessionNumber = UInt64

    private let terms: CommitteeTerms
    private var sessions: [SessionNumber: GatewaySession] = [:]
    private var sessionOfClient: [String: SessionNumber] = [:]
    private var subscriptions = SubscriptionTree()
    private var retained = RetainedMessages()
    private var waiting: [SubmissionToken: PendingPublish] = [:]
    private var gathered: [AdmissionRequest] = []
    private var inAdmission = 0
    /// Bytes of what is gathered and in admission.
    private var admissionBytes = 0
    private var lastSession: SessionNumber = 0
    private var lastToken: UInt64 = 0
    private(set) var counters = GatewayCounters()

    init(terms: CommitteeTerms) {
        self.terms = terms
    }

    var sessionCount: Int { sessions.count }
    var waitingCount: Int { waiting.count }
    var retainedCount: Int { retained.count }

    // MARK: Connections

    /// Takes a new connection; nil where there is no room for it, and the caller closes it.
    mutating func open(_ connection: Connection, now: Moment) -> SessionNumber? {
        guard sessions.count < ServerLimits.sessions else {
            counters.connectionsRefused += 1
            return nil
        }
        lastSession += 1
        sessions[lastSession] = GatewaySession(number: lastSession, connection: connection, now: now)
        return lastSession
    }

    mutating func receive(_ bytes: [UInt8], from number: SessionNumber, now: Moment) {
        let actions = sessions[number]?.mqtt.receive(bytes, now: now.instant) ?? []
        perform(actions, for: number, now: now)
    }

    mutating func connectionEnded(_ number: SessionNumber, now: Moment) {
        let actions = sessions[number]?.mqtt.connectionLost() ?? []
        perform(actions, for: number, now: now)
        forget(number)
    }

    /// The connection has sent everything that it held.
    mutating func connectionDrained(_ number: SessionNumber, now: Moment) {
        let actions = sessions[number]?.mqtt.setCongested(false, now: now.instant) ?? []
        perform(actions, for: number, now: now)
    }

    /// Now and then: who has not been heard for too long.
    mutating func tick(now: Moment) {
        for number in sessions.keys.sorted() {
            let actions = sessions[number]?.mqtt.tick(now: now.instant) ?? []
            perform(actions, for: number, now: now)
        }
    }

    /// Tells every session that the server goes.
    mutating func shutDown(now: Moment) {
        for number in sessions.keys.sorted() {
            let actions = sessions[number]?.mqtt.disconnect(.serverShuttingDown) ?? []
            perform(actions, for: number, now: now)
        }
    }

    // MARK: What a session asks for

    private mutating func perform(_ actions: [MQTTServerSession.Action], for number: SessionNumber, now: Moment) {
        for action in actions {
            switch action {
            case .send(let bytes): sessions[number]?.connection.send(bytes)
            case .connected(let client): connected(client, number, now: now)
            case .deliver(let message, let packetID): take(message, packetID, from: number, now: now)
            case .subscribe(let subscription, let sendsRetained):
                subscriptions.subscribe(number, subscription)
                if sendsRetained { sendRetained(subscription, to: number, now: now) }
            case .unsubscribe(let filter): subscriptions.unsubscribe(number, filter)
            case .close(let reason):
                counters.closed[reason.label, default: 0] += 1
                sessions[number]?.connection.finish()
                forget(number)
            }
        }
        regulate(number, now: now)
    }

    private mutating func connected(_ client: MQTTClient, _ number: SessionNumber, now: Moment) {
        counters.connected += 1
        sessions[number]?.clientID = client.clientID
        // The standard: a client identifier is held by its newest connection.
        if let older = sessionOfClient.updateValue(number, forKey: client.clientID), older != number {
            let actions = sessions[older]?.mqtt.disconnect(.sessionTakenOver) ?? []
            perform(actions, for: older, now: now)
        }
    }

    private mutating func forget(_ number: SessionNumber) {
        guard let session = sessions.removeValue(forKey: number) else { return }
        subscriptions.remove(number, filters: session.mqtt.filters)
        if let clientID = session.clientID, sessionOfClient[clientID] == number { sessionOfClient[clientID] = nil }
    }

    /// Holds messages back where the client does not read, and stops reading where it does not wait for its answers.
    private mutating func regulate(_ number: SessionNumber, now: Moment) {
        if let connection = sessions[number]?.connection, connection.bufferedBytes > ServerLimits.congestedBytes {
            _ = sessions[number]?.mqtt.setCongested(true, now: now.instant)
        }
        guard let session = sessions[number], session.mqtt.isSaturated != session.isPaused else { return }
        sessions[number]?.isPaused = session.mqtt.isSaturated
        guard !session.mqtt.isSaturated else { return session.connection.pause() }
        session.connection.resume()
        // What was received before the pause has waited in the session.
        let actions = sessions[number]?.mqtt.resume(now: now.instant) ?? []
        if !actions.isEmpty { perform(actions, for: number, now: now) }
    }

    private mutating func sendRetained(_ subscription: MQTTSubscription, to number: SessionNumber, now: Moment) {
        for message in retained.messages(matching: subscription.filter, now: now.instant) {
            let actions = sessions[number]?.mqtt.publish(retained: message, to: subscription, now: now.instant) ?? []
            perform(actions, for: number, now: now)
        }
    }

    // MARK: Admission

    private mutating func take(_ message: MQTTMessage, _ packetID: UInt16?, from number: SessionNumber, now: Moment) {
        let publish = PendingPublish(session: number, packetID: packetID, payloadDigest: Digest.sha256(message.payload))
        guard let kind = AdmissionRequest.Kind(topic: message.topic) else {
            counters.foreignTopics += 1
            let text = "not a topic to publish on: \(message.topic)"
            return refuse(publish, reason: .notAuthorized, text: text, now: now)
        }
        counters.received[kind, default: 0] += 1
        guard sessions[number]?.bucket.take(at: now.instant) == true else {
            return refuse(publish, kind, .rateExceeded, now: now)
        }
        guard inAdmission + gathered.count < ServerLimits.waitingAdmissions,
            admissionBytes + message.payload.count <= ServerLimits.waitingAdmissionBytes
        else { return refuse(publish, kind, .busy, now: now) }
        admissionBytes += message.payload.count
        gathered.append(
            AdmissionRequest(
                kind: kind, publish: publish, payload: message.payload,
                enrolments: sessions[number]?.enrolments ?? [:]))
    }

    /// What was published since this was last asked, in jobs for the work pool.
    mutating func takeAdmissions() -> [[AdmissionRequest]] {
        guard !gathered.isEmpty else { return [] }
        inAdmission += gathered.count
        let jobs = stride(from: 0, to: gathered.count, by: ServerLimits.admissionsPerJob).map {
            Array(gathered[$0..<min($0 + ServerLimits.admissionsPerJob, gathered.count)])
        }
        gathered.removeAll(keepingCapacity: true)
        return jobs
    }

    /// Takes a verdict of the pool; what goes on to the replica.
    mutating func settle(
        _ verdict: AdmissionVerdict, now: Moment, isRevoked: (Digest) -> Bool
    ) -> GatewayOutcome? {
        inAdmission -= 1
        admissionBytes -= verdict.byteCount
        let publish = verdict.publish
        switch verdict.result {
        case .submission(let submission):
            remember(submission.enrolment, publish.session)
            return .submission(submission, token(for: publish, submission))
        case .telemetry(let telemetry):
            remember(telemetry.enrolment, publish.session)
            return settle(telemetry, publish, now: now, isRevoked: isRevoked(telemetry.enrolment.digest))
        case .revocation(let revocation):
            return .revocation(revocation, publish)
        case .change(let change):
            return .change(change, publish)
        case .refused(let kind, let refusal):
            refuse(publish, kind, refusal, now: now)
            return nil
        }
    }

    private mutating func settle(
        _ telemetry: AdmittedTelemetry, _ publish: PendingPublish, now: Moment, isRevoked: Bool
    ) -> GatewayOutcome? {
        if let refusal = isRevoked ? .revoked : telemetry.refusal(atGatewayTime: now.timestamp) {
            refuse(publish, .telemetry, refusal, now: now)
            return nil
        }
        counters.telemetryVerified += 1
        sessions[publish.session]?.running = [
            .perception: telemetry.sample.modelDigest, .travelTimes: telemetry.sample.travelTimeDigest,
        ].compactMapValues { $0 }
        acknowledge(publish, now: now)
        return telemetry.sample.showsPosition ? .sighting(VehicleSighting(telemetry.sample, publish.session)) : nil
    }

    private mutating func remember(_ enrolment: Enrolment, _ number: SessionNumber) {
        guard let session = sessions[number], session.enrolments[enrolment.digest] == nil,
            session.enrolments.count < ServerLimits.certificatesPerSession
        else { return }
        sessions[number]?.enrolments[enrolment.digest] = enrolment
    }

    private mutating func token(for publish: PendingPublish, _ submission: Submission) -> SubmissionToken {
        lastToken += 1
        let token = SubmissionToken(number: lastToken)
        var publish = publish
        publish.submission = submission.digest
        publish.isMapKnown = submission.knowsMap(terms)
        if case .update = submission { publish.wantsEntry = true }
        waiting[token] = publish
        return token
    }

    // MARK: Answers

    /// The session and submission that wait under a token, which is spent.
    mutating func redeem(_ token: SubmissionToken) -> PendingPublish? { waiting.removeValue(forKey: token) }

    /// Tells the session that its submission stands in the log, the receipt in front of the PUBACK.
    mutating func confirm(_ publish: PendingPublish, _ entry: Entry, receipt: [UInt8], now: Moment) {
        guard let submission = publish.submission else { return }
        if publish.wantsEntry { counters.updatesAcknowledged += 1 } else { counters.reportsAcknowledged += 1 }
        let payload = publish.wantsEntry ? Announcement(entry, receipt: receipt).encoded() : receipt
        let message = MQTTMessage(topic: Topics.receipt(submission), payload: payload)
        let text = publish.isMapKnown ? nil : "unknownMap"
        guard let packetID = publish.packetID else {
            let actions = sessions[publish.session]?.mqtt.publish(message, now: now.instant) ?? []
            return perform(actions, for: publish.session, now: now)
        }
        let actions = sessions[publish.session]?.mqtt.acknowledge(
            packetID, text: text, before: message, now: now.instant)
        perform(actions ?? [], for: publish.session, now: now)
    }

    /// Tells the session why its submission adds nothing.
    mutating func refuse(_ publish: PendingPublish, _ refusal: Refusal, now: Moment) {
        refuse(publish, publish.wantsEntry ? .update : .report, refusal, now: now)
    }

    /// Answers a revocation or a change of the committee: nil says that it is on its way to the log or stands there already.
    mutating func answer(
        _ kind: AdmissionRequest.Kind, _ publish: PendingPublish, _ refusal: Refusal?, now: Moment
    ) {
        if let refusal { refuse(publish, kind, refusal, now: now) } else { acknowledge(publish, now: now) }
    }

    private mutating func acknowledge(_ publish: PendingPublish, now: Moment) {
        guard let packetID = publish.packetID else { return }
        let actions = sessions[publish.session]?.mqtt.acknowledge(packetID, now: now.instant) ?? []
        perform(actions, for: publish.session, now: now)
    }

    private mutating func refuse(
        _ publish: PendingPublish, _ kind: AdmissionRequest.Kind, _ refusal: Refusal, now: Moment
    ) {
        counters.refused[GatewayCounters.Refused(kind: kind, label: refusal.label), default: 0] += 1
        refuse(publish, reason: refusal.mqttReason, text: refusal.reason, now: now)
    }

    private mutating func refuse(_ publish: PendingPublish, reason: MQTTReason, text: String, now: Moment) {
        guard let packetID = publish.packetID else { return }
        let actions = sessions[publish.session]?.mqtt.refuse(
            packetID, reason: reason, text: text, topic: Topics.refusal(publish.payloadDigest), now: now.instant)
        perform(actions ?? [], for: publish.session, now: now)
    }

    // MARK: Hazards

    /// Pushes a change to those who subscribe to its place, and retains it for those who will, as long as it is active.
    mutating func publish(_ hazard: Hazard, now: Moment) {
        let topic = HazardTopic.topic(of: hazard)
        let isActive = hazard.state == .reported || hazard.state == .confirmed
        let message = MQTTMessage(topic: topic, payload: hazard.encoded(), qos: .atLeastOnce, isRetained: isActive)
        // Who comes later is not warned of what may never be final.
        if hazard.state != .provisional {
            retained.retain(isActive ? message : MQTTMessage(topic: topic, payload: [], isRetained: true))
        }
        counters.hazardsPushed += push(message, now: now)
    }

    // MARK: Rounds and versions

    /// Tells those who subscribe to `topic`, and those who will; an empty payload says that what was told no longer holds.
    mutating func retain(_ topic: String, _ payload: [UInt8], now: Moment) {
        let message = MQTTMessage(topic: topic, payload: payload, qos: .atLeastOnce, isRetained: true)
        retained.retain(message)
        counters.announcementsPushed += push(message, now: now)
    }

    /// What each session's vehicle said last to run.
    var runningVersions: some Sequence<[LearnedModel: Digest]> { sessions.values.lazy.map(\.running) }

    private mutating func push(_ message: MQTTMessage, now: Moment) -> UInt64 {
        let deliveries = subscriptions.match(message.topic)
        for delivery in deliveries {
            let actions = sessions[delivery.session]?.mqtt.publish(message, to: delivery, now: now.instant) ?? []
            perform(actions, for: delivery.session, now: now)
        }
        return UInt64(deliveries.count)
    }
}
