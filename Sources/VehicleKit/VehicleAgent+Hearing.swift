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
        guard let cells = subscribing.removeValue(forKey: packetID) else { return [] }
        let refused = zip(cells, reasons).filter { $0.1.isFailure }
        guard let (cell, reason) = refused.first else { return [] }
        return [fault("refuses \(refused.count) subscriptions, such as to \(cell): \(reason)")]
    }

    private mutating func take(
        _ message: MQTTMessage, now: Moment, verifier: inout ReceiptVerifier
    ) -> [Action] {
        if let report = VehicleTopic.report(ofReceipt: message.topic) {
            return take(receipt: message.payload, for: report, now: now, verifier: &verifier)
        }
        do throws(HazardMessageFault) {
            guard let hazard = try hazards.take(topic: message.topic, payload: message.payload) else { return [] }
            return [.tell(.hazard(hazard))]
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
        case .report(let report, let hadCertificate):
            return reason.isFailure
                ? refused(report, hadCertificate: hadCertificate, reason, text ?? "", now: now)
                : accepted(report, text, now: now)
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

    /// An acknowledgement follows its receipt; where the report still waits for one, the gateway's word is worth
    /// nothing.
    private mutating func accepted(_ report: Digest, _ text: String?, now: Moment) -> [Action] {
        let remark: [Action] = text.map { [.tell(.remark($0))] } ?? []
        guard outbox.item(report) != nil else { return remark }
        return remark + [fault("acknowledged a report without a valid receipt")]
            + leave(reason: "acknowledged a report without a valid receipt", now: now)
    }

    private mutating func refused(
        _ report: Digest, hadCertificate: Bool, _ reason: MQTTReason, _ text: String, now: Moment
    ) -> [Action] {
        guard let item = outbox.item(report) else { return [] }
        let refusal = Refusal(reason: text)
        // The gateway has not learnt the certificate after all.
        if refusal == .uncertified && !hadCertificate {
            isCertificateKnown = false
            outbox.postpone(report, until: now.instant)
            return []
        }
        switch refusal?.remedy ?? (reason == .quotaExceeded ? .retry : .none) {
        case .none:
            outbox.remove(report)
            counters.reportsRefused += 1
            return [.tell(.refused(report, refusal, text: text))]
        case .retry:
            counters.postponed += 1
            outbox.postpone(report, until: now.instant + resendDelay(item))
            return []
        case .signAgain:
            // Of an older signing it says nothing new.
            guard item.digests.last == report else { return [] }
            counters.postponed += 1
            outbox.renew(report, until: item.failures == 0 ? now.instant : now.instant + resendDelay(item))
            return [.tell(.remark(text))]
        }
    }

    private mutating func resendDelay(_ item: Outbox.Item) -> UInt64 {
        Self.resend.delay(afterFailures: item.failures + 1, using: &random)
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
