import Geography
import Models
import Roads
import Telemetry
import Wire

/// Traffic with hazards, and vehicles that see them: what the demo drives in place of a fleet.
///
/// `RoadTraffic` moves the vehicles, `HazardPlanting` puts hazards where they will pass, `Sensors` says what each sees.
/// The whole is a value without clock or I/O: the same network, numbers and seed give the same run, however its time is
/// cut into steps.
public struct TrafficSimulation: Sendable {
    /// The roads.
    public let network: RoadNetwork
    /// What is on them, as only the simulator knows.
    public let plantedHazards: [PlantedHazard]
    /// What the roads are like, as only the simulator knows.
    public let conditions: RoadConditions
    var traffic: RoadTraffic
    private var sensors: Sensors
    private var surfaceSensing: SurfaceSensing
    private var stopwatch: Stopwatch
    /// Milliseconds of the run that have been asked for, and those that have been driven: whole ticks.
    private var asked: UInt64 = 0
    private var driven: UInt64 = 0

    /// Vehicles at most: what one core drives in real time with room to spare.
    public static let vehicleLimit = 100_000

    /// So many vehicles and hazards on a network. A dry run of a minute places the hazards, which costs what driving a
    /// minute does.
    public init(
        network: RoadNetwork, vehicles: Int, hazards: Int, seed: UInt64, sensors model: SensorModel = SensorModel()
    ) {
        precondition((0...TrafficSimulation.vehicleLimit).contains(vehicles), "there are 0 to 100,000 vehicles")
        precondition(hazards >= 0, "there are no less than no hazards")
        var seeds = SeededGenerator(seed: seed)
        self.network = network
        conditions = RoadConditions(network, vehicles: vehicles, seed: seeds.next())
        traffic = RoadTraffic(network: network, vehicles: vehicles, seed: seeds.next(), conditions: conditions)
        plantedHazards = HazardPlanting(network).plant(hazards, in: traffic, random: &seeds)
        sensors = Sensors(
            plantedHazards, vehicles: vehicles, lengths: traffic.lengths, model: model,
            random: SeededGenerator(seed: seeds.next()))
        surfaceSensing = SurfaceSensing(conditions.surfaces, vehicles: vehicles, random: &seeds)
        stopwatch = Stopwatch(vehicles: vehicles)
    }

    /// How many vehicles there are: a vehicle is an index below it.
    public var vehicleCount: Int { traffic.vehicles.count }

    /// How many vehicles wait beside the road for room.
    public var waitingCount: Int { traffic.vehicles.isWaiting.count { $0 } }

    /// The district that a vehicle lives in, of `conditions.districts`.
    public func home(of vehicle: Int) -> Int { traffic.vehicles.homes[vehicle] }

    /// What happened at each planted hazard so far.
    public var encounters: [Encounters] { sensors.encounters }

    /// Drives on by this much time, in whole ticks of 200 ms; what is left over counts for the next step.
    ///
    /// - Parameters:
    ///   - now: the time at the end of the step, which observations carry.
    ///   - known: what the vehicles were told of.
    public mutating func step(
        milliseconds: UInt64, at now: Timestamp, known: Set<KnownHazard> = []
    ) -> TrafficStep {
        let known = TrafficSimulation.byArc(known)
        var step = TrafficStep()
        asked += milliseconds
        while asked - driven >= RoadTraffic.tickMilliseconds {
            driven += RoadTraffic.tickMilliseconds
            // Within the step, earlier ticks are earlier.
            tick(&step, at: now - (asked - driven), known)
        }
        return step
    }

    /// How a vehicle does.
    public func state(of vehicle: Int) -> VehicleState {
        let (arc, offset) = (traffic.vehicles.arcs[vehicle], traffic.vehicles.offsets[vehicle])
        let along = alongEdge(arc, offset)
        let polyline = network.polyline(ofEdge: arc.edge)
        let heading = polyline.heading(atMetres: along)
        return VehicleState(
            coordinate: polyline.coordinate(atMetres: along), place: place(arc, offset),
            speedCentimetresPerSecond: UInt32(min(traffic.vehicles.speeds[vehicle] * 100, 10_000)),
            heading: arc.isBackward ? heading.reversed : heading)
    }

    private mutating func tick(_ step: inout TrafficStep, at now: Timestamp, _ known: [Arc: [HazardKind]]) {
        let (arcs, offsets) = (traffic.vehicles.arcs, traffic.vehicles.offsets)
        traffic.tick()
        let after = traffic.vehicles
        for vehicle in 0..<after.count where !after.isWaiting[vehicle] {
            let move = Sensors.Move(
                vehicle: vehicle, from: (arcs[vehicle], offsets[vehicle]),
                to: (after.arcs[vehicle], after.offsets[vehicle]))
            let sightings = sensors.sense(move, atMilliseconds: driven, known: known)
            for sighting in sightings { step.observations.append(observation(of: sighting, by: vehicle, at: now)) }
            step.windows += surfaceSensing.sense(move, speed: after.speeds[vehicle], atMilliseconds: driven)
        }
        let happenings = traffic.takeHappenings()
        step.newTrips += happenings.departures
        for crossing in happenings.crossings { note(crossing, in: &step, at: now) }
    }

    private mutating func note(_ crossing: Crossing, in step: inout TrafficStep, at now: Timestamp) {
        guard let lap = stopwatch.note(crossing, tickEnd: driven) else { return }
        step.traversals.append(
            Traversal(
                vehicle: crossing.vehicle, arc: crossing.arc, enteredAt: now + lap.enteredMilliseconds - driven,
                milliseconds: lap.milliseconds))
    }

    private mutating func observation(
        of sighting: Sensors.Sighting, by vehicle: Int, at now: Timestamp
    ) -> SensedObservation {
        let polyline = network.polyline(ofEdge: sighting.arc.edge)
        let observation = Observation(
            kind: sighting.kind, polarity: sighting.polarity, time: now,
            coordinate: polyline.coordinate(atMetres: alongEdge(sighting.arc, sighting.offset)),
            place: place(sighting.arc, sighting.offset), confidencePermille: sensors.confidencePermille())
        return SensedObservation(vehicle: vehicle, observation: observation, cause: sighting.cause)
    }

    /// Metres from the edge's start of a place that far from the arc's tail.
    private func alongEdge(_ arc: Arc, _ offset: Double) -> Double {
        arc.isBackward ? traffic.length(of: arc) - offset : offset
    }

    private func place(_ arc: Arc, _ offset: Double) -> EdgePlace {
        let centimetres = UInt32(max(0, alongEdge(arc, offset) * 100))
        return EdgePlace(
            edge: arc.edge, direction: Direction(arc),
            offsetCentimetres: min(centimetres, network.lengthMillimetres(ofEdge: arc.edge) / 10))
    }

    private static func byArc(_ known: Set<KnownHazard>) -> [Arc: [HazardKind]] {
        // In a defined order, for a set has none.
        let sorted = known.sorted {
            ($0.edge, $0.direction.rawValue, $0.kind.rawValue) < ($1.edge, $1.direction.rawValue, $1.kind.rawValue)
        }
        return Dictionary(grouping: sorted) { Arc(edge: $0.edge, isBackward: $0.direction == .backward) }
            .mapValues { $0.map(\.kind) }
    }
}
