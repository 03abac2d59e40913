import Foundation

/// How a demo ended, for programs.
struct DemoReport: Encodable {
    var validators: Int
    var vehicles: Int
    var durationS: Int
    var seed: UInt64
    var reportsSent: UInt64
    var reportsAcknowledged: UInt64
    var reportsRefused: UInt64
    var telemetryVerified: UInt64
    var entries: UInt64
    var hazardsPlanted: Int
    var hazardsPassed: Int
    var hazardsSensedByThree: Int
    var hazardsConfirmed: Int
    var hazardsMissed: Int
    var ghostsConfirmed: Int
    var receiptP50Ms: Double?
    var receiptP99Ms: Double?
    var headsEqual: Bool
    var auditPassed: Bool
    var cpuSeconds: Double
    var complaints: [String]

    enum CodingKeys: String, CodingKey {
        case validators, vehicles, seed, entries, complaints
        case durationS = "duration_s"
        case reportsSent = "reports_sent"
        case reportsAcknowledged = "reports_acknowledged"
        case reportsRefused = "reports_refused"
        case telemetryVerified = "telemetry_verified"
        case hazardsPlanted = "hazards_planted"
        case hazardsPassed = "hazards_passed"
        case hazardsSensedByThree = "hazards_sensed_by_three"
        case hazardsConfirmed = "hazards_confirmed"
        case hazardsMissed = "hazards_missed"
        case ghostsConfirmed = "ghosts_confirmed"
        case receiptP50Ms = "receipt_p50_ms"
        case receiptP99Ms = "receipt_p99_ms"
        case headsEqual = "heads_equal"
        case auditPassed = "audit_passed"
        case cpuSeconds = "cpu_seconds"
    }

    /// Whether validators disagree, or a log is not what it should be.
    var failed: Bool { !headsEqual || !auditPassed }

    var lines: [String] {
        [
            "reports      \(Format.count(reportsSent)) sent, \(Format.count(reportsAcknowledged)) acknowledged, \(Format.count(reportsRefused)) refused",
            "telemetry    \(Format.count(telemetryVerified)) verified",
            "log          \(Format.count(entries)) entries; the \(validators) heads are \(headsEqual ? "equal" : "NOT EQUAL"); audit \(auditPassed ? "passed" : "FAILED")",
            "hazards      \(hazardsPlanted) planted, \(hazardsSensedByThree) sensed by three vehicles or more, \(hazardsConfirmed) confirmed; \(ghostsConfirmed) ghosts confirmed",
            "receipts     p50 \(Format.milliseconds(receiptP50Ms)), p99 \(Format.milliseconds(receiptP99Ms)) from observation to verified receipt",
            "processors   \(Format.decimal(cpuSeconds)) CPU seconds over all processes",
        ] + complaints.map { "complaint    \($0)" }
    }
}
