import Cryptography
import EventLoop
import Geography
import Hazards
import Models
import Telemetry
import Traffic
import Transport
import VehicleKit
import Wire

/// A simulated fleet against a real committee: traffic moves and senses, and each vehicle is a real client with a key, a connection and an
/// outbox of its own.
///
/// All of it lives on one loop. Ten times a second traffic is driven on by as much time as has passed; each vehicle sends telemetry once a
/// second, at an offset of its own so that the load is even, and a report whenever its sensors or its perception say something. What the
/// wheels feel and how long roads take goes into the vehicles' diaries, of which rounds make updates; what comes back leads them.
actor Fleet: LoopBound {
    nonisolated let loop: EventLoop
    private let mapDigest: Digest
    private let vehicles: [Vehicle]
    private let news: FleetNews
    private var traffic: TrafficSimulation
    private var learning: FleetLearning
    private var guidance: FleetGuidance
    /// Vehicles that were led around a hazard, each time.
    private var reroutes = 0
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
        recordings: SurfaceRecordings?, attackersPercent: Int, seed: UInt64
    ) {
        let news = FleetNews(loop: committee.loop)
        self.news = news
        self.traffic = traffic
        self.mapDigest = mapDigest
        loop = committee.loop
        vehicles = news.vehicles(identities, committee, seed: seed)
        learning = FleetLearning(
            vehicles: vehicles, network: traffic.network, recordings: recordings, attackersPercent: attackersPercent,
            seed: seed)
        guidance = FleetGuidance(network: traffic.network, mapDigest: mapDigest)
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
        for (number, round) in news.takeRounds() { learning.takePart(number, in: round) }
        installNewVersions()
        let passed = now - drivenUntil
        let step = traffic.step(
            milliseconds: passed, at: Timestamp(milliseconds: loop.wallMilliseconds),
            known: Set(known.values.compactMap(KnownHazard.init)))
        learn(from: step)
        report(step)
        sendTelemetry(from: drivenUntil - startedAt, to: now - startedAt)
        drivenUntil = now
    }

    private func note(_ hazard: Hazard) {
        let isNew = known[hazard.id]?.state != hazard.state
        known[hazard.id] = hazard.state == .cleared ? nil : hazard
        guidance.learn(of: hazard)
        guard isNew, hazard.state == .confirmed else { return }
        for number in vehicles.indices where guidance.isAffected(traffic.route(of: number), by: hazard) {
            reroutes += lead(number) ? 1 : 0
        }
    }

    /// Has a vehicle take a better way, if there is one.
    private func lead(_ number: Int) -> Bool {
        let now = Timestamp(milliseconds: loop.wallMilliseconds)
        guard let way = guidance.betterWay(than: traffic.route(of: number), at: now) else { return false }
        return traffic.setRoute(way, of: number)
    }

    /// The guide goes by the newest travel times that a vehicle has installed.
    private func installNewVersions() {
        guard let number = news.takeInstaller() else { return }
        let shelf = vehicles[number].assumeIsolated { $0.shelf }
        do throws(TravelTimeError) {
            guidance.install(try shelf.travelTimes(), version: shelf[.travelTimes].digest)
        } catch {
            news.complain("version \(shelf[.travelTimes].digest) cannot be read: \(error)")
        }
    }

    /// Hands on what the wheels felt and how long roads took, and leads those who set out.
    private func learn(from step: TrafficStep) {
        for traversal in step.traversals {
            guidance.drive(traversal)
            learning.drive(traversal)
        }
        if guidance.generation > 0 { for number in step.newTrips { _ = lead(number) } }
    }

    private func report(_ step: TrafficStep) {
        var seen: [Int: [Observation]] = [:]
        for sensed in step.observations { seen[sensed.vehicle, default: []].append(sensed.observation) }
        for window in step.windows where learning.feel(window) == .pothole {
            seen[window.vehicle, default: []].append(pothole(window))
        }
        for (number, observations) in seen.sorted(by: { $0.key < $1.key }) {
            vehicles[number].assumeIsolated { _ = $0.report(observations, mapDigest: mapDigest) }
        }
    }

    /// What a vehicle says whose perception took a window for a pothole.
    private func pothole(_ window: SensedWindow) -> Observation {
        let network = traffic.network
        let length = Double(network.lengthMillimetres(ofEdge: window.arc.edge)) / 1000
        let along = min(max(window.arc.isBackward ? length - window.offset : window.offset, 0), length)
        return Observation(
            kind: .surfaceCondition, polarity: .seen, time: Timestamp(milliseconds: loop.wallMilliseconds),
            coordinate: network.polyline(ofEdge: window.arc.edge).coordinate(atMetres: along),
            place: EdgePlace(
                edge: window.arc.edge, direction: window.arc.isBackward ? .backward : .forward,
                offsetCentimetres: UInt32(along * 100)),
            confidencePermille: 800)
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
                summary.waitingReports += $0.waitingReports + $0.waitingUpdates
                for model in LearnedModel.allCases {
                    summary.running[model, default: [:]][$0.shelf[model].digest, default: 0] += 1
                }
                summary.connected += $0.isConnected ? 1 : 0
            }
        }
        summary.receipts = news.latencies
        summary.refusals = news.refusals
        summary.faults = news.faults
        summary.attackers = learning.attackerCount
        summary.perceived = (learning.perceived, learning.perceivedRightly)
        summary.unusable = learning.unusable
        summary.routeErrors = guidance.errors
        summary.reroutes = reroutes
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
            KnownHazard(hazard).map { !planted.contains($0) && !isPothole($0) } ?? true
        }
        summary.known = known.count
    }
}

