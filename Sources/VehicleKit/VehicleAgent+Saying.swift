import Cryptography
import Geography
import Hazards
import Telemetry
import Transport
import Wire

/// What the vehicle says: reports, updates, telemetry, and what it wants to hear of.
extension VehicleAgent {
    /// Takes observations into as few reports as they fit in, and sends them as soon as a gateway takes them. `salt`
    /// makes 32 random bytes.
    mutating func report(
        _ observations: [Observation], mapDigest: Digest?, salt: () -> [UInt8], now: Moment
    ) -> (sequences: [UInt64], actions: [Action]) {
        var sequences: [UInt64] = []
        var actions: [Action] = []
        let most = TelemetryLimits.observations.upperBound
        for start in stride(from: 0, to: observations.count, by: most) {
            let part = Array(observations[start..<min(start + most, observations.count)])
            let (sequence, displaced) = outbox.add(part, mapDigest: mapDigest, salt: salt(), now: now)
            counters.reportsSubmitted += 1
            sequences.append(sequence)
            if let displaced { actions.append(abandon(displaced, .outboxFull)) }
        }
        return (sequences, actions + pump(now: now))
    }

    /// Signs and publishes a sample, unless no gateway is there or it does not keep up: the next sample says more than
    /// a late one.
    mutating func send(_ reading: TelemetryReading, isCongested: Bool, now: Moment) -> [Action] {
        guard isConnected, !isCongested else {
            counters.telemetryDropped += 1
            return []
        }
        telemetrySequence += 1
        let sample = TelemetrySample(
            certificateDigest: identity.certificateDigest, sequence: telemetrySequence, time: now.timestamp,
            coordinate: reading.coordinate,
            speedCentimetresPerSecond: min(
                reading.speedCentimetresPerSecond, TelemetryLimits.speedCentimetresPerSecond.upperBound),
            headingCentidegrees: reading.headingCentidegrees % 36_000, modelDigest: learning.running(.perception),
            travelTimeDigest: learning.running(.travelTimes), showsPosition: reading.showsPosition)
        let envelope = identity.sign(sample).envelope(certificate: isCertificateKnown ? nil : identity.certificate)
        return publishTelemetry(envelope, now: now)
    }

    private mutating func publishTelemetry(_ envelope: [UInt8], now: Moment) -> [Action] {
        var actions: [Action] = []
        switch settings.telemetryQoS {
        case .atMostOnce:
            actions = talk(now: now) { session in
                session.publish(topic: VehicleTopic.telemetry, payload: envelope, now: now.instant)
            }
        case .atLeastOnce, .exactlyOnce:
            // Half of the window is left to reports and updates, whose answers may take longer and hold back those
            // behind them.
            if pendingTelemetry < VehicleLimits.unacknowledged / 2,
                let sent = publish(VehicleTopic.telemetry, envelope, .telemetry, now: now)
            {
                pendingTelemetry += 1
                actions = sent
            }
        }
        if actions.isEmpty { counters.telemetryDropped += 1 } else { counters.telemetrySent += 1 }
        return actions
    }

    /// Follows the hazards in exactly these areas from now on.
    mutating func follow(_ cells: some Sequence<Cell>, now: Moment) -> [Action] {
        _ = hazards.follow(cells)
        return pump(now: now)
    }

    /// Sends whatever is due and may be sent.
    mutating func pump(now: Moment) -> [Action] {
        guard isConnected else { return [] }
        return askForHazards(now: now) + askForAnnouncements(now: now) + sendUpdates(now: now) + sendReports(now: now)
    }

    private mutating func sendReports(now: Moment) -> [Action] {
        sendDue(of: \.outbox, now: now) { counters, _ in counters.reportsSent += 1 }
    }

    private mutating func sendUpdates(now: Moment) -> [Action] {
        sendDue(of: \.updates, now: now) { $0.updateBytes += UInt64($1.envelope().count) }
    }

