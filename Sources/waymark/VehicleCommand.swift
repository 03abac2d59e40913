import ArgumentParser
import Cryptography
import EventLoop
import Foundation
import Geography
import Server
import Telemetry
import VehicleKit
import Wire

/// One vehicle from the command line.
struct VehicleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vehicle", abstract: "Be one vehicle: report what stdin says, print what comes back.",
        discussion: """
            Reads observations from stdin, one JSON object a line:
              {"kind": 9, "latitude": 60.1699, "longitude": 24.9384}
            and optionally "seen" (true), "confidence" (0.001 to 1), "edge", "direction" ("forward", "backward"), "offset_m",
            "time_ms". Each line becomes a signed report. Prints a JSON object for each receipt, refusal and hazard, and for each committee that the
            one of the file has decided on since. At the end of
            the input it waits for the last receipt; the exit code is 1 if a report was refused.
            """)

    @Option(help: "The vehicle's identity file (`waymark keys enrol`).") var identity: String
    @Option(help: "The committee file.") var committee: String
    @Option(help: "Quadkey of a cell whose hazards are printed; may be repeated.") var follow: [String] = []
    @Option(help: "Seconds to wait for receipts at the end of the input.") var patience: UInt64 = 30

    func run() async throws {
        let file = try CommitteeFile(path: committee)
        let loop = try EventLoop.spawn(name: "vehicle")
        let access = try CommitteeAccess(loop: loop, gateways: try file.gateways(), trust: try file.trust())
        let (events, continuation) = AsyncStream<VehicleEvent>.makeStream()
        let vehicle = Vehicle(committee: access, identity: try VehicleIdentity(path: identity)) {
            continuation.yield($0)
        }
        let cells = try follow.map { quadkey in
            guard let cell = Cell(quadkey: quadkey) else { throw Failure("\(quadkey) is no quadkey") }
            return cell
        }
        await vehicle.follow(cells)
        await vehicle.start()
        let printing = Task { await Self.print(events) }
        var map: Digest?
        if let agreed = file.map, let bytes = Hex.decode(agreed.digest) { map = Digest(bytes: bytes) }
        while let line = readLine() {
            if line.isEmpty { continue }
            let observation = try ObservationLine(line).observation(now: .now())
            await vehicle.report([observation], mapDigest: observation.place == nil ? nil : map)
        }
        for _ in 0..<patience * 20 {
            if await vehicle.waitingReports == 0 { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        let (waiting, counters) = (await vehicle.waitingReports, await vehicle.counters)
        await vehicle.stop()
        continuation.finish()
        await printing.value
        loop.stop()
        if waiting > 0 || counters.reportsRefused > 0 { throw ExitCode(1) }
    }

    private static func print(_ events: AsyncStream<VehicleEvent>) async {
        for await event in events {
            guard let line = VehicleEventLine(event) else { continue }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            if let bytes = try? encoder.encode(line) {
                FileHandle.standardOutput.write(bytes + Data("\n".utf8))
            }
        }
    }
}

/// An observation as a line of JSON.
struct ObservationLine: Decodable {
    var kind: UInt16
    var latitude: Double
    var longitude: Double
    var seen: Bool?
    var confidence: Double?
    var edge: UInt32?
    var direction: String?
    var offset_m: Double?
    var time_ms: UInt64?

    init(_ line: String) throws {
        do {
            self = try JSONDecoder().decode(ObservationLine.self, from: Data(line.utf8))
        } catch {
            throw Failure("not an observation: \(line): \(error)")
        }
    }

    func observation(now: Timestamp) throws -> Observation {
        guard let kind = HazardKind(rawValue: kind) else {
            throw Failure("kind \(kind) is no cause code that is known")
        }
        guard let coordinate = Coordinate(latitude: latitude, longitude: longitude) else {
            throw Failure("\(latitude), \(longitude) is no place on Earth")
        }
        return Observation(
            kind: kind, polarity: seen ?? true ? .seen : .notSeen,
            time: time_ms.map { Timestamp(milliseconds: $0) } ?? now, coordinate: coordinate, place: try place(),
            confidencePermille: UInt16(max(1, min(1, confidence ?? 1) * 1000)))
    }

    private func place() throws -> EdgePlace? {
        guard let edge else { return nil }
        let directions: [String: Direction] = ["forward": .forward, "backward": .backward]
        guard let direction = directions[direction ?? "forward"] else {
            throw Failure("direction is forward or backward, not \(direction ?? "")")
        }
        let offset = max(0, min(100_000, offset_m ?? 0)) * 100
        return EdgePlace(edge: edge, direction: direction, offsetCentimetres: UInt32(offset))
    }
}

/// An event as a line of JSON.
struct VehicleEventLine: Encodable {
    var event: String
    var report: String?
    var leaf: UInt64?
    var size: UInt64?
    var since_observation_ms: UInt64?
    var reason: String?
    var hazard: String?
    var state: String?
    var model: String?
    var round: UInt64?
    var version: String?
    var epoch: UInt64?

    init?(_ event: VehicleEvent) {
        self.event = ""
        switch event {
        case .connected: return nil
        case .disconnected(let gateway, let reason):
            self.event = "disconnected"
            self.reason = "\(gateway): \(reason)"
        case .acknowledged(let answer):
            self.event = "acknowledged"
            report = "\(answer.report)"
            leaf = answer.index
            size = answer.treeSize
            since_observation_ms = answer.sinceObservationMilliseconds
        case .refused(let digest, _, let text):
            self.event = "refused"
            report = "\(digest)"
            reason = text
        case .abandoned(let sequence, let why):
            self.event = "abandoned"
            reason = "report \(sequence): \(why)"
        case .hazard(let changed):
            self.event = "hazard"
            hazard = "\(changed.id)"
            state = "\(changed.state)"
        case .round(let opened):
            self.event = "round"
            (model, round) = (opened.model.name, opened.round)
        case .version(let installed, let digest):
            self.event = "version"
            (model, version) = (installed.name, "\(digest)")
        case .updateAcknowledged(let trained, let number, let index):
            self.event = "update_acknowledged"
            (model, round, leaf) = (trained.name, number, index)
        case .updateRefused(let trained, let number, _, let text):
            self.event = "update_refused"
            (model, round, reason) = (trained.name, number, text)
        case .committee(let begun):
            self.event = "committee"
            epoch = begun
        case .fault(let gateway, let text):
            self.event = "fault"
            reason = "\(gateway): \(text)"
        case .remark(let text):
            self.event = "remark"
            reason = text
        }
    }
}

extension CommitteeFile {
    /// The committee as vehicles believe it: and those that it decides on.
    func trust() throws -> CommitteeTrust {
        try CommitteeTrust(origin: origin, chain: try chain(), committee: try change())
    }

    /// Where vehicles reach the committee.
    func gateways() throws -> [Gateway] {
        try validators.map { validator in
            let endpoint = try Endpoint(validator.vehicleAddress)
            guard let pin = Hex.decode(validator.tlsPin).flatMap({ Digest(bytes: $0) }) else {
                throw Failure("tls_pin of \(validator.name) is not 64 hexadecimal digits")
            }
            return Gateway(host: endpoint.host, port: endpoint.port, tlsPin: pin)
        }
    }
}
