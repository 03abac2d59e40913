import Roads

/// Vehicles on a road network: how they move, and nothing else.
///
/// Each arc has one lane with a queue of vehicles that never overtake. A driver follows the vehicle ahead, on this arc
/// or on the next ones of the trip, by `CarFollowing`. Onto each arc vehicles are let one at a time: of those that come
/// to a junction for the same arc, the one that would be there first goes, the others brake to the line. Streams that
/// cross without joining do not see each other yet; nor are there signals. Vehicles never leave: who arrives starts
/// another trip.
///
/// Two laws hold after each tick, and tests check them: every vehicle is in one queue or waits beside the road, and no
/// two on an arc overlap. Time goes in ticks of 200 ms; all that is random comes from the seed, and vehicles are
/// visited in a defined order.
struct RoadTraffic: Sendable {
    let network: RoadNetwork
    private let driver = CarFollowing()
    private(set) var vehicles = Vehicles()
    /// The vehicles on each arc from its tail to its head, by arc index.
    private(set) var queues: [[Int]]
    private var trips: TripPlanner
    private let drivers: DesiredSpeed
    /// Metres, by arc index.
    let lengths: [Double]
    /// Who may enter each arc next, by arc index.
    private var claims: [Claim]
    /// The arcs that somebody claims in this tick.
    private var claimed: [Int] = []
    /// What happened since it was last taken, in the order of time.
    private(set) var happenings = Happenings()

    /// Milliseconds of a tick.
    static let tickMilliseconds: UInt64 = 200
    private static let Δt = Double(tickMilliseconds) / 1000
    /// How far drivers look ahead, in metres: twice the stopping distance at 150 km/h would be more than queues need.
    private static let sight = 150.0
    /// From here on vehicles claim the arc behind a junction, in metres.
    private static let claimDistance = 50.0
    /// The least gap that is left between vehicles, in metres.
    static let leastGap = 0.5
    /// After so many ticks before a full arc a driver tries another way: 15 s.
    private static let patience = 75

    /// So many vehicles, each on a trip, at random places of the network or at the given ones; on even roads where
    /// nothing else is said.
    init(
        network: RoadNetwork, vehicles count: Int, seed: UInt64, places: [(arc: Arc, offset: Double)] = [],
        haste: ClosedRange<Double> = 0.9...1.1, conditions: RoadConditions? = nil
    ) {
        let conditions = conditions ?? RoadConditions(even: network, vehicles: count)
        self.network = network
        drivers = DesiredSpeed(network, conditions)
        trips = TripPlanner(network: network, conditions: conditions, seed: seed)
        lengths = (0..<2 * network.edgeCount).map {
            Double(network.lengthMillimetres(ofEdge: Arc(index: UInt32($0)).edge)) / 1000
        }
        queues = Array(repeating: [], count: lengths.count)
        claims = Array(repeating: .nobody, count: lengths.count)
        for vehicle in 0..<count {
            let (arc, offset) = vehicle < places.count ? places[vehicle] : trips.place()
            vehicles.append(
                on: arc, offset: offset, haste: trips.haste(in: haste),
                home: conditions.districts.district(ofEdge: arc.edge))
            prolong(vehicle)
            join(vehicle)
        }
    }

    /// Metres of an arc.
    func length(of arc: Arc) -> Double { lengths[Int(arc.index)] }

    /// Moves everything on by one tick.
    mutating func tick() {
        for vehicle in 0..<vehicles.count where vehicles.isWaiting[vehicle] { join(vehicle) }
        let occupied = occupiedArcs()
        for arc in occupied { claim(from: arc) }
        let accelerations = accelerations(on: occupied)
        for arc in occupied { move(queues[Int(arc.index)], accelerations) }
        for arc in occupied { leave(arc) }
        for arc in occupied { settle(arc) }
        for arc in claimed { claims[arc] = .nobody }
        claimed.removeAll(keepingCapacity: true)
    }

    /// What happened since the last call, once.
    mutating func takeHappenings() -> Happenings {
        defer { happenings = Happenings() }
        return happenings
    }

