import ArgumentParser
import Cryptography
import Foundation
import Server

/// The whole system on one machine, live.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "A committee, a fleet and hazards on one machine, live.",
        discussion: """
            Starts validators as processes on loopback, drives simulated vehicles against them in real time, shows it in the
            terminal and on http://127.0.0.1:8080/, and at the end audits and compares the validators' logs and computes
            every version of the shared models again: any disagreement makes the exit code 1.
            """)

    @OptionGroup var fleet: FleetOptions
    @Option(help: "Validators, 1 to 15.") var validators = 4
    @Option(help: "Road network (.osm.pbf); a small made-up town where left out.") var map: String?
    @Option(help: "Keep keys, configuration and logs in this new folder.") var keep: String?
    @Option(help: "First port; each validator takes four.") var port = 7300
    @Option(help: "Port of the first validator's page; the others count up.") var http = 8080
    @Option(help: "Kill a validator with SIGKILL: K@S, validator K at second S; started again ten seconds later.")
    var kill: String?
    @Option(help: "Seconds from one round of learning to the next, 4 to 3,600.") var rounds: UInt64 = 6
    @Flag(help: "Print one JSON object at the end.") var json = false

    func validate() throws {
        guard (1...15).contains(validators) else {
            throw ValidationError("--validators is \(validators): 1 to 15 are possible")
        }
        guard (1...65_000).contains(port), (1...65_000).contains(http) else {
            throw ValidationError("ports are 1 to 65,000")
        }
        guard (4...3600).contains(rounds) else {
            throw ValidationError("--rounds is \(rounds): 4 to 3,600 seconds are possible")
        }
        if kill != nil, outage == nil { throw ValidationError("--kill wants K@S, K of 1 to \(validators)") }
    }

    func run() async throws {
        let directory = keep ?? temporaryFolder()
        defer { if keep == nil { try? FileManager.default.removeItem(atPath: directory) } }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let map = try map.map { try MapFile(path: $0) } ?? MapFile.writeTown(to: "\(directory)/town.osm.pbf")
        let committee = try DemoCommittee(
            folder: CommitteeFolder(path: directory),
            plan: .init(
                origin: "waymark.local/demo", validators: validators, firstPort: port, httpPort: http,
                map: map.planned, learning: try learning()))
        let report: DemoReport
        do {
            report = try await DemoRun(self, committee, map, outage: outage).run()
        } catch {
            await committee.stop()
            throw error
        }
        if json { try JSONOutput.print(report) } else { print(report.lines.joined(separator: "\n")) }
        if report.failed { throw ExitCode(1) }
    }

    /// Rounds in a hurry, and a hold-out that no vehicle gets.
    private func learning() throws -> (rounds: CommitteeFile.Learning, holdOut: [UInt8]) {
        let holdOut = try HoldOutFile.make(SurfaceRecordings(ifPresent: fleet.recordings), seed: fleet.seed)
        return (
            CommitteeFile.Learning(
                perception: hurried(.perception(holdOut: Digest.sha256(holdOut))), travelTimes: hurried(.travelTimes)),
            holdOut
        )
    }

    /// The same rounds for a small fleet without patience.
    private func hurried(_ rounds: CommitteeFile.Rounds) -> CommitteeFile.Rounds {
        var hurried = rounds
        (hurried.intervalS, hurried.durationS) = (self.rounds, self.rounds * 2 / 3)
        hurried.cohortMinimum = UInt32(min(10, max(2, fleet.vehicles / 20)))
        return hurried
    }

    private var outage: Outage? {
        guard let parts = kill?.split(separator: "@"), parts.count == 2, let validator = Int(parts[0]),
            let second = Int(parts[1]), (1...validators).contains(validator), (0..<fleet.duration).contains(second)
        else { return nil }
        return Outage(validator: validator - 1, second: second)
    }

    private func temporaryFolder() -> String {
        let name = "waymark-demo-\(ProcessInfo.processInfo.processIdentifier)"
        return FileManager.default.temporaryDirectory.appendingPathComponent(name).path
    }
}

/// A validator that dies on the way.
struct Outage {
    static let secondsDown = 10
    let validator: Int
    let second: Int
}
