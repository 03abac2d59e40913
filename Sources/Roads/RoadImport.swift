import Geography

extension RoadNetwork {
    /// The network of a map in OpenStreetMap's PBF format: the bytes of an `.osm.pbf` file.
    ///
    /// Ways that cars may pass are cut where they meet, and only the largest part is kept from each place of which one reaches each other.
    /// Two passes over the file: memory is that of the roads, not of the file.
    public init(osm bytes: [UInt8]) throws(MapError) {
        var ways = RoadImport()
        let file = OSMFile(bytes: bytes)
        try file.forEachBlock { (block) throws(MapError) in
            try block.forEachHighway { (way) throws(MapError) in try ways.add(way) }
        }
        var places = NodePlaces(numbers: ways.nodes)
        try file.forEachBlock { (block) throws(MapError) in
            try block.forEachNode { number, coordinate in places.put(coordinate, at: number) }
        }
        self = try ways.network(places)
    }
}

/// The nodes that roads use, sorted by their numbers in the map, and where they are.
struct NodePlaces {
    private let numbers: [Int64]
    private var coordinates: [Coordinate?]

    init(numbers: [Int64]) {
        var sorted = numbers.sorted()
        var kept = 0
        for number in sorted where kept == 0 || sorted[kept - 1] != number {
            sorted[kept] = number
            kept += 1
        }
        sorted.removeLast(sorted.count - kept)
        self.numbers = sorted
        coordinates = Array(repeating: nil, count: kept)
    }

    /// How many there are.
    var count: Int { numbers.count }

    /// The place of a node, or nil where the map has cut it off.
    subscript(rank: Int) -> Coordinate? { coordinates[rank] }

    /// Where the number stands among all, or nil where no road uses it.
    func rank(of number: Int64) -> Int? {
        var (low, high) = (0, numbers.count)
        while low < high {
            let middle = (low + high) / 2
            if numbers[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < numbers.count && numbers[low] == number ? low : nil
    }

    /// Notes where a node is; of several claims the first counts.
    mutating func put(_ coordinate: Coordinate, at number: Int64) {
        guard let rank = rank(of: number), coordinates[rank] == nil else { return }
        coordinates[rank] = coordinate
    }
}

/// The ways of a map that cars may pass, on their way to become a network.
struct RoadImport {
    /// The nodes along all ways, one after the other.
    private(set) var nodes: [Int64] = []
    private var ends: [Int] = []
    private var rules: [RoadRules] = []

    mutating func add(_ way: OSMWay) throws(MapError) {
        guard way.nodes.count >= 2, let rule = RoadRules(tags: way.tags) else { return }
        nodes += way.nodes
        ends.append(nodes.count)
        rules.append(rule)
        guard nodes.count <= RoadNetwork.edgeLimit else { throw .tooMany(what: "nodes", limit: RoadNetwork.edgeLimit) }
    }

    /// The network, once the places of its nodes are known.
    func network(_ places: NodePlaces) throws(MapError) -> RoadNetwork {
        let ranks = nodes.map { places.rank(of: $0).flatMap { places[$0] == nil ? nil : $0 } }
        let pieces = try cut(ranks, places)
        let kept = Components(
            nodeCount: places.count,
            arcs: pieces.flatMap { piece in
                (piece.rules.forwardLimit > 0 ? [(piece.start, piece.end)] : [])
                    + (piece.rules.backwardLimit > 0 ? [(piece.end, piece.start)] : [])
            }
        ).largest
        let connected = pieces.filter { kept[Int($0.start)] && kept[Int($0.end)] }
        return try RoadImport.network(RoadChains(connected).joined())
    }

    /// The ways' pieces between nodes where ways end, meet or cross themselves, in the order of the map. A node whose place the map does
    /// not have, at the border of an extract, ends the piece before it.
    private func cut(_ ranks: [Int?], _ places: NodePlaces) throws(MapError) -> [RoadNetwork.Edge] {
        let isNode = junctions(ranks, count: places.count)
        var pieces: [RoadNetwork.Edge] = []
        var start = 0
        for (way, end) in ends.enumerated() {
            var piece: [Int] = []
            for rank in ranks[start..<end] {
                guard let rank else {
                    piece.removeAll(keepingCapacity: true)
                    continue
                }
                piece.append(rank)
                guard isNode[rank], piece.count >= 2 else { continue }
                pieces.append(try RoadImport.edge(piece, places, rules[way]))
                piece = [rank]
            }
            start = end
        }
        return pieces
    }

    /// Which nodes are used twice, or end a way.
    private func junctions(_ ranks: [Int?], count: Int) -> [Bool] {
        var isUsed = [Bool](repeating: false, count: count)
        var isNode = [Bool](repeating: false, count: count)
        var start = 0
        for end in ends {
            for index in start..<end {
                guard let rank = ranks[index] else { continue }
                let isEnd = index == start || index == end - 1 || ranks[index - 1] == nil || ranks[index + 1] == nil
                if isEnd || isUsed[rank] { isNode[rank] = true }
                isUsed[rank] = true
            }
            start = end
        }
        return isNode
    }

    private static func edge(
        _ piece: [Int], _ places: NodePlaces, _ rules: RoadRules
    ) throws(MapError) -> RoadNetwork.Edge {
        let points = piece.compactMap { places[$0] }
        var length: Int64 = 0
        for (from, to) in zip(points, points.dropFirst()) { length += from.localDistanceMillimetres(to: to) }
        guard length <= RoadNetwork.lengthLimit else {
            throw .tooMany(what: "millimetres between two nodes", limit: Int(RoadNetwork.lengthLimit))
        }
        return RoadNetwork.Edge(
            start: UInt32(piece[0]), end: UInt32(piece[piece.count - 1]), lengthMillimetres: UInt32(length),
            rules: rules,
            points: points)
    }

    /// The network of the edges, its nodes numbered in the order in which they appear.
    private static func network(_ pieces: [RoadNetwork.Edge]) throws(MapError) -> RoadNetwork {
        var numbers: [UInt32: UInt32] = [:]
        var nodes: [Coordinate] = []
        func number(_ rank: UInt32, _ place: Coordinate) -> UInt32 {
            if let number = numbers[rank] { return number }
            let number = UInt32(nodes.count)
            numbers[rank] = number
            nodes.append(place)
            return number
        }
        let edges = pieces.map { piece in
            var edge = piece
            edge.start = number(piece.start, piece.points[0])
            edge.end = number(piece.end, piece.points[piece.points.count - 1])
            return edge
        }
        guard !edges.isEmpty else { throw .noRoads }
        return RoadNetwork(nodes: nodes, edges: edges)
    }
}