    /// The arcs that have vehicles, in the order of their last ones.
    private func occupiedArcs() -> [Arc] {
        (0..<vehicles.count).compactMap { vehicle in
            queues[Int(vehicles.arcs[vehicle].index)].first == vehicle ? vehicles.arcs[vehicle] : nil
        }
    }
}

// MARK: Starting

extension RoadTraffic {
    /// Puts a waiting vehicle into the queue of its arc, where there is room for it.
    private mutating func join(_ vehicle: Int) {
        let arc = Int(vehicles.arcs[vehicle].index)
        let offset = vehicles.offsets[vehicle]
        let place = queues[arc].firstIndex { vehicles.offsets[$0] > offset } ?? queues[arc].count
        let gap = Vehicles.length + driver.s0
        if place < queues[arc].count, vehicles.offsets[queues[arc][place]] - offset < gap { return }
        if place > 0, offset - vehicles.offsets[queues[arc][place - 1]] < gap { return }
        queues[arc].insert(vehicle, at: place)
        vehicles.isWaiting[vehicle] = false
    }

    /// Adds another trip where the present arc is the last of this one.
    private mutating func prolong(_ vehicle: Int) {
        guard vehicles.legs[vehicle] + 1 == vehicles.routes[vehicle].count else { return }
        let arc = vehicles.arcs[vehicle]
        depart(vehicle, along: [arc] + trips.trip(after: arc, home: vehicles.homes[vehicle]))
    }

    private mutating func depart(_ vehicle: Int, along route: [Arc]) {
        vehicles.routes[vehicle] = route
        vehicles.legs[vehicle] = 0
        happenings.departures.append(vehicle)
    }

    /// Has a vehicle drive these arcs after its present one: a way to the same goal.
    mutating func redirect(_ vehicle: Int, along arcs: [Arc]) {
        vehicles.routes[vehicle] = [vehicles.arcs[vehicle]] + arcs
        vehicles.legs[vehicle] = 0
    }
}

// MARK: Driving

extension RoadTraffic {
    /// Has the first vehicle of an arc claim the arc behind the junction, if it would be there before others.
    private mutating func claim(from arc: Arc) {
        guard let front = queues[Int(arc.index)].last else { return }
        let distance = length(of: arc) - vehicles.offsets[front]
        guard distance <= RoadTraffic.claimDistance else { return }
        let next = Int(vehicles.nextArc(of: front).index)
        let v = vehicles.speeds[front]
        let claim = Claim(vehicle: front, canStop: v * v / (2 * driver.b) <= distance, seconds: distance / max(v, 1))
        guard claim.precedes(claims[next]) else { return }
        if claims[next].vehicle < 0 { claimed.append(next) }
        claims[next] = claim
    }

    private func accelerations(on occupied: [Arc]) -> [Double] {
        var accelerations = [Double](repeating: 0, count: vehicles.count)
        for arc in occupied {
            let queue = queues[Int(arc.index)]
            for (place, vehicle) in queue.enumerated() {
                let ahead = place + 1 < queue.count ? follow(vehicle, queue[place + 1]) : lookBeyond(vehicle, arc)
                let v = vehicles.speeds[vehicle]
                let v0 = drivers.v0(on: arc, offset: vehicles.offsets[vehicle], haste: vehicles.haste[vehicle])
                accelerations[vehicle] = driver.acceleration(s: ahead.gap, v: v, Δv: v - ahead.speed, v0: v0)
            }
        }
        return accelerations
    }

    private typealias Ahead = (gap: Double, speed: Double)

    private func follow(_ vehicle: Int, _ leader: Int) -> Ahead {
        (vehicles.offsets[leader] - Vehicles.length - vehicles.offsets[vehicle], vehicles.speeds[leader])
    }

    /// What the first vehicle of an arc has ahead: the line, where another goes first, or the last vehicle on the arcs
    /// to come.
    private func lookBeyond(_ vehicle: Int, _ arc: Arc) -> Ahead {
        var gap = length(of: arc) - vehicles.offsets[vehicle]
        let route = vehicles.routes[vehicle]
        let leg = vehicles.legs[vehicle] + 1
        if gap <= RoadTraffic.claimDistance, claims[Int(route[leg].index)].vehicle != vehicle { return (gap, 0) }
        for next in route[leg...] {
            if let leader = queues[Int(next.index)].first, leader != vehicle {
                return (gap + vehicles.offsets[leader] - Vehicles.length, vehicles.speeds[leader])
            }
            gap += length(of: next)
            if gap > RoadTraffic.sight { break }
        }
        return (.infinity, vehicles.speeds[vehicle])
    }

