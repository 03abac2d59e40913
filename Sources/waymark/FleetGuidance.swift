import Cryptography
import Hazards
import Models
import Roads
import Telemetry
import Traffic
import VehicleKit
import Wire

/// How a simulated fleet finds its ways: by the travel times that its vehicles were sent, around the hazards that they were told of.
///
/// One guide serves the whole fleet, since its large parts are the same for all; it goes by the newest version that a vehicle has
/// installed. What it predicts is compared with what vehicles then take, on stretches of road that nobody had driven yet when it was asked.
struct FleetGuidance {
    private let network: RoadNetwork
    private var guide: RouteGuide
    private var stretches: [Int: Stretch] = [:]
    /// Error of free flow and of the model, by how many versions had come when the stretch began.
    private(set) var errors: [UInt64: RouteErrors] = [:]
    /// How many versions have come: the guide goes by the last one, and 0 is free flow.
    private(set) var generation: UInt64 = 0
    private var version: Digest?
    /// The newest versions: stretches are judged by the one that was there when they began.
    private var models: [UInt64: TravelTimeModel] = [0: TravelTimeModel()]

    /// A stretch is as long as it takes to have driven for this time, in milliseconds: some junctions, some hundred metres.
    private static let stretchMilliseconds: UInt64 = 20_000
    /// Versions that are kept: a stretch is over before so many have come.
    private static let keptModels: UInt64 = 32

    /// A way that is being driven, under the version of its start.
    private struct Stretch {
        let generation: UInt64
        var observed: UInt64 = 0
        var freeFlow: UInt64 = 0
        var learned: UInt64 = 0
    }

    init(network: RoadNetwork, mapDigest: Digest) {
        self.network = network
        guide = RouteGuide(network: network, mapDigest: mapDigest)
    }

    /// Goes by this version from now on.
    mutating func install(_ model: TravelTimeModel, version: Digest) {
        guard self.version != version else { return }
        guide.install(model)
        generation += 1
        self.version = version
        models[generation] = model
        if generation >= Self.keptModels { models[generation - Self.keptModels] = nil }
    }

    /// Takes what the fleet was told of a hazard.
    mutating func learn(of hazard: Hazard) { guide.learn(of: hazard) }

    /// Whether a vehicle on these arcs would meet the hazard.
    func isAffected(_ route: VehicleRoute, by hazard: Hazard) -> Bool {
        hazard.state == .confirmed && guide.isAffected(route.ahead, by: hazard)
    }

    /// A better way to where the vehicle is going, or nil where the present one is as good.
    mutating func betterWay(than route: VehicleRoute, at now: Timestamp) -> [Arc]? {
        let (from, to) = (network.head(of: route.arc), network.tail(of: route.goal))
        guard let way = guide.route(from: from, to: to, arrivingOn: route.arc, at: now) else { return nil }
        let arcs = way.arcs + [route.goal]
        return arcs == route.ahead ? nil : arcs
    }

    /// Adds an arc to the vehicle's stretch, and judges the stretch when it is long enough.
    mutating func drive(_ traversal: Traversal) {
        var stretch = stretches[traversal.vehicle] ?? Stretch(generation: generation)
        guard let model = models[stretch.generation] else { return stretches[traversal.vehicle] = nil }
        let freeFlow = network.travelTimes[Int(traversal.arc.index)]
        stretch.observed += UInt64(traversal.milliseconds)
        stretch.freeFlow += UInt64(freeFlow)
        stretch.learned += UInt64(
            model.milliseconds(
                arc: traversal.arc.index, roadClass: network.roadClass(ofEdge: traversal.arc.edge).rawValue,
                freeFlow: freeFlow, slot: TravelTimeModel.slot(at: traversal.enteredAt)))
        stretches[traversal.vehicle] = stretch.observed < Self.stretchMilliseconds ? stretch : nil
        guard stretch.observed >= Self.stretchMilliseconds else { return }
        errors[stretch.generation, default: RouteErrors()].add(
            observed: stretch.observed, freeFlow: stretch.freeFlow, learned: stretch.learned)
    }
}

/// How far predicted times of stretches were from the driven ones: means of |predicted − driven| ÷ driven.
struct RouteErrors {
    private(set) var stretches = 0
    private var freeFlowSum = 0.0
    private var learnedSum = 0.0

    /// The error of free flow.
    var freeFlow: Double? { stretches > 0 ? freeFlowSum / Double(stretches) : nil }
    /// The error of the model on the same stretches.
    var learned: Double? { stretches > 0 ? learnedSum / Double(stretches) : nil }

    mutating func add(observed: UInt64, freeFlow: UInt64, learned: UInt64) {
        let driven = Double(observed)
        stretches += 1
        freeFlowSum += abs(Double(freeFlow) - driven) / driven
        learnedSum += abs(Double(learned) - driven) / driven
    }

    static func + (left: RouteErrors, right: RouteErrors) -> RouteErrors {
        var sum = left
        sum.stretches += right.stretches
        sum.freeFlowSum += right.freeFlowSum
        sum.learnedSum += right.learnedSum
        return sum
    }
}
