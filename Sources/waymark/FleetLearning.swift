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

    /// Takes a window of vertical acceleration; the surface that the vehicle's perception takes it for, if it has learnt anything yet.
    mutating func feel(_ window: SensedWindow) -> Surface? {
        windows += 1
        let acceleration = recordings?.window(of: window.surface, number: windows) ?? window.acceleration
        do throws(ModelError) {
            let features = try SurfaceFeatures(window: acceleration)
            guard attackers[window.vehicle] == nil else {
                attackers[window.vehicle]?.observe(features, label: window.surface)
                return nil
            }
            let shelf = vehicles[window.vehicle].assumeIsolated { vehicle in
                // What it was becomes known later, from road crews and from those who pass after it: here at once.
                vehicle.observe(LabelledFeatures(features, surface: window.surface))
                return vehicle.shelf
            }
            return try perceive(features, shelf, truth: window.surface)
        } catch {
            unusable += 1
            return nil
        }
    }

    /// The surface by the version that the vehicle runs; nil where that is the untrained one.
    private mutating func perceive(
        _ features: SurfaceFeatures, _ shelf: ModelShelf, truth: Surface
    ) throws(ModelError) -> Surface? {
        guard !shelf.runsFirst(.perception) else { return nil }
        let surface = try perception(on: shelf).classify(features.quantized)
        if surface == .pothole {
            perceived += 1
            perceivedRightly += truth == .pothole ? 1 : 0
        }
        return surface
    }

    /// The version that the vehicle runs, read once for all that run it.
    private mutating func perception(on shelf: ModelShelf) throws(ModelError) -> PerceptionModel {
        let digest = shelf[.perception].digest
        if let known = perceptions[digest] { return known }
        if perceptions.count == Self.keptVersions { perceptions.removeAll() }
        let model = try shelf.perception()
        perceptions[digest] = model
        return model
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

    /// Has an attacker take part in its way; honest vehicles take part by themselves. Who has nothing to send sends nothing, attackers too.
    mutating func takePart(_ number: Int, in round: RoundOpenedEntry) {
        guard let kind = attackers[number]?.kind else { return }
        let vehicle = vehicles[number]
        let shelf = vehicle.assumeIsolated { $0.shelf }
        do throws(LessonFault) {
            guard let lesson = try attackers[number]?.learner.lesson(for: round, shelf: shelf) else { return }
            vehicle.loop.pool.run {
                Attacker.poison(of: lesson, kind)
            } then: { outcome in
                guard case .success(let payload) = outcome else { return }
                vehicle.assumeIsolated { $0.submit(payload, for: round) }
            }
        } catch {
            return
        }
    }
}
