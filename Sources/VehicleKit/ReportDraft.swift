import Cryptography
import Telemetry
import Wire

/// Observations on their way into the log: one to 64 of them.
struct ReportDraft: Draft {
    let observations: [Observation]
    /// The map that their places are on.
    let mapDigest: Digest?

    static let topic = "waymark/v1/reports"

    func message(certificate: Digest, sequence: UInt64, time: Timestamp, salt: [UInt8]) -> Report {
        Report(
            certificateDigest: certificate, sequence: sequence,
            // A report is never older than what it reports, whatever the clock was set to meanwhile.
            time: max(time, observations.map(\.time).max() ?? time),
            salt: salt, mapDigest: mapDigest, observations: observations)
    }

    static func envelope(_ signed: Signed<Report>, certificate: Signed<EnrolmentCertificate>?) -> [UInt8] {
        signed.envelope(certificate: certificate)
    }
}

extension Outbox<ReportDraft> {
    /// Takes a report; where that makes one too many, the oldest gives way and is returned. `observations` are one to
    /// 64, and `salt` 32 random bytes.
    mutating func add(
        _ observations: [Observation], mapDigest: Digest?, salt: [UInt8], now: Moment
    ) -> (sequence: UInt64, displaced: Item?) {
        precondition(TelemetryLimits.observations.contains(observations.count), "a report has 1 to 64 observations")
        return add(ReportDraft(observations: observations, mapDigest: mapDigest), salt: salt, now: now)
    }

    /// Drops reports whose oldest observation is too old for any validator.
    mutating func expire(now: Timestamp) -> [Item] {
        let horizon = now - TelemetryLimits.observationAgeMilliseconds
        return remove { $0.oldestObservation < horizon }
    }
}

extension Outbox<ReportDraft>.Item {
    /// When the first of its observations was made.
    var oldestObservation: Timestamp { draft.observations.map(\.time).min() ?? submitted.timestamp }
}