extension Fleet {
    /// Whether there are potholes where vehicles say that the surface is bad.
    private func isPothole(_ hazard: KnownHazard) -> Bool {
        hazard.kind == .surfaceCondition && traffic.conditions.surfaces.surface(ofEdge: hazard.edge) == .pothole
    }
}

/// What the fleet's vehicles tell, gathered on their loop.
final class FleetNews: Sendable {
    private struct State {
        var hazards: [Hazard] = []
        var rounds: [(vehicle: Int, round: RoundOpenedEntry)] = []
        /// The last vehicle that installed travel times.
        var installer: Int?
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
    func vehicles(
        _ identities: [VehicleIdentity], _ committee: CommitteeAccess,
        models: [LearnedModel] = LearnedModel.allCases, seed: UInt64
    ) -> [Vehicle] {
        identities.enumerated().map { number, identity in
            var settings = VehicleSettings()
            settings.seed = seed &+ UInt64(number)
            settings.telemetryQoS = .atLeastOnce
            settings.models = models
            return Vehicle(committee: committee, identity: identity, settings: settings) {
                self.take($0, from: number)
            }
        }
    }

    /// Hazards that were ever confirmed, by name.
    var confirmed: [HazardID: Hazard] { state.value.confirmed }
    var latencies: Percentiles { state.value.latencies }
    var refusals: [String: UInt64] { state.value.refusals }
    var faults: [String] { state.value.faults }

    private func take(_ event: VehicleEvent, from number: Int) {
        switch event {
        case .acknowledged(let answer):
            state.value.latencies.add(Double(answer.sinceObservationMilliseconds))
        case .hazard(let hazard):
            state.value.hazards.append(hazard)
            if hazard.state == .confirmed { state.value.confirmed[hazard.id] = hazard }
        case .refused(_, let refusal, let text):
            state.value.refusals[refusal?.label ?? text, default: 0] += 1
        case .fault(let gateway, let text):
            complain("\(gateway): \(text)")
        case .round(let round):
            state.value.rounds.append((number, round))
        case .version(let model, _):
            if model == .travelTimes { state.value.installer = number }
        case .updateRefused(_, _, let refusal, let text):
            state.value.refusals[refusal?.label ?? text, default: 0] += 1
        case .connected, .disconnected, .abandoned, .remark, .updateAcknowledged, .committee: break
        }
    }

    /// Keeps what should not have happened, as long as there is room.
    func complain(_ text: String) {
        if state.value.faults.count < Self.keptFaults { state.value.faults.append(text) }
    }

    /// Begins a new sample of latencies.
    func forgetLatencies() {
        state.value.latencies = Percentiles()
    }

    /// Rounds that vehicles were told of since this was last asked.
    func takeRounds() -> [(vehicle: Int, round: RoundOpenedEntry)] {
        defer { state.value.rounds.removeAll(keepingCapacity: true) }
        return state.value.rounds
    }

    /// The last vehicle that installed travel times since this was last asked.
    func takeInstaller() -> Int? {
        defer { state.value.installer = nil }
        return state.value.installer
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
    var attackers = 0
    /// How many vehicles run each version.
    var running: [LearnedModel: [Digest: Int]] = [:]
    /// Windows that perception took for potholes, and those that were.
    var perceived = (all: 0, rightly: 0)
    var unusable = 0
    /// How far predicted times were from driven ones, by how many travel-time versions had come: 0 is free flow.
    var routeErrors: [UInt64: RouteErrors] = [:]
    var reroutes = 0

    /// Bytes that a vehicle sent for an update, in the mean of all rounds and both models; nil where none was sent.
    var updateBytes: UInt64? {
        counters.updatesSubmitted > 0 ? counters.updateBytes / counters.updatesSubmitted : nil
    }

    /// The same over all stretches that were predicted by the third version or a later one; by any version where so many have not come.
    var learnedRouteErrors: RouteErrors {
        let late = routeErrors.filter { $0.key >= 3 }
        let chosen = late.isEmpty ? routeErrors.filter { $0.key >= 1 } : late
        return chosen.values.reduce(RouteErrors()) { $0 + $1 }
    }
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
