import Cryptography
import Hazards
import Telemetry
import Transport
import Wire

/// What a gateway says, and how far the vehicle believes it.
extension VehicleAgent {
    mutating func take(
        _ answer: MQTTClientSession.Action, now: Moment, verifier: inout ReceiptVerifier
    ) -> [Action] {
        switch answer {
        case .send(let bytes): [.send(bytes)]
        case .connected: welcomed(now: now)
        case .acknowledged(let packetID, let reason, let text): answered(packetID, reason, text, now: now)
        case .subscribed(let packetID, let reasons): subscribed(packetID, reasons)
        case .unsubscribed: []
        case .message(let message): take(message, now: now, verifier: &verifier)
        case .close(let close): leave(reason: close.description, now: now)
        }
    }

    private mutating func welcomed(now: Moment) -> [Action] {
        counters.connections += 1
        hazards.beginRefresh()
        refreshEnd = now.instant + settings.refreshMilliseconds
        return [.tell(.connected(gateway))]
    }

    private mutating func subscribed(_ packetID: UInt16, _ reasons: [MQTTReason]) -> [Action] {
        guard let filters = subscribing.removeValue(forKey: packetID) else { return [] }
        let refused = zip(filters, reasons).filter { $0.1.isFailure }
        guard let (filter, reason) = refused.first else { return [] }
        return [fault("refuses \(refused.count) subscriptions, such as to \(filter): \(reason)")]
    }

    private mutating func take(
        _ message: MQTTMessage, now: Moment, verifier: inout ReceiptVerifier
    ) -> [Action] {
        let payload = message.payload
        switch VehicleTopic(message.topic) {
        case .receipt(let digest):
            return take(receipt: payload, for: digest, now: now, verifier: &verifier)
                + take(answer: payload, for: digest, verifier: &verifier)
        case .round(let model): return take(round: payload, of: model, now: now, verifier: &verifier)
        case .version(let model): return take(version: payload, of: model, now: now, verifier: &verifier)
        case .chunk(let digest, let number): return take(chunk: payload, number: number, of: digest, now: now)
        case .decision: return take(decision: payload, verifier: &verifier)
        case .other: return take(hazard: message)
        }
    }

    private mutating func take(decision bytes: [UInt8], verifier: inout ReceiptVerifier) -> [Action] {
        do throws(CommitteeTrust.Fault) {
            return try verifier.take(decision: bytes).map { [.tell(.committee(epoch: $0))] } ?? []
        } catch {
            return [fault("\(error)")]
        }
    }

    private mutating func take(hazard message: MQTTMessage) -> [Action] {
        do throws(HazardMessageFault) {
            return try hazards.take(topic: message.topic, payload: message.payload).map { .tell(.hazard($0)) }
        } catch {
            return [fault("a message on \(message.topic) is no hazard: \(error)")]
        }
    }

    private mutating func take(
        receipt: [UInt8], for report: Digest, now: Moment, verifier: inout ReceiptVerifier
    ) -> [Action] {
        // A report that has its receipt needs no second one.
        guard let item = outbox.item(report) else { return [] }
        do throws(ReceiptFault) {
            let place = try verifier.verify(receipt, commitments: item.commitments)
            outbox.remove(report)
            counters.reportsAcknowledged += 1
            failures = 0
            return [
                .tell(
                    .acknowledged(
                        Acknowledgement(
                            report: report, sequence: item.sequence, index: place.index, treeSize: place.head.size,
                            sinceObservationMilliseconds: item.oldestObservation.milliseconds(until: now.timestamp),
                            sinceSubmissionMilliseconds: item.submitted.instant.milliseconds(until: now.instant),
                            receipt: receipt)))
            ]
        } catch {
            return [fault("a receipt that proves nothing: \(error)")]
        }
    }

    private mutating func answered(_ packetID: UInt16, _ reason: MQTTReason, _ text: String?, now: Moment) -> [Action] {
        guard let answered = pending.removeValue(forKey: packetID) else { return [] }
        if !reason.isFailure { isCertificateKnown = true }
        switch answered {
        case .telemetry:
            pendingTelemetry -= 1
            return telemetryAnswered(reason, text)
        case .submission(let digest, let hadCertificate):
            return reason.isFailure
                ? refused(digest, hadCertificate: hadCertificate, reason, text ?? "", now: now)
                : accepted(digest, text, now: now)
        }
    }

    private mutating func telemetryAnswered(_ reason: MQTTReason, _ text: String?) -> [Action] {
        guard reason.isFailure else {
            counters.telemetryAcknowledged += 1
            return []
        }
        counters.telemetryRefused += 1
        isCertificateKnown = false
        return [.tell(.remark("telemetry refused: \(text ?? "\(reason)")"))]
    }

    /// An acknowledgement follows its receipt; where the report or update still waits for one, the gateway's word is
    /// worth nothing.
    private mutating func accepted(_ digest: Digest, _ text: String?, now: Moment) -> [Action] {
        let remark: [Action] = text.map { [.tell(.remark($0))] } ?? []
        guard outbox.item(digest) != nil || updates.item(digest) != nil else { return remark }
        return remark + [fault("acknowledged without a valid receipt")]
            + leave(reason: "acknowledged without a valid receipt", now: now)
    }

    private mutating func refused(
        _ digest: Digest, hadCertificate: Bool, _ reason: MQTTReason, _ text: String, now: Moment
    ) -> [Action] {
        let refusal = Refusal(reason: text)
        // The gateway has not learnt the certificate after all.
        if refusal == .uncertified && !hadCertificate {
            isCertificateKnown = false
            outbox.postpone(digest, until: now.instant)
            updates.postpone(digest, until: now.instant)
            return []
        }
        let remedy = refusal?.remedy ?? (reason == .quotaExceeded ? .retry : .none)
        if let again = sendAgain(digest, of: \.outbox, remedy, text, now: now) { return again }
        if let again = sendAgain(digest, of: \.updates, remedy, text, now: now) { return again }
        if outbox.remove(digest) != nil {
            counters.reportsRefused += 1
            return [.tell(.refused(digest, refusal, text: text))]
        }
        return updates.remove(digest).map { [dropped($0.draft, refusal, text)] } ?? []
    }

    /// Sends what was refused again; nil where it is not of this outbox, or that would be of no use.
    private mutating func sendAgain<Content: Draft>(
        _ digest: Digest, of outbox: WritableKeyPath<VehicleAgent, Outbox<Content>>, _ remedy: Refusal.Remedy,
        _ text: String, now: Moment
    ) -> [Action]? {
        guard let item = self[keyPath: outbox].item(digest) else { return nil }
        let delay = Self.resend.delay(afterFailures: item.failures + 1, using: &random)
        switch remedy {
        case .none:
            return nil
        case .retry:
            counters.postponed += 1
            self[keyPath: outbox].postpone(digest, until: now.instant + delay)
            return []
        case .signAgain:
            // Of an older signing it says nothing new.
            guard item.digests.last == digest else { return [] }
            counters.postponed += 1
            self[keyPath: outbox].renew(digest, until: item.failures == 0 ? now.instant : now.instant + delay)
            return [.tell(.remark(text))]
        }
    }
}

extension Timestamp {
    func milliseconds(until later: Timestamp) -> UInt64 {
        later.milliseconds - min(later.milliseconds, milliseconds)
    }
}

extension Instant {
    func milliseconds(until later: Instant) -> UInt64 {
        later.milliseconds - min(later.milliseconds, milliseconds)
    }
}
