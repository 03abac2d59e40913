import Geography

/// The roads that cars may drive, as one strongly connected network: from each of its nodes there is a way to each other and back.
///
/// **Edges** are pieces of road between two nodes; where roads meet, end or were cut in the map, there is a node. An edge is numbered by
/// its place in the map file, so the same file gives the same numbers on every machine: an edge's number and the map's digest name a
/// piece of road for everyone. Its geometry starts at `start` and ends at `end`; that direction is *forward*. Offsets along an edge are
/// measured from its start, whichever way one drives.
///
/// **Arcs** are an edge in a direction that may be driven. Their travel times are whole milliseconds. All of this is integer arithmetic.
///
/// Everything is stored in flat arrays: about 60 bytes an edge and 8 a point of geometry.
public struct RoadNetwork: Sendable {
    /// Where each node is.
    public let nodes: [Coordinate]
    /// The names of roads, without repetition; the first is empty.
    public let names: [String]

    let starts: [UInt32]
    let ends: [UInt32]
    let lengths: [UInt32]
    let classes: [RoadClass]
    let nameIndices: [UInt32]
    /// km/h by arc index; 0 where the arc may not be driven.
    let limits: [UInt8]
    /// Where each edge's points begin in `points`, and one more.
    let pointStarts: [UInt32]
    let points: [Coordinate]
    /// Where each node's arcs begin in `outgoing`, and one more.
    let outgoingStarts: [UInt32]
    let outgoing: [Arc]

    /// Milliseconds to drive each arc at its limit, rounded up, at least 1, by arc index; `never` where it may not be driven.
    public let travelTimes: [UInt32]
    /// How many arcs may be driven.
    public let arcCount: Int
    /// The highest limit of all arcs in km/h.
    public let highestLimit: UInt8

    /// The travel time of an arc that may not be driven.
    public static let never = UInt32(Int32.max)
    /// Edges at most: an arc's index has 32 bits.
    public static let edgeLimit = 1 << 30
    /// Millimetres of an edge at most: 100 km, the bound of an observation's offset.
    public static let lengthLimit: Int64 = 100_000_000

    /// The network of these edges, whose ends are numbers of `nodes`.
    init(nodes: [Coordinate], edges: [Edge]) {
        self.nodes = nodes
        (names, nameIndices) = RoadNetwork.index(edges.map(\.rules.name))
        starts = edges.map(\.start)
        ends = edges.map(\.end)
        lengths = edges.map(\.lengthMillimetres)
        classes = edges.map(\.rules.roadClass)
        limits = edges.flatMap { [$0.rules.forwardLimit, $0.rules.backwardLimit] }
        pointStarts = RoadNetwork.offsets(edges.map(\.points.count))
        points = edges.flatMap(\.points)
        travelTimes = edges.flatMap { edge in
            [edge.rules.forwardLimit, edge.rules.backwardLimit].map {
                RoadNetwork.milliseconds(lengthMillimetres: edge.lengthMillimetres, limit: $0)
            }
        }
        arcCount = limits.count { $0 > 0 }
        highestLimit = limits.max() ?? 0
        (outgoingStarts, outgoing) = RoadNetwork.adjacency(edges, nodeCount: nodes.count)
    }

    /// An edge as it is put into a network.
    struct Edge {
        var start: UInt32
        var end: UInt32
        var lengthMillimetres: UInt32
        var rules: RoadRules
        /// From the start node to the end node, both included.
        var points: [Coordinate]
    }

    private static func milliseconds(lengthMillimetres: UInt32, limit: UInt8) -> UInt32 {
        guard limit > 0 else { return never }
        // mm ÷ (km/h ÷ 3.6) = mm · 18 ÷ (5 · km/h); at most 100 km at 5 km/h, which is 72,000,000.
        let (product, divisor) = (UInt64(lengthMillimetres) * 18, UInt64(limit) * 5)
        return UInt32(max(1, (product + divisor - 1) / divisor))
    }

    /// The arcs that leave each node, in the order of their indices.
    private static func adjacency(_ edges: [Edge], nodeCount: Int) -> ([UInt32], [Arc]) {
        var lists = [[Arc]](repeating: [], count: nodeCount)
        for (number, edge) in edges.enumerated() {
            if edge.rules.forwardLimit > 0 {
                lists[Int(edge.start)].append(Arc(edge: UInt32(number), isBackward: false))
            }
            if edge.rules.backwardLimit > 0 {
                lists[Int(edge.end)].append(Arc(edge: UInt32(number), isBackward: true))
            }
        }
        return (offsets(lists.map(\.count)), lists.flatMap { $0 })
    }

    private static func offsets(_ counts: [Int]) -> [UInt32] {
        var offsets: [UInt32] = [0]
        offsets.reserveCapacity(counts.count + 1)
        var sum: UInt32 = 0
        for count in counts {
            sum += UInt32(count)
            offsets.append(sum)
        }
        return offsets
    }

    /// Each name once, in order of appearance after the empty one, and the number of each edge's.
    private static func index(_ names: [String]) -> ([String], [UInt32]) {
        var unique = [""]
        var numbers: [String: UInt32] = ["": 0]
        let indices = names.map { name in
            if let number = numbers[name] { return number }
            let number = UInt32(unique.count)
            unique.append(name)
            numbers[name] = number
            return number
        }
        return (unique, indices)
    }
}