    private mutating func sendDue<Content: Draft>(
        of outbox: WritableKeyPath<VehicleAgent, Outbox<Content>>, now: Moment,
        count: (inout VehicleCounters, Signed<Content.Message>) -> Void
    ) -> [Action] {
        var actions: [Action] = []
        while canPublish, let dispatch = self[keyPath: outbox].next(now: now, identity: identity) {
            let certificate = isCertificateKnown ? nil : identity.certificate
            let pending = Pending.submission(dispatch.digest, hadCertificate: certificate != nil)
            let envelope = Content.envelope(dispatch.signed, certificate: certificate)
            guard let sent = publish(Content.topic, envelope, pending, now: now) else {
                actions.append(fault("takes no packet of \(envelope.count) bytes"))
                return actions + leave(reason: "takes nothing on \(Content.topic)", now: now)
            }
            count(&counters, dispatch.signed)
            if dispatch.isSignedAgain { counters.signedAgain += 1 }
            actions += sent
        }
        return actions
    }

    private var canPublish: Bool {
        if case .talking(let session, _) = link { session.canPublish } else { false }
    }

    private mutating func publish(
        _ topic: String, _ payload: [UInt8], _ purpose: Pending, now: Moment
    ) -> [Action]? {
        var packetID: UInt16?
        let actions = talk(now: now) { session in
            guard let sent = session.publishAcknowledged(topic: topic, payload: payload, now: now.instant) else {
                return []
            }
            packetID = sent.packetID
            return sent.actions
        }
        guard let packetID else { return nil }
        pending[packetID] = purpose
        return actions
    }

    /// Brings what the gateway was asked for in line with the committee that the vehicle follows, the models that it runs and the files that it wants.
    private mutating func askForAnnouncements(now: Moment) -> [Action] {
        let wanted = followsCommittee ? learning.filters.union([VehicleTopic.decisions]) : learning.filters
        guard askedForAnnouncements != wanted else { return [] }
        var actions: [Action] = []
        let removed = askedForAnnouncements.subtracting(wanted).sorted()
        if !removed.isEmpty, let asked = ask(now: now, { $0.unsubscribe(removed, now: now.instant) }) {
            askedForAnnouncements.subtract(removed)
            actions += asked.actions
        }
        let added = wanted.subtracting(askedForAnnouncements).sorted()
        let topics = added.map { MQTTSubscribe.Topic(filter: $0, qos: .atLeastOnce) }
        if !added.isEmpty, let asked = ask(now: now, { $0.subscribe(topics, now: now.instant) }) {
            subscribing[asked.packetID] = added
            askedForAnnouncements.formUnion(added)
            actions += asked.actions
        }
        return actions
    }

    /// Brings what the gateway was asked for in line with what the vehicle follows.
    private mutating func askForHazards(now: Moment) -> [Action] {
        guard askedFor != hazards.followed else { return [] }
        var actions: [Action] = []
        let removed = askedFor.subtracting(hazards.followed).sorted().prefix(VehicleLimits.filtersPerSubscribe)
        if !removed.isEmpty {
            let asked = ask(now: now) { $0.unsubscribe(removed.map(HazardTopic.filter), now: now.instant) }
            guard let asked else { return actions }
            askedFor.subtract(removed)
            actions += asked.actions
        }
        let added = hazards.followed.subtracting(askedFor).sorted()
        for start in stride(from: 0, to: added.count, by: VehicleLimits.filtersPerSubscribe) {
            let part = Array(added[start..<min(start + VehicleLimits.filtersPerSubscribe, added.count)])
            let topics = part.map { MQTTSubscribe.Topic(filter: HazardTopic.filter(for: $0), qos: .atLeastOnce) }
            guard let asked = ask(now: now, { $0.subscribe(topics, now: now.instant) }) else { return actions }
            subscribing[asked.packetID] = topics.map(\.filter)
            askedFor.formUnion(part)
            actions += asked.actions
        }
        return actions
    }

    private mutating func ask(
        now: Moment, _ body: (inout MQTTClientSession) -> (packetID: UInt16, actions: [MQTTClientSession.Action])?
    ) -> (packetID: UInt16, actions: [Action])? {
        var packetID: UInt16?
        let actions = talk(now: now) { session in
            let asked = body(&session)
            packetID = asked?.packetID
            return asked?.actions ?? []
        }
        return packetID.map { ($0, actions) }
    }
}
