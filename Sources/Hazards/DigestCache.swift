import Cryptography

/// The digest of a table of hazards, of which few change from block to block.
///
/// Names fall into 256 groups by their first byte. A group's digest is SHA-256 over its records' SHA-256 in the order
/// of their names, or zero where the group is empty; the table's is the root of the binary tree whose leaves are the
/// groups'. So a change costs its record, its group and eight nodes, however many hazards there are.
struct DigestCache: Sendable {
    private static let levels = 8
    private static let emptyTree = FixedMerkleTree(levels: levels)

    private var groups: [[HazardID: Digest]] = Array(repeating: [:], count: 1 << levels)
    private var tree = emptyTree
    /// Hazards that began, changed or ended since the digest was last computed.
    private var changed: Set<HazardID> = []

    /// Notes that the hazard of that name began, changed or ended.
    mutating func change(_ name: HazardID) { changed.insert(name) }

    /// The digest of the table, which differs from the one before in the changed hazards only.
    mutating func digest(of records: [HazardID: HazardRecord]) -> Digest {
        var stale: Set<Int> = []
        for name in changed {
            groups[name.group][name] = records[name].map { Digest.sha256($0.encoded()) }
            stale.insert(name.group)
        }
        changed.removeAll(keepingCapacity: true)
        for group in stale { tree[group] = Self.digest(of: groups[group]) }
        return tree.root()
    }

    private static func digest(of group: [HazardID: Digest]) -> Digest {
        if group.isEmpty { return .zero }
        return Digest.sha256(of: group.sorted { $0.key < $1.key }.map(\.value))
    }
}
