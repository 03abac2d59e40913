/// The hashes of RFC 6962: leaves and nodes are told apart by their first byte, so that neither passes for the other.
public enum Merkle {
    /// SHA-256(0x00 || entry).
    public static func leaf(_ entry: [UInt8]) -> Digest { Digest.sha256(0x00, entry) }

    /// SHA-256(0x01 || left || right).
    public static func node(_ left: Digest, _ right: Digest) -> Digest {
        Digest.sha256(0x01, left, right)
    }

    /// The root over `entries` in order; SHA-256 of nothing where there are none. Linear time.
    public static func root(of entries: [[UInt8]]) -> Digest {
        root(ofLeaves: entries.map(leaf))
    }

    /// The root over leaf hashes in order.
    public static func root(ofLeaves leaves: [Digest]) -> Digest {
        // A level pairs up from the left and hands an odd last node up unchanged, which is RFC 6962's split
        // at the largest power of two below the count.
        var level = leaves
        while level.count > 1 {
            var above: [Digest] = []
            for index in stride(from: 0, to: level.count, by: 2) {
                above.append(index + 1 < level.count ? node(level[index], level[index + 1]) : level[index])
            }
            level = above
        }
        return level.first ?? Digest.sha256([])
    }
}
