import Cryptography

/// The Merkle tree of the log (RFC 6962), as much of it as a running validator needs.
///
/// The log is a list of entries that only grows. Its tree head, a size and a root, says everything about it: an
/// inclusion proof shows that an entry stands at its index under a head, a consistency proof that one head continues
/// another. The module has what makes and checks heads (`Checkpoint`, `VerifierKey`, `Policy`), what a vehicle keeps
/// (`InclusionReceipt`), what is served (`TileGrowth`, `LogPath`), and what reads it back and trusts nothing
/// (`TileReader`, `LogAuditor`). All formats are those of C2SP, so that other people's tools read them.
///
/// A tree in memory keeps the hashes over its newest leaves and, to the left of those, only the few that roots and
/// proofs still need. It therefore has a bound whatever the size of the log. Proofs of older leaves come from tiles
/// (`TileReader`).
public struct Tree: Sendable {
    /// How many leaves there are.
    public private(set) var size: UInt64

    /// The oldest leaf that a proof can be made of, and the smallest size whose root is known, zero aside.
    public private(set) var firstKept: UInt64

    // levels[l] has the roots of the complete subtrees of 2^l leaves, in order. Each level starts at an even index, so
    // that a kept node's left sibling is kept as well: that is all that a root or a proof needs from the left of the
    // window.
    private var levels: [Level]
    private let window: UInt64

    private struct Level: Sendable {
        var start: UInt64
        var hashes: [Digest] = []
    }

    /// An empty tree that keeps at least its newest `window` leaves, and at most a quarter and a tile more.
    public init(window: UInt64 = 1 << 16) {
        self.size = 0
        self.firstKept = 0
        self.levels = []
        self.window = window
    }

    /// A tree of `size` leaves of which only the frontier is known; nil where `frontier` has another length than `size`
    /// has bits set.
    public init?(size: UInt64, frontier: [Digest], window: UInt64 = 1 << 16) {
        guard frontier.count == size.nonzeroBitCount else { return nil }
        self.init(window: window)
        self.size = size
        self.firstKept = size
        var peaks = frontier
        for level in 0..<(UInt64.bitWidth - size.leadingZeroBitCount) {
            let count = size >> level
            levels.append(Level(start: count & ~1, hashes: count.isMultiple(of: 2) ? [] : [peaks.removeLast()]))
        }
    }

    /// The roots of the largest complete subtrees that the leaves fall into, from the left: with `size`, all that the
    /// tree needs to go on.
    public var frontier: [Digest] {
        levels.indices.reversed().compactMap { level in
            (size >> level).isMultiple(of: 2) ? nil : levels[level].hashes.last
        }
    }

    /// The root over all leaves; SHA-256 of nothing where there are none.
    public var root: Digest {
        MerkleProof.join(frontier)
    }

    /// Adds a leaf, given by its hash (`Merkle.leaf`). Constant time and one hash on average.
    public mutating func append(leaf: Digest) {
        var (hash, index, level) = (leaf, size, 0)
        keep(hash, level)
        while !index.isMultiple(of: 2) {
            hash = Merkle.node(levels[level].hashes[levels[level].hashes.count - 2], hash)
            index >>= 1
            level += 1
            keep(hash, level)
        }
        size += 1
        if size - firstKept > window + window / 4 + UInt64(LogPath.fullWidth) { trim() }
    }

    /// The root that the tree had when it had `size` leaves; nil where it never had, or where its hashes are no longer
    /// kept.
    public func root(at size: UInt64) -> Digest? {
        size <= self.size ? MerkleProof.root(from: 0, to: size, node: node) : nil
    }

    /// The proof that the leaf at `index` is in the tree at its present size.
    public func inclusionProof(of index: UInt64) -> [Digest]? {
        inclusionProof(of: index, at: size)
    }

    /// The proof that the leaf at `index` is in the tree when it had `size` leaves, the leaf's sibling first; nil where
    /// it was not in it, or where a hash that the proof needs is no longer kept.
    public func inclusionProof(of index: UInt64, at size: UInt64) -> [Digest]? {
        guard index < size, size <= self.size else { return nil }
        return MerkleProof.inclusion(of: index, in: size, node: node)
    }

    /// The proof that the tree of `newSize` leaves continues the one of `oldSize`; nil where there were no such trees,
    /// or hashes are no longer kept.
    public func consistencyProof(from oldSize: UInt64, to newSize: UInt64) -> [Digest]? {
        guard oldSize <= newSize, newSize <= size else { return nil }
        return MerkleProof.consistency(from: oldSize, to: newSize, node: node)
    }

    private func node(level: Int, index: UInt64) -> Digest? {
        guard level < levels.count, index >= levels[level].start else { return nil }
        let offset = index - levels[level].start
        return offset < UInt64(levels[level].hashes.count) ? levels[level].hashes[Int(offset)] : nil
    }

    private mutating func keep(_ hash: Digest, _ level: Int) {
        if level == levels.count { levels.append(Level(start: 0)) }
        levels[level].hashes.append(hash)
    }

    private mutating func trim() {
        firstKept = (size - window) & ~UInt64(LogPath.fullWidth - 1)
        for level in levels.indices {
            let start = (firstKept >> level) & ~1
            levels[level].hashes.removeFirst(Int(start - levels[level].start))
            levels[level].start = start
        }
    }
}
