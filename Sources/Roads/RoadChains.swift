import Geography

/// Joins pieces of road that simply continue: where a way was cut only because a bridge or a bus line begins, no node is left.
///
/// A node is passed through where exactly two pieces end, of two different roads with the same rules seen along the chain. The joined
/// edge keeps the direction and the place in the order of its first piece.
struct RoadChains {
    private let pieces: [RoadNetwork.Edge]
    /// The pieces that end at each node: the index, twice where both ends are there.
    private var touching: [UInt32: [Int]] = [:]
    private var isTaken: [Bool]

    init(_ pieces: [RoadNetwork.Edge]) {
        self.pieces = pieces
        isTaken = Array(repeating: false, count: pieces.count)
        for (index, piece) in pieces.enumerated() {
            touching[piece.start, default: []].append(index)
            touching[piece.end, default: []].append(index)
        }
    }

    /// The joined edges.
    consuming func joined() -> [RoadNetwork.Edge] {
        var edges: [RoadNetwork.Edge] = []
        for index in pieces.indices where !isTaken[index] {
            isTaken[index] = true
            var edge = pieces[index]
            while let next = continuation(of: edge) { edge = edge.followed(by: next) }
            // Seen the other way round, what leads to its start continues it.
            edge = edge.reversed
            while let next = continuation(of: edge) { edge = edge.followed(by: next) }
            edges.append(edge.reversed)
        }
        return edges
    }

    /// The piece, turned to lead on, that continues the edge beyond its end; taken with this.
    private mutating func continuation(of edge: RoadNetwork.Edge) -> RoadNetwork.Edge? {
        let here = touching[edge.end] ?? []
        guard here.count == 2, let index = here.first(where: { !isTaken[$0] }) else { return nil }
        let next = pieces[index].start == edge.end ? pieces[index] : pieces[index].reversed
        let length = UInt64(edge.lengthMillimetres) + UInt64(next.lengthMillimetres)
        guard next.rules == edge.rules, length <= UInt64(RoadNetwork.lengthLimit) else { return nil }
        isTaken[index] = true
        return next
    }
}

extension RoadNetwork.Edge {
    /// The same piece of road with its ends exchanged.
    var reversed: RoadNetwork.Edge {
        var rules = rules
        (rules.forwardLimit, rules.backwardLimit) = (rules.backwardLimit, rules.forwardLimit)
        return RoadNetwork.Edge(
            start: end, end: start, lengthMillimetres: lengthMillimetres, rules: rules, points: points.reversed())
    }

    /// One edge of this and of another that starts where this ends.
    func followed(by next: RoadNetwork.Edge) -> RoadNetwork.Edge {
        RoadNetwork.Edge(
            start: start, end: next.end, lengthMillimetres: lengthMillimetres + next.lengthMillimetres, rules: rules,
            points: points + next.points.dropFirst())
    }
}
