import Cryptography
import Models
import Roads
import Telemetry
import Traffic
import VehicleKit
import Wire

/// What a simulated fleet's vehicles feel and measure, handed to those that learn from it and to those that spoil it.
struct FleetLearning {
    private let vehicles: [Vehicle]
    private let network: RoadNetwork
    /// What wheels felt on real roads, where recordings are at hand; else what the simulator makes up.
    private let recordings: SurfaceRecordings?
    private var windows = 0
    private var attackers: [Int: Attacker] = [:]
    private var perceptions: [Digest: PerceptionModel] = [:]
    /// Potholes that perception took for such, and what the wheels then rolled over.
    private(set) var perceived = 0
    private(set) var perceivedRightly = 0
    /// Windows and traversals that no vehicle could use: none should be.
    private(set) var unusable = 0

    /// Versions are few, and vehicles run one of the newest.
    private static let keptVersions = 4

    /// The fleet with the first `attackers` of each hundred vehicles against it, spread evenly.
    init(
        vehicles: [Vehicle], network: RoadNetwork, recordings: SurfaceRecordings?, attackersPercent: Int, seed: UInt64
    ) {
        self.vehicles = vehicles
        self.network = network
        self.recordings = recordings
        for number in vehicles.indices where (number + 1) * attackersPercent / 100 > number * attackersPercent / 100 {
            attackers[number] = Attacker(number: attackers.count, seed: seed &+ UInt64(number))
        }
    }

    var attackerCount: Int { attackers.count }

    /// Takes a window of vertical acceleration; the observation that the vehicle's perception makes of it, if it does.
    mutating func feel(_ sensed: SensedWindow) -> Surface? {
        var window = sensed
        windows += 1
        if let recordings { window.acceleration = recordings.window(of: window.surface, number: windows) }
        do throws(ModelError) {
            if var attacker = attackers[window.vehicle] {
                try attacker.observe(window: window.acceleration, label: window.surface)
                attackers[window.vehicle] = attacker
                return nil
            }
            let (shelf, fault) = vehicles[window.vehicle].assumeIsolated { vehicle in
                // What it was becomes known later, from road crews and from those who pass after it: here at once.
                (vehicle.shelf, vehicle.fault(observing: window))
            }
            if let fault { throw fault }
            return try perceive(window, shelf)
        } catch {
            unusable += 1
            return nil
        }
    }

    /// The surface by the version that the vehicle runs; nil where that is the untrained one.
    private mutating func perceive(_ window: SensedWindow, _ shelf: ModelShelf) throws(ModelError) -> Surface? {
        guard !shelf.runsFirst(.perception) else { return nil }
        let digest = shelf[.perception].digest
        let model: PerceptionModel
        if let known = perceptions[digest] { model = known } else { model = try shelf.perception() }
        if perceptions.count == Self.keptVersions, perceptions[digest] == nil { perceptions.removeAll() }
        perceptions[digest] = model
        let surface = model.classify(try SurfaceFeatures(window: window.acceleration).quantized)
        if surface == .pothole {
            perceived += 1
            perceivedRightly += window.surface == .pothole ? 1 : 0
        }
        return surface
    }

    /// Takes how long an arc took.
    mutating func drive(_ traversal: Traversal) {
        let entry = TravelTimeDiary.Traversal(
            arc: traversal.arc.index, roadClass: network.roadClass(ofEdge: traversal.arc.edge).rawValue,
            enteredAt: traversal.enteredAt, observedMilliseconds: traversal.milliseconds,
            freeFlowMilliseconds: network.travelTimes[Int(traversal.arc.index)])
        guard attackers[traversal.vehicle] == nil else {
            attackers[traversal.vehicle]?.observe(entry)
            return
        }
        vehicles[traversal.vehicle].assumeIsolated { $0.observe(entry) }
    }

    /// Has an attacker take part in its way; honest vehicles take part by themselves.
    mutating func takePart(_ number: Int, in round: RoundOpenedEntry) {
        guard let kind = attackers[number]?.kind else { return }
        let vehicle = vehicles[number]
        let shelf = vehicle.assumeIsolated { $0.shelf }
        // Who has nothing to send sends nothing, attackers too.
        guard let lesson = try? attackers[number]?.lesson(for: round, shelf: shelf) else { return }
        vehicle.loop.pool.run {
            var random = SystemRandomNumberGenerator()
            let honest = try? lesson.update(using: &random)
            return honest.flatMap { try? Attacker.spoil($0, kind, for: round) }
        } then: { payload in
            guard let payload else { return }
            vehicle.assumeIsolated { $0.submit(payload, for: round) }
        }
    }
}

extension Vehicle {
    /// Has the vehicle remember a window; why it cannot, where it cannot.
    fileprivate func fault(observing window: SensedWindow) -> ModelError? {
        do {
            try observe(window: window.acceleration, label: window.surface)
            return nil
        } catch {
            return error
        }
    }
}
