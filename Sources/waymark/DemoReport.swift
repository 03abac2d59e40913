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
    var attackers: Int
    var modelVersions: [DemoLessons.Version]
    var accuracyFirst: Double?
    var accuracyLast: Double?
    var accuracyLastPlainMean: Double?
    var travelTimeErrorFirst: Double?
    var travelTimeErrorLast: Double?
    var routeStretches: Int
    var reroutes: Int
    var updatesSent: UInt64
    var updatesCounted: UInt64
    var updateBytesPerVehicle: UInt64?
    var potholesPerceived: Int
    var potholesPerceivedRightly: Int
    var modelsVerified: Bool
    var cpuSeconds: Double
    var complaints: [String]

    enum CodingKeys: String, CodingKey {
        case validators, vehicles, seed, entries, complaints, attackers, reroutes
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
        case modelVersions = "model_versions"
        case accuracyFirst = "accuracy_first"
        case accuracyLast = "accuracy_last"
        case accuracyLastPlainMean = "accuracy_last_plain_mean"
        case travelTimeErrorFirst = "travel_time_error_first"
        case travelTimeErrorLast = "travel_time_error_last"
        case routeStretches = "route_stretches"
        case updatesSent = "updates_sent"
        case updatesCounted = "updates_counted"
        case updateBytesPerVehicle = "update_bytes_per_vehicle"
        case potholesPerceived = "potholes_perceived"
        case potholesPerceivedRightly = "potholes_perceived_rightly"
        case modelsVerified = "models_verified"
        case cpuSeconds = "cpu_seconds"
    }

    /// Whether validators disagree, or a log is not what it should be.
    var failed: Bool { !headsEqual || !auditPassed || !modelsVerified }

    var lines: [String] {
        [
            "reports      \(Format.count(reportsSent)) sent, \(Format.count(reportsAcknowledged)) acknowledged, \(Format.count(reportsRefused)) refused",
            "telemetry    \(Format.count(telemetryVerified)) verified",
            "log          \(Format.count(entries)) entries; the \(validators) heads are \(headsEqual ? "equal" : "NOT EQUAL"); audit \(auditPassed ? "passed" : "FAILED")",
            "hazards      \(hazardsPlanted) planted, \(hazardsSensedByThree) sensed by three vehicles or more, \(hazardsConfirmed) confirmed; \(ghostsConfirmed) ghosts confirmed",
            "receipts     p50 \(Format.milliseconds(receiptP50Ms)), p99 \(Format.milliseconds(receiptP99Ms)) from observation to verified receipt",
            "rounds       \(Format.count(updatesCounted)) updates of \(Format.count(updatesSent)) counted, \(updateBytesPerVehicle.map { Format.count($0) } ?? "–") bytes a vehicle and round\(attackers > 0 ? "; \(attackers) vehicles sent poison" : "")",
            "models       \(modelVersions.count { $0.version != nil }) versions; every validator computed each again bit for bit: \(modelsVerified ? "yes" : "NO")",
            "perception   accuracy on the hold-out \(Format.percent(accuracyFirst)) at first, \(Format.percent(accuracyLast)) at last (\(Format.percent(accuracyLastPlainMean)) by the plain mean of the last updates); \(potholesPerceivedRightly) of \(potholesPerceived) perceived potholes were",
            "travel time  error \(Format.percent(travelTimeErrorFirst)) by free flow, \(Format.percent(travelTimeErrorLast)) by the model, on the same \(routeStretches) stretches; \(reroutes) vehicles led around hazards",
            "processors   \(Format.decimal(cpuSeconds)) CPU seconds over all processes",
        ] + complaints.map { "complaint    \($0)" }
    }
}
