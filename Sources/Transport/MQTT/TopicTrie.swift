/// A tree of topic levels with a value at some of its nodes. Nodes stand in one array and name each other by index, so
/// that walking and removing are loops however deep a topic is.
struct TopicTrie<Value: Sendable>: Sendable {
    struct Node: Sendable {
        var value: Value?
        var children: [TopicLevel: Int] = [:]
        let parent: Int
        let level: TopicLevel
    }

    static var root: Int { 0 }

    private var nodes: [Node]
    private var free: [Int] = []
    /// How many nodes hold a value.
    private(set) var count = 0

    init() {
        nodes = [Node(parent: 0, level: TopicLevel(""))]
    }

    subscript(node: Int) -> Node { nodes[node] }

    /// The value at `path`.
    func value(at path: [TopicLevel]) -> Value? {
        find(path).flatMap { nodes[$0].value }
    }

    /// Lets `change` edit the value at `path` in place; nil before means none was there, nil after removes it.
    mutating func update(_ path: [TopicLevel], _ change: (inout Value?) -> Void) {
        let node = grow(path)
        if nodes[node].value != nil { count -= 1 }
        change(&nodes[node].value)
        if nodes[node].value != nil { count += 1 }
        prune(node)
    }

    /// The full path of `node`, from the first level.
    func path(of node: Int) -> [TopicLevel] {
        var path: [TopicLevel] = []
        var place = node
        while place != Self.root {
            path.append(nodes[place].level)
            place = nodes[place].parent
        }
        return path.reversed()
    }

    private func find(_ path: [TopicLevel]) -> Int? {
        var node = Self.root
        for level in path {
            guard let child = nodes[node].children[level] else { return nil }
            node = child
        }
        return node
    }

    private mutating func grow(_ path: [TopicLevel]) -> Int {
        var node = Self.root
        for level in path {
            if let child = nodes[node].children[level] {
                node = child
            } else {
                let child = make(under: node, level)
                nodes[node].children[level] = child
                node = child
            }
        }
        return node
    }

    private mutating func make(under parent: Int, _ level: TopicLevel) -> Int {
        let node = Node(parent: parent, level: level)
        guard let place = free.popLast() else {
            nodes.append(node)
            return nodes.count - 1
        }
        nodes[place] = node
        return place
    }

    /// Frees `node` and each ancestor that holds nothing any more.
    private mutating func prune(_ node: Int) {
        var place = node
        while place != Self.root, nodes[place].value == nil, nodes[place].children.isEmpty {
            let parent = nodes[place].parent
            nodes[parent].children[nodes[place].level] = nil
            free.append(place)
            place = parent
        }
    }
}
