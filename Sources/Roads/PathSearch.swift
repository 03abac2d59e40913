import Geography
import HeapModule

/// Shortest ways by travel time: Dijkstra's algorithm, or A* led by the straight line.
///
/// It keeps its arrays from one search to the next, so that a short way costs what it passes, not what the network holds. Times are whole
/// milliseconds, and of equally short ways the same one is found on every machine.
public struct PathSearch: Sendable {
    private let network: RoadNetwork
    private let plane: Plane
    /// Milliseconds from the start, where `isReached` says so.
    private var times: [UInt64]
    /// The arc on which each reached node was reached.
    private var arrivals: [Arc]
    /// The search in which a node was last reached: saves clearing the arrays.
    private var reachedIn: [UInt32]
    private var search: UInt32 = 0
    private var queue = Heap<Candidate>()

    /// What leads a search to its end.
    public enum Guidance: Sendable {
        /// Nothing: Dijkstra. Right for any times.
        case none
        /// A*: the straight line at the network's highest limit. Right where no time is below `RoadNetwork.travelTimes`.
        case straightLine
    }

    /// A search in this network, with room for its nodes.
    public init(_ network: RoadNetwork) {
        self.network = network
        plane = Plane(network)
        times = Array(repeating: 0, count: network.nodeCount)
        arrivals = Array(repeating: Arc(index: 0), count: network.nodeCount)
        reachedIn = Array(repeating: 0, count: network.nodeCount)
    }

    /// The shortest way from a node to another, or nil where there is none.
    ///
    /// - Parameters:
    ///   - travelTimes: milliseconds by arc index, `RoadNetwork.never` where closed; the network's own where left out.
    ///   - arrival: the arc on which one comes to `start`. One does not turn back on it, unless there is no other way.
    public mutating func route(
        from start: UInt32, to end: UInt32, travelTimes: [UInt32]? = nil, arrivingOn arrival: Arc? = nil,
        guidance: Guidance = .straightLine
    ) -> Route? {
        let weights = travelTimes ?? network.travelTimes
        precondition(weights.count == network.travelTimes.count, "there is a travel time for each arc")
        if reach(end, from: start, weights, avoiding: arrival?.reversed, guidance) { return path(from: start, to: end) }
        guard arrival != nil, reach(end, from: start, weights, avoiding: nil, guidance) else { return nil }
        return path(from: start, to: end)
    }

    /// A node to look at, the most promising first. The node breaks ties.
    private struct Candidate: Comparable {
        var estimate: UInt64
        var time: UInt64
        var node: UInt32

        static func < (left: Candidate, right: Candidate) -> Bool {
            (left.estimate, left.node) < (right.estimate, right.node)
        }
    }

    private mutating func reach(
        _ end: UInt32, from start: UInt32, _ weights: [UInt32], avoiding avoided: Arc?, _ guidance: Guidance
    ) -> Bool {
        begin()
        settle(start, time: 0, arrival: Arc(index: 0), rest: 0)
        while let best = queue.popMin() {
            if best.node == end { return true }
            // A shorter way to this node was found after it had been queued.
            guard best.time == times[Int(best.node)] else { continue }
            for arc in network.arcs(from: best.node) where best.node != start || arc != avoided {
                let weight = weights[Int(arc.index)]
                guard weight < RoadNetwork.never else { continue }
                relax(arc, time: best.time + UInt64(weight), toward: end, guidance)
            }
        }
        return false
    }

    private mutating func begin() {
        queue = Heap()
        search &+= 1
        guard search == 0 else { return }
        // Four billion searches later the stamps would repeat.
        for node in reachedIn.indices { reachedIn[node] = 0 }
        search = 1
    }

    private mutating func relax(_ arc: Arc, time: UInt64, toward end: UInt32, _ guidance: Guidance) {
        let node = network.head(of: arc)
        guard reachedIn[Int(node)] != search || time < times[Int(node)] else { return }
        switch guidance {
        case .none: settle(node, time: time, arrival: arc, rest: 0)
        case .straightLine: settle(node, time: time, arrival: arc, rest: plane.milliseconds(from: node, to: end))
        }
    }

    private mutating func settle(_ node: UInt32, time: UInt64, arrival: Arc, rest: UInt64) {
        reachedIn[Int(node)] = search
        times[Int(node)] = time
        arrivals[Int(node)] = arrival
        queue.insert(Candidate(estimate: time + rest, time: time, node: node))
    }

    private func path(from start: UInt32, to end: UInt32) -> Route {
        var arcs: [Arc] = []
        var node = end
        while node != start {
            let arc = arrivals[Int(node)]
            arcs.append(arc)
            node = network.tail(of: arc)
        }
        return Route(arcs: arcs.reversed(), milliseconds: times[Int(end)])
    }
}
