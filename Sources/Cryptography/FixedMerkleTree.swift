/// A binary tree with RFC 6962's node hash over a fixed number of leaves, each of which may change: a root costs the nodes above changed leaves
/// and no others.
public struct FixedMerkleTree: Sendable {
    private let leaves: Int
    /// Node 1 is the root, the children of node i are 2i and 2i + 1, the leaves start at `leaves`.
    private var nodes: [Digest]
    /// Nodes of leaves that changed since the root was last computed.
    private var changed: [Int] = []

    /// A tree of 2 to the power of `levels` leaves, all of which are zero.
    public init(levels: Int) {
        leaves = 1 << levels
        nodes = Array(repeating: .zero, count: 2 * leaves)
        var node = Digest.zero
        for level in (0..<levels).reversed() {
            node = Merkle.node(node, node)
            for index in 1 << level..<2 << level { nodes[index] = node }
        }
    }

    /// The leaf at an index from 0 on.
    public subscript(leaf: Int) -> Digest {
        get { nodes[leaves + leaf] }
        set {
            nodes[leaves + leaf] = newValue
            changed.append(leaves + leaf)
        }
    }

    /// The root over the leaves as they are now.
    public mutating func root() -> Digest {
        var level = changed.sorted()
        changed.removeAll(keepingCapacity: true)
        // Level by level: every node of a level has its final children before it is hashed.
        while let first = level.first, first > 1 {
            var above: [Int] = []
            for parent in level.lazy.map({ $0 >> 1 }) where parent != above.last {
                nodes[parent] = Merkle.node(nodes[2 * parent], nodes[2 * parent + 1])
                above.append(parent)
            }
            level = above
        }
        return nodes[1]
    }
}
