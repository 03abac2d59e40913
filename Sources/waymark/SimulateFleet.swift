import ArgumentParser
import Foundation
import Server

/// A simulated fleet against a committee that runs already.
struct SimulateFleet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet", abstract: "Drive a simulated fleet against a running committee.")

    @OptionGroup var fleet: FleetOptions
    @Option(help: "The committee file.") var committee: String
    @Option(help: "The enrolment authority's key file: simulated vehicles are enrolled with it.") var authority: String
    @Option(help: "The committee's road network (.osm.pbf).") var map: String
    @Flag(help: "Print one JSON object at the end.") var json = false

    func run() async throws {
        let file = try CommitteeFile(path: committee)
        let run = try fleet.fleet(file, authority: try SecretFile.signingKey(authority), map: try MapFile(path: map))
        await run.start()
        var terminal = Terminal()
        for second in 1...fleet.duration {
            try await Task.sleep(for: .seconds(1))
            let summary = await run.summary()
            terminal.draw([SimulationReport(summary).line(second: second)])
        }
        await run.park()
        await run.waitForReceipts()
        let report = SimulationReport(await run.summary())
        await run.stop()
        run.loop.stop()
        if json { try JSONOutput.print(report) } else { print(report.line(second: fleet.duration)) }
        if report.waiting_reports > 0 { throw ExitCode(1) }
    }
}

/// What a simulated fleet did.
struct SimulationReport: Encodable {
    var connected: Int
    var reports_sent: UInt64
    var reports_acknowledged: UInt64
    var reports_refused: UInt64
    var waiting_reports: Int
    var telemetry_verified: UInt64
    var hazards_planted: Int
    var hazards_confirmed: Int
    var ghosts_confirmed: Int
    var receipt_p50_ms: Double?
    var receipt_p99_ms: Double?

    init(_ summary: FleetSummary) {
        connected = summary.connected
        reports_sent = summary.counters.reportsSubmitted
        reports_acknowledged = summary.counters.reportsAcknowledged
        reports_refused = summary.counters.reportsRefused
        waiting_reports = summary.waitingReports
        telemetry_verified = summary.counters.telemetryAcknowledged
        hazards_planted = summary.planted
        hazards_confirmed = summary.confirmed
        ghosts_confirmed = summary.ghosts
        receipt_p50_ms = summary.receipts.value(at: 0.5)
        receipt_p99_ms = summary.receipts.value(at: 0.99)
    }

    func line(second: Int) -> String {
        "\(second) s: \(connected) vehicles, \(reports_acknowledged) of \(reports_sent) reports acknowledged, "
            + "\(hazards_confirmed) of \(hazards_planted) hazards confirmed, receipts p50 "
            + "\(Format.milliseconds(receipt_p50_ms)), p99 \(Format.milliseconds(receipt_p99_ms))"
    }
}
