import Cryptography
import Wire

/// A keyed state whose root every validator computes alike, whatever was written before and in which order.
///
/// Keys fall into 4,096 buckets by their first twelve bits; a bucket's hash covers its keys and values in key order, and the buckets are the
/// leaves of a fixed binary tree. Keys are digests or public keys, so that buckets fill evenly.
struct StateTree: Sendable {
    private static let levels = 12

    private var buckets: [[Digest: [UInt8]]] = Array(repeating: [:], count: 1 << levels)
    private var tree = emptyTree
    private var changed: Set<Int> = []

    private static let emptyTree = FixedMerkleTree(levels: levels)

    /// Sets what stands under `key`; nothing stands there where that is empty.
    mutating func set(_ key: Digest, to value: [UInt8]) {
        let bucket = Self.bucket(of: key)
        buckets[bucket][key] = value.isEmpty ? nil : value
        changed.insert(bucket)
    }

    /// The root over what stands there now.
    mutating func root() -> Digest {
        for bucket in changed { tree[bucket] = Self.hash(of: buckets[bucket]) }
        changed.removeAll(keepingCapacity: true)
        return tree.root()
    }

    private static func bucket(of key: Digest) -> Int {
        let bytes = key.bytes
        return Int(bytes[0]) << 4 | Int(bytes[1] >> 4)
    }

    /// Zero where nothing stands in the bucket, be it that something did: one who read the state from a snapshot never saw that.
    private static func hash(of bucket: [Digest: [UInt8]]) -> Digest {
        if bucket.isEmpty { return .zero }
        var writer = Writer()
        for (key, value) in bucket.sorted(by: { $0.key < $1.key }) {
            writer.write(fixed: key.bytes)
            writer.write(counted: value)
        }
        return Digest.sha256(writer.bytes)
    }
}
