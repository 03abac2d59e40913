/// The strongly connected components of a directed graph, by Tarjan's algorithm (1972), without recursion: maps come from outside.
struct Components {
    /// Whether each node is in the component with the most nodes; of equal ones in the one that holds the least node.
    let largest: [Bool]

    /// The components of the graph with these arcs from node to node.
    init(nodeCount: Int, arcs: [(UInt32, UInt32)]) {
        var search = Search(nodeCount: nodeCount, arcs: arcs)
        for node in 0..<nodeCount where search.index[node] == Search.unseen { search.visit(from: node) }
        let component = search.component
        var sizes = [Int](repeating: 0, count: search.count)
        for node in 0..<nodeCount { sizes[component[node]] += 1 }
        // The first node whose component has the greatest size decides.
        let best = (0..<nodeCount).max { (sizes[component[$0]], $1) < (sizes[component[$1]], $0) }
        largest = best.map { best in component.map { $0 == component[best] } } ?? []
    }
}

private struct Search {
    static let unseen = Int.max

    private let starts: [Int]
    private let heads: [Int]
    /// When each node was first seen.
    private(set) var index: [Int]
    /// The component of each node that is done.
    private(set) var component: [Int]
    /// How many components are done.
    private(set) var count = 0
    private var low: [Int]
    private var clock = 0
    /// Nodes that were seen and whose component is not done.
    private var open: [Int] = []
    /// The path from the start to the node at hand, each with the place of its next arc.
    private var path: [(node: Int, next: Int)] = []

    init(nodeCount: Int, arcs: [(UInt32, UInt32)]) {
        var starts = [Int](repeating: 0, count: nodeCount + 1)
        for (tail, _) in arcs { starts[Int(tail) + 1] += 1 }
        for node in 0..<nodeCount { starts[node + 1] += starts[node] }
        var next = starts
        var heads = [Int](repeating: 0, count: arcs.count)
        for (tail, head) in arcs {
            heads[next[Int(tail)]] = Int(head)
            next[Int(tail)] += 1
        }
        (self.starts, self.heads) = (starts, heads)
        index = Array(repeating: Search.unseen, count: nodeCount)
        component = Array(repeating: Search.unseen, count: nodeCount)
        low = index
    }

    mutating func visit(from root: Int) {
        enter(root)
        while let (node, next) = path.last {
            if next < starts[node + 1] {
                path[path.count - 1].next += 1
                follow(from: node, to: heads[next])
            } else {
                path.removeLast()
                if let parent = path.last?.node { low[parent] = min(low[parent], low[node]) }
                if low[node] == index[node] { close(node) }
            }
        }
    }

    private mutating func enter(_ node: Int) {
        index[node] = clock
        low[node] = clock
        clock += 1
        open.append(node)
        path.append((node, starts[node]))
    }

    private mutating func follow(from node: Int, to head: Int) {
        if index[head] == Search.unseen {
            enter(head)
        } else if component[head] == Search.unseen {
            low[node] = min(low[node], index[head])
        }
    }

    private mutating func close(_ root: Int) {
        while let node = open.popLast() {
            component[node] = count
            if node == root { break }
        }
        count += 1
    }
}
