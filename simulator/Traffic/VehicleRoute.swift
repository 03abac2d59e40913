import Roads

/// Where a vehicle is and where it goes.
public struct VehicleRoute: Hashable, Sendable {
    /// The arc that it is on.
    public var arc: Arc
    /// Metres from the arc's tail.
    public var offset: Double
    /// The arcs still to come, the goal included: one at least.
    public var ahead: [Arc]
    /// The arc at which the trip ends.
    public var goal: Arc
}

extension TrafficSimulation {
    /// Where a vehicle is and where it goes.
    public func route(of vehicle: Int) -> VehicleRoute {
        let vehicles = traffic.vehicles
        let ahead = vehicles.routes[vehicle][(vehicles.legs[vehicle] + 1)...]
        guard let goal = ahead.last else { preconditionFailure("a trip is prolonged when its last arc is entered") }
        return VehicleRoute(
            arc: vehicles.arcs[vehicle], offset: vehicles.offsets[vehicle], ahead: Array(ahead), goal: goal)
    }

    /// Gives a vehicle another way to its goal: the arcs from the head of its present arc on, the goal included.
    ///
    /// False, and nothing changes, where they do not begin there, are not open or not joined, or do not end in the
    /// goal.
    public mutating func setRoute(_ arcs: [Arc], of vehicle: Int) -> Bool {
        let present = route(of: vehicle)
        // No sensible way drives as many arcs as there are.
        guard arcs.count <= network.arcCount, arcs.last == present.goal, isDrivable(arcs, after: present.arc) else {
            return false
        }
        traffic.redirect(vehicle, along: arcs)
        return true
    }

    private func isDrivable(_ arcs: [Arc], after arc: Arc) -> Bool {
        var node = network.head(of: arc)
        for arc in arcs {
            guard network.isOpen(arc), network.tail(of: arc) == node else { return false }
            node = network.head(of: arc)
        }
        return true
    }
}
