import Cryptography
import EventLoop
import Geography
import Hazards
import Telemetry
import Traffic
import Transport
import VehicleKit
import Wire

/// A simulated fleet against a real committee: traffic moves and senses, and each vehicle is a real client with a key, a connection and an
/// outbox of its own.
///
/// All of it lives on one loop. Ten times a second traffic is driven on by as much time as has passed; each vehicle sends telemetry once a
/// second, at an offset of its own so that the load is even, and a report whenever its sensors say something.
actor Fleet: LoopBound {
    nonisolated let loop: EventLoop
    private let mapDigest: Digest
    private let vehicles: [Vehicle]
    private let news: FleetNews
    private var traffic: TrafficSimulation
    private var known: [HazardID: Hazard] = [:]
    private var timer: LoopTimer?
    private var startedAt: UInt64 = 0
    private var drivenUntil: UInt64 = 0

    private static let stepMilliseconds: UInt64 = 100
    private static let telemetryMilliseconds: UInt64 = 1000
    /// Vehicles follow the hazards of the whole town, in squares of about a kilometre where it is small.
    private static let followedLevel: UInt8 = 14

    init(
        traffic: TrafficSimulation, mapDigest: Digest, identities: [VehicleIdentity], committee: CommitteeAccess,
        seed: UInt64
    ) {
        let news = FleetNews(loop: committee.loop)
        self.news = news
        self.traffic = traffic
        self.mapDigest = mapDigest
        loop = committee.loop
        vehicles = news.vehicles(identities, committee, seed: seed)
    }

    /// Connects every vehicle and begins to drive.
    func start() {
        startedAt = loop.monotonicMilliseconds
        drivenUntil = startedAt
        let area = traffic.network.bounds.cells(level: Self.followedLevel)
        for vehicle in vehicles {
            vehicle.assumeIsolated {
                $0.follow(area)
                $0.start()
            }
        }
        let timer = LoopTimer(loop: loop) { [weak self] in self?.assumeIsolated { $0.drive() } }
        timer.arm(everyMilliseconds: Self.stepMilliseconds)
        self.timer = timer
    }

    /// Sees nothing more and says nothing more; what was reported is still waited for.
    func park() {
        timer?.disarm()
    }

    /// Waits until nothing waits for its receipt any more, half a minute at most.
    func waitForReceipts() async {
        for _ in 0..<300 {
            if summary().waitingReports == 0 { return }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Disconnects.
    func stop() {
        park()
        for vehicle in vehicles { vehicle.assumeIsolated { $0.stop() } }
    }

    private func drive() {
        let now = loop.monotonicMilliseconds
        for hazard in news.takeHazards() { note(hazard) }
        let passed = now - drivenUntil
        let step = traffic.step(
            milliseconds: passed, at: Timestamp(milliseconds: loop.wallMilliseconds),
            known: Set(known.values.compactMap(KnownHazard.init)))
        report(step)
        sendTelemetry(from: drivenUntil - startedAt, to: now - startedAt)
        drivenUntil = now
    }

    private func note(_ hazard: Hazard) {
        known[hazard.id] = hazard.state == .cleared ? nil : hazard
    }

    private func report(_ step: TrafficStep) {
        var seen: [Int: [Observation]] = [:]
        for sensed in step.observations { seen[sensed.vehicle, default: []].append(sensed.observation) }
        for (number, observations) in seen.sorted(by: { $0.key < $1.key }) {
            vehicles[number].assumeIsolated { _ = $0.report(observations, mapDigest: mapDigest) }
        }
    }

    /// Each vehicle's second ends at an offset of its own.
    private func sendTelemetry(from: UInt64, to: UInt64) {
        let count = UInt64(vehicles.count)
        for number in vehicles.indices {
            let offset = UInt64(number) * Self.telemetryMilliseconds / max(count, 1)
            let due = (to + Self.telemetryMilliseconds - offset) / Self.telemetryMilliseconds
            guard due > (from + Self.telemetryMilliseconds - offset) / Self.telemetryMilliseconds else { continue }
            let state = traffic.state(of: number)
            vehicles[number].assumeIsolated {
                // Every fifth owner does not consent to be seen on the map.
                $0.send(
                    TelemetryReading(
                        coordinate: state.coordinate, speedCentimetresPerSecond: state.speedCentimetresPerSecond,
                        headingCentidegrees: UInt32(state.heading.centidegrees),
                        showsPosition: !number.isMultiple(of: 5)))
            }
        }
    }

    /// What the fleet did so far.
    func summary() -> FleetSummary {
        var summary = FleetSummary()
        for vehicle in vehicles {
            vehicle.assumeIsolated {
                summary.counters = summary.counters + $0.counters
                summary.waitingReports += $0.waitingReports
                summary.connected += $0.isConnected ? 1 : 0
            }
        }
        summary.receipts = news.latencies
        summary.refusals = news.refusals
        summary.faults = news.faults
        judge(&summary)
        return summary
    }

    /// Compares what the committee believes with what the simulator knows.
    private func judge(_ summary: inout FleetSummary) {
        let confirmed = Set(news.confirmed.values.compactMap(KnownHazard.init))
        let planted = traffic.plantedHazards.map { KnownHazard($0) }
        summary.planted = planted.count
        summary.passed = traffic.encounters.count { $0.passed.count > 0 }
        summary.sensedByThree = traffic.encounters.count { $0.sensed.count >= 3 }
        summary.confirmed = planted.count { confirmed.contains($0) }
        summary.missed = zip(planted, traffic.encounters).count { $1.sensed.count >= 3 && !confirmed.contains($0) }
        summary.ghosts = news.confirmed.values.count { hazard in
            KnownHazard(hazard).map { !planted.contains($0) } ?? true
        }
        summary.known = known.count
    }
}

/// What the fleet's vehicles tell, gathered on their loop.
final class FleetNews: Sendable {
    private struct State {
        var hazards: [Hazard] = []
        var confirmed: [HazardID: Hazard] = [:]
        var latencies = Percentiles()
        var refusals: [String: UInt64] = [:]
        var faults: [String] = []
    }

    private let state: LoopLocal<State>
    private static let keptFaults = 20

    init(loop: EventLoop) {
        state = LoopLocal(State(), on: loop)
    }

    /// Vehicles of these identities, each of which tells its news here.
    func vehicles(_ identities: [VehicleIdentity], _ committee: CommitteeAccess, seed: UInt64) -> [Vehicle] {
        identities.enumerated().map { number, identity in
            var settings = VehicleSettings()
            settings.seed = seed &+ UInt64(number)
            settings.telemetryQoS = .atLeastOnce
            return Vehicle(committee: committee, identity: identity, settings: settings) { self.take($0) }
        }
    }

    /// Hazards that were ever confirmed, by name.
    var confirmed: [HazardID: Hazard] { state.value.confirmed }
    var latencies: Percentiles { state.value.latencies }
    var refusals: [String: UInt64] { state.value.refusals }
    var faults: [String] { state.value.faults }

    private func take(_ event: VehicleEvent) {
        switch event {
        case .acknowledged(let answer):
            state.value.latencies.add(Double(answer.sinceObservationMilliseconds))
        case .hazard(let hazard):
            state.value.hazards.append(hazard)
            if hazard.state == .confirmed { state.value.confirmed[hazard.id] = hazard }
        case .refused(_, let refusal, let text):
            state.value.refusals[refusal?.label ?? text, default: 0] += 1
        case .fault(let gateway, let text):
            if state.value.faults.count < Self.keptFaults { state.value.faults.append("\(gateway): \(text)") }
        case .connected, .disconnected, .abandoned, .remark: break
        }
    }

    /// Begins a new sample of latencies.
    func forgetLatencies() {
        state.value.latencies = Percentiles()
    }

    /// What the vehicles were told since this was last asked.
    func takeHazards() -> [Hazard] {
        defer { state.value.hazards.removeAll(keepingCapacity: true) }
        return state.value.hazards
    }
}

/// What a fleet did, and what came of it.
struct FleetSummary: Sendable {
    var counters = VehicleCounters()
    var connected = 0
    var waitingReports = 0
    var receipts = Percentiles()
    var refusals: [String: UInt64] = [:]
    var faults: [String] = []
    var planted = 0
    var passed = 0
    /// Planted hazards that three distinct vehicles sensed: these should be confirmed.
    var sensedByThree = 0
    var confirmed = 0
    /// Of those that should be confirmed, those that were not.
    var missed = 0
    var ghosts = 0
    var known = 0
}

extension KnownHazard {
    /// A hazard on an edge of the map as the validators name it; nil where it has no edge.
    init?(_ hazard: Hazard) {
        guard let edge = hazard.edge else { return nil }
        self.init(edge: edge.edge, direction: edge.direction, kind: hazard.kind)
    }

    init(_ planted: PlantedHazard) {
        self.init(edge: planted.place.edge, direction: planted.place.direction, kind: planted.kind)
    }
}

extension Bounds {
    /// The squares of `level` that cover the area, sixteen at most: coarser where it is large.
    func cells(level: UInt8) -> [Cell] {
        var level = level
        while true {
            let first = Cell(containing: southWest, level: level)
            let last = Cell(containing: northEast, level: level)
            let columns = min(first.x, last.x)...max(first.x, last.x)
            let rows = min(first.y, last.y)...max(first.y, last.y)
            if columns.count * rows.count <= 16 || level == 0 {
                return columns.flatMap { x in rows.compactMap { Cell(level: level, x: x, y: $0) } }
            }
            level -= 1
        }
    }
}
