import Cryptography
import Wire

/// A keyed state whose root every validator computes alike, whatever the order in which the keys were written.
///
/// Keys fall into 4,096 buckets by their first twelve bits; a bucket's hash covers its keys and values in key order, and the buckets are the
/// leaves of a fixed binary tree. After k changed keys a root costs k buckets and at most 12·k nodes; nodes that changed keys share are
/// hashed once. Keys are digests or public keys, so that buckets fill evenly.
struct StateTree: Sendable {
    private static let levels = 12
    private static let leaves = 1 << levels

    private var buckets: [[Digest: [UInt8]]]
    /// A heap-shaped tree: node 1 is the root, the children of node i are 2i and 2i + 1, the leaves start at `leaves`.
    private var nodes: [Digest]
    private var changed: Set<Int> = []

    init() {
        buckets = Array(repeating: [:], count: Self.leaves)
        nodes = Self.empty
    }

    private static let empty: [Digest] = {
        var nodes = [Digest](repeating: .zero, count: 2 * leaves)
        for index in stride(from: leaves - 1, through: 1, by: -1) {
            nodes[index] = Merkle.node(nodes[2 * index], nodes[2 * index + 1])
        }
        return nodes
    }()

    /// Sets what stands under `key`; nothing stands there where that is empty.
    mutating func set(_ key: Digest, to value: [UInt8]) {
        let bucket = Self.bucket(of: key)
        buckets[bucket][key] = value.isEmpty ? nil : value
        changed.insert(bucket)
    }

    /// The root over everything set so far.
    mutating func root() -> Digest {
        var parents: Set<Int> = []
        for bucket in changed {
            nodes[Self.leaves + bucket] = Self.hash(of: buckets[bucket])
            parents.insert((Self.leaves + bucket) >> 1)
        }
        changed.removeAll(keepingCapacity: true)
        // Level by level: every node of a level has its final children before it is hashed.
        while let first = parents.first, first >= 1 {
            var above: Set<Int> = []
            for index in parents {
                nodes[index] = Merkle.node(nodes[2 * index], nodes[2 * index + 1])
                if index > 1 { above.insert(index >> 1) }
            }
            parents = above
        }
        return nodes[1]
    }

    private static func bucket(of key: Digest) -> Int {
        let bytes = key.bytes
        return Int(bytes[0]) << 4 | Int(bytes[1] >> 4)
    }

    private static func hash(of bucket: [Digest: [UInt8]]) -> Digest {
        var writer = Writer()
        for (key, value) in bucket.sorted(by: { $0.key < $1.key }) {
            writer.write(fixed: key.bytes)
            writer.write(counted: value)
        }
        return Digest.sha256(writer.bytes)
    }
}
