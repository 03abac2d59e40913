import Cryptography
import Hazards
import Models
import Roads
import Telemetry
import Wire

/// Finds ways by learned travel times and live hazards, and can say why.
///
/// An arc costs its learned time in the hour of departure plus what each hazard on it adds; a closed arc is not driven at all. The way with
/// the least sum is found by A*, exactly. Where closures leave no way, a second search lets each of them pass for an hour, and the answer
/// says so.
///
/// The estimate of A* is the straight line at the highest limit, a bound for free flow; learned times may be below free flow by 1.3. So
/// weights here are **half milliseconds**: twice a learned time is never below free flow, the estimate stays a lower bound, and the
/// sums stay exact.
///
/// The guide holds the large parts: the network, the search's arrays, an hour's learned times. All vehicles of a process that run the same
/// version of the model can be guided by one; each brings its own `RouteHazards`.
public struct RouteGuide: Sendable {
    /// The roads.
    public let network: RoadNetwork
    /// The version that it guides by.
    public private(set) var model = TravelTimeModel()
    /// What the guide itself knows of hazards: for vehicles that bring none.
    public private(set) var hazards: RouteHazards

    private var search: PathSearch
    /// By arc index.
    private let classes: [UInt8]
    /// The hour that the two lists below are for; nil where they are for an older model.
    private var slot: UInt16?
    /// Learned milliseconds by arc index.
    private var learned: [UInt32] = []
    /// Learned half milliseconds by arc index; hazards are put on them for a search and taken off again.
    private var weights: [UInt32] = []

    /// A guide that knows no more than the map: version 0 of the model and no hazards.
    public init(network: RoadNetwork, mapDigest: Digest) {
        self.network = network
        hazards = RouteHazards(mapDigest: mapDigest, edgeCount: network.edgeCount)
        search = PathSearch(network)
        classes = (0..<UInt32(network.edgeCount)).flatMap { edge in
            [UInt8](repeating: network.roadClass(ofEdge: edge).rawValue, count: 2)
        }
    }

    /// SHA-256 of the map file.
    public var mapDigest: Digest { hazards.mapDigest }

    /// An empty set of hazards for a vehicle that this guide guides.
    public var noHazards: RouteHazards { RouteHazards(mapDigest: mapDigest, edgeCount: network.edgeCount) }

    /// Guides by this version from now on.
    public mutating func install(_ model: TravelTimeModel) {
        self.model = model
        slot = nil
    }

    /// Takes what the validators say of a hazard; whether routes may change.
    @discardableResult
    public mutating func learn(of hazard: Hazard) -> Bool { hazards.learn(of: hazard) }

    /// Whether one who drives these arcs meets the hazard.
    public func isAffected(_ arcs: some Sequence<Arc>, by hazard: Hazard) -> Bool {
        hazards.isAffected(arcs, by: hazard)
    }

    /// The least costly way from a node to another, or nil where there is none.
    ///
    /// The first call after an hour or a version has changed computes the learned time of every arc.
    ///
    /// - Parameters:
    ///   - arrival: the arc on which one comes to `start`. One does not turn back on it, unless there is no other way. It may be closed:
    ///     who is on a closed road still has to leave it.
    ///   - departure: decides the hour, and which hazards have not ended.
    ///   - known: the hazards that the vehicle knows of; the guide's own where left out.
    public mutating func route(
        from start: UInt32, to end: UInt32, arrivingOn arrival: Arc? = nil, at departure: Timestamp,
        avoiding known: RouteHazards? = nil
    ) -> GuidedRoute? {
        precondition(start < network.nodeCount && end < network.nodeCount, "a route is between nodes of the network")
        precondition(known.map { $0.mapDigest == mapDigest } ?? true, "hazards are placed on the guide's map")
        load(TravelTimeModel.slot(at: departure))
        let live = (known ?? hazards).live(at: departure)
        for passesClosure in [false, true] {
            put(live, closing: !passesClosure)
            defer { takeOff(live) }
            let found = search.route(from: start, to: end, travelTimes: weights, arrivingOn: arrival)
            if let found { return explain(found, live, passesClosure: passesClosure) }
            guard live.contains(where: \.cost.isClosure) else { return nil }
        }
        return nil
    }

    // MARK: Weights

    /// Makes the lists for an hour of the week, unless they are.
    private mutating func load(_ wanted: UInt16) {
        guard slot != wanted else { return }
        learned = model.travelTimes(freeFlow: network.travelTimes, classes: classes, slot: wanted)
        weights = learned.map(RouteGuide.halves)
        slot = wanted
    }

    /// Puts what hazards cost on the weights of their arcs.
    private mutating func put(_ live: [RouteHazards.Placed], closing: Bool) {
        for placed in live {
            let arc = Int(placed.arc.index)
            guard weights[arc] < RoadNetwork.never else { continue }
            if closing && placed.cost.isClosure {
                weights[arc] = RoadNetwork.never
            } else {
                weights[arc] = RouteGuide.bounded(UInt64(weights[arc]) + 2 * added(by: placed))
            }
        }
    }

    /// Takes them off again.
    private mutating func takeOff(_ live: [RouteHazards.Placed]) {
        for placed in live {
            let arc = Int(placed.arc.index)
            weights[arc] = RouteGuide.halves(learned[arc])
        }
    }

    /// Milliseconds that a hazard adds to its arc, where it does not close it.
    private func added(by placed: RouteHazards.Placed) -> UInt64 {
        placed.cost.isClosure
            ? HazardCost.closureMilliseconds
            : placed.cost.milliseconds(learned: learned[Int(placed.arc.index)])
    }

    private static func halves(_ milliseconds: UInt32) -> UInt32 {
        milliseconds < RoadNetwork.never ? bounded(2 * UInt64(milliseconds)) : RoadNetwork.never
    }

    /// Below never: 100 km at 5 km/h, eight times as long as that, take half of it.
    private static func bounded(_ weight: UInt64) -> UInt32 { UInt32(min(weight, UInt64(RoadNetwork.never) - 1)) }

    // MARK: The answer

    private func explain(_ route: Route, _ live: [RouteHazards.Placed], passesClosure: Bool) -> GuidedRoute {
        let places = Dictionary(uniqueKeysWithValues: route.arcs.enumerated().map { ($0.element, $0.offset) })
        let met = live.compactMap { placed in places[placed.arc].map { (place: $0, placed: placed) } }
            .sorted { ($0.place, $0.placed.hazard.id) < ($1.place, $1.placed.hazard.id) }
        return GuidedRoute(
            arcs: route.arcs, freeFlowMilliseconds: sum(network.travelTimes, route),
            learnedMilliseconds: sum(learned, route),
            hazards: met.map { met in
                GuidedRoute.HazardShare(
                    id: met.placed.hazard.id, arc: met.placed.arc, addedMilliseconds: added(by: met.placed))
            },
            passesClosure: passesClosure)
    }

    private func sum(_ times: [UInt32], _ route: Route) -> UInt64 {
        route.arcs.reduce(0) { $0 + UInt64(times[Int($1.index)]) }
    }
}
