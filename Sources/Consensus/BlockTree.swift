import Cryptography

/// Blocks above the last final one, the base: proposed, notarized or about to be final. A block counts once a chain of parents leads to the base.
struct BlockTree: Sendable {
    private struct Node: Sendable {
        let block: Block
        var isJournaled = false
        /// The point after the block, where it is connected to the base and every block on the way fits its parent.
        var point: ChainPoint?
    }

    private var base: ChainPoint
    private var nodes: [Digest: Node] = [:]

    init(base: ChainPoint) { self.base = base }

    var count: Int { nodes.count }

    subscript(hash: Digest) -> Block? { nodes[hash]?.block }

    /// Keeps a block; where there are too many, the one of the lowest view goes, which history will bring back if it turns out final.
    mutating func insert(_ block: Block) {
        guard nodes[block.hash] == nil else { return }
        nodes[block.hash] = Node(block: block, point: point(after: block))
        if nodes.count > ConsensusLimits.blocksInTree {
            let oldest = nodes.min { ($0.value.block.view, $0.key) < ($1.value.block.view, $1.key) }
            if let oldest { nodes[oldest.key] = nil }
            connect()
        } else if nodes[block.hash]?.point != nil, nodes.values.contains(where: { $0.point == nil }) {
            connect()
        }
    }

    /// Finds the points of all blocks anew, parents first.
    private mutating func connect() {
        for block in nodes.values.map(\.block).sorted(by: { $0.view < $1.view }) {
            let point = point(after: block)
            nodes[block.hash]?.point = point
        }
    }

    private func point(after block: Block) -> ChainPoint? {
        let header = block.header
        if header.parentHash == base.hash { return base.advanced(by: block) }
        guard header.parentView > base.view, let parent = nodes[header.parentHash]?.point else { return nil }
        return nodes[block.hash]?.point ?? parent.advanced(by: block)
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

    /// Blocks that lead from the base (exclusive) to `hash`, the lowest first; or the one that is missing; or neither, where `hash` is on a branch
    /// that died at the base.
    func path(to hash: Digest) -> Path {
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

    /// The first block that is missing on the way down from `hash` to the base; nil where there is none, or no way.
    func missing(to hash: Digest) -> Digest? {
        var next = hash
        while next != base.hash {
            guard let node = nodes[next] else { return next }
            if node.point != nil { return nil }
            next = node.block.header.parentHash
            guard node.block.header.parentView > base.view || next == base.hash else { return nil }
        }
        return nil
    }

    enum Path: Equatable, Sendable {
        case connected([Block])
        case missing(Digest)
        case dead
    }

    /// The point after the block with `hash`, if it is connected and every block on the way fits its parent.
    func point(of hash: Digest) -> ChainPoint? { hash == base.hash ? base : nodes[hash]?.point }

    /// Another block is the last final one: others of its view and of those before are final or dead.
    mutating func rebase(to point: ChainPoint) {
        base = point
        nodes = nodes.filter { $0.value.block.view > point.view }
        connect()
    }
}
