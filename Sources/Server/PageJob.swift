import Cryptography
import Hazards
import Replica
import Storage
import TransparencyLog

/// Writes one page of the log to files and index, on the pool: the blocks in it were executed by others, and the page is proven against the state
/// that f + 1 of them vouch for.
struct PageJob: Sendable {
    /// The files come back whatever the page was.
    struct Outcome: Sendable {
        let tiles: TileStore
        /// The log with the page; nil where that was not true.
        let rebuild: LogRebuild?
    }

    let tiles: TileStore
    let index: Index
    let rebuild: LogRebuild
    let page: LogPage
    /// The state that the log leads to.
    let state: Snapshot

    func run() -> Result<Outcome, ArchiveError> {
        guard isTrue else { return .success(Outcome(tiles: tiles, rebuild: nil)) }
        var (tiles, rebuild) = (tiles, rebuild)
        do {
            var blocks = try rebuild.take(page.entries)
            let isLast = rebuild.size == state.size
            if isLast { blocks += rebuild.finish() }
            try index.apply(blocks)
            try tiles.append(page.entries, at: page.request.first)
            if isLast {
                try check(rebuild)
                // The journal cannot make these again.
                try tiles.keep()
            }
        } catch {
            return .failure(ArchiveError(description: "\(error)"))
        }
        return .success(Outcome(tiles: tiles, rebuild: rebuild))
    }

    private var isTrue: Bool {
        var tree = rebuild.tree
        for entry in page.entries { tree.append(leaf: Merkle.leaf(entry)) }
        return page.request.size == state.size
            && MerkleProof.verifyConsistency(
                from: tree.size, root: tree.root, to: state.size, root: state.head.root, proof: page.proof)
    }

    private func check(_ rebuild: LogRebuild) throws {
        var (made, stated) = (rebuild.hazards, state.hazards)
        guard made.digest == stated.digest, rebuild.height == state.height else {
            throw ArchiveError(description: "the log's entries do not lead to the state after block \(state.height)")
        }
    }
}
