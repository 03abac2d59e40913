import Cryptography

/// Blocks above the last final one: proposed, notarized or about to be final. A block counts once a chain of parents leads to that one.
struct BlockTree: Sendable {
    private struct Node: Sendable {
        let block: Block
        var isJournaled = false
    }

    private var nodes: [Digest: Node] = [:]

    var count: Int { nodes.count }

    subscript(hash: Digest) -> Block? { nodes[hash]?.block }

    /// Keeps a block; where there are too many, the one of the lowest view goes, which history will bring back if it turns out final.
    mutating func insert(_ block: Block) {
        guard nodes[block.hash] == nil else { return }
        nodes[block.hash] = Node(block: block)
        guard nodes.count > ConsensusLimits.blocksInTree else { return }
        let oldest = nodes.min { ($0.value.block.view, $0.key) < ($1.value.block.view, $1.key) }
        if let oldest { nodes[oldest.key] = nil }
    }

    /// Whether the block's body must still be written to the journal; asked once, before it is.
    mutating func takeUnjournaled(_ hash: Digest) -> Block? {
        guard let node = nodes[hash], !node.isJournaled else { return nil }
        nodes[hash]?.isJournaled = true
        return node.block
    }

    /// Blocks whose bodies are in the journal, by view.
    var journaled: [Block] {
        nodes.values.filter(\.isJournaled).map(\.block).sorted { ($0.view, $0.hash) < ($1.view, $1.hash) }
    }

    mutating func setJournaled(_ hash: Digest) { nodes[hash]?.isJournaled = true }

    /// Blocks that lead from `base` (exclusive) to `hash`, the lowest first; or the one that is missing; or neither, where `hash` is on a branch
    /// that died at `base`.
    func path(from base: ChainPoint, to hash: Digest) -> Path {
        var blocks: [Block] = []
        var next = hash
        while next != base.hash {
            guard let block = nodes[next]?.block else { return .missing(next) }
            blocks.append(block)
            next = block.header.parentHash
            guard block.header.parentView > base.view || next == base.hash else { return .dead }
        }
        return .connected(blocks.reversed())
    }

    /// The first block that is missing on the way down from `hash` to `base`; nil where there is none, or no way.
    func missing(from base: ChainPoint, to hash: Digest) -> Digest? {
        var next = hash
        while next != base.hash {
            guard let header = nodes[next]?.block.header else { return next }
            next = header.parentHash
            guard header.parentView > base.view || next == base.hash else { return nil }
        }
        return nil
    }

    enum Path: Equatable, Sendable {
        case connected([Block])
        case missing(Digest)
        case dead
    }

    /// The point after the block with `hash`, if it is connected and every block on the way fits its parent.
    func point(of hash: Digest, from base: ChainPoint) -> ChainPoint? {
        guard case .connected(let blocks) = path(from: base, to: hash) else { return nil }
        var point = base
        for block in blocks {
            guard let next = point.advanced(by: block) else { return nil }
            point = next
        }
        return point
    }

    /// Blocks of views up to `view` are final or dead.
    mutating func prune(through view: UInt64) {
        nodes = nodes.filter { $0.value.block.view > view }
    }
}