    /// Moves the vehicles of a queue with constant acceleration; who would come to stand within the tick stands.
    private mutating func move(_ queue: [Int], _ accelerations: [Double]) {
        for vehicle in queue {
            let v = vehicles.speeds[vehicle]
            let next = max(0, v + accelerations[vehicle] * RoadTraffic.Δt)
            vehicles.offsets[vehicle] += (v + next) / 2 * RoadTraffic.Δt
            vehicles.speeds[vehicle] = next
        }
    }
}

// MARK: Junctions

extension RoadTraffic {
    /// Lets the first vehicles of an arc that have come to its end onto their next arcs, or stops them at the line.
    private mutating func leave(_ arc: Arc) {
        while let front = queues[Int(arc.index)].last, vehicles.offsets[front] >= length(of: arc) {
            let next = vehicles.nextArc(of: front)
            let offset = min(vehicles.offsets[front] - length(of: arc), length(of: next))
            let claim = claims[Int(next.index)].vehicle
            guard claim == front || claim < 0, hasRoom(next, upTo: offset, besides: front) else {
                vehicles.offsets[front] = length(of: arc)
                vehicles.speeds[front] = 0
                break
            }
            queues[Int(arc.index)].removeLast()
            enter(front, next, offset: offset)
        }
        haveFirstVehicleLookForAnotherWay(on: arc)
    }

    private func hasRoom(_ arc: Arc, upTo offset: Double, besides vehicle: Int) -> Bool {
        guard let last = queues[Int(arc.index)].first, last != vehicle else { return true }
        // A vehicle that has not been stopped at its line yet is beyond its arc's end: it may have to go back there.
        let front = min(vehicles.offsets[last], length(of: arc))
        return front - Vehicles.length >= offset + RoadTraffic.leastGap
    }

    private mutating func enter(_ vehicle: Int, _ arc: Arc, offset: Double) {
        // The next that comes for this arc in this tick asks for room, and may claim it in the next tick.
        queues[Int(arc.index)].insert(vehicle, at: 0)
        let since = min(offset / max(vehicles.speeds[vehicle], 0.1), RoadTraffic.Δt)
        happenings.crossings.append(
            Crossing(vehicle: vehicle, arc: vehicles.arcs[vehicle], earlierMilliseconds: UInt64(since * 1000)))
        vehicles.arcs[vehicle] = arc
        vehicles.offsets[vehicle] = offset
        vehicles.legs[vehicle] += 1
        vehicles.standing[vehicle] = 0
        prolong(vehicle)
    }

    /// Has a vehicle that has stood first at a junction for long leave it by another arc.
    private mutating func haveFirstVehicleLookForAnotherWay(on arc: Arc) {
        guard let front = queues[Int(arc.index)].last else { return }
        guard vehicles.speeds[front] < 0.1 else { return vehicles.standing[front] = 0 }
        vehicles.standing[front] += 1
        guard vehicles.standing[front] % RoadTraffic.patience == 0 else { return }
        guard let other = trips.detour(after: arc, around: vehicles.nextArc(of: front)) else { return }
        depart(front, along: [arc, other] + trips.trip(after: other, home: vehicles.homes[front]))
    }

    /// Keeps the vehicles of an arc apart: who came too near in this tick is put behind the one ahead, and is no
    /// faster.
    private mutating func settle(_ arc: Arc) {
        let queue = queues[Int(arc.index)]
        for place in stride(from: queue.count - 2, through: 0, by: -1) {
            let (vehicle, leader) = (queue[place], queue[place + 1])
            let limit = vehicles.offsets[leader] - Vehicles.length - RoadTraffic.leastGap
            guard vehicles.offsets[vehicle] > limit else { continue }
            vehicles.offsets[vehicle] = limit
            vehicles.speeds[vehicle] = min(vehicles.speeds[vehicle], vehicles.speeds[leader])
        }
    }
}
