import Cryptography
import Hazards
import Replica
import Storage
import TransparencyLog

/// Writes pages of the log to files and index, on the pool: the blocks in them were executed by others, and each page is proven against the state
/// that f + 1 of them vouch for.
struct PagesJob: Sendable {
    /// The files come back whatever the pages were.
    struct Outcome: Sendable {
        let tiles: TileStore
        /// The log with the pages up to one that was not true.
        let rebuild: LogRebuild
    }

    let tiles: TileStore
    let index: Index
    let rebuild: LogRebuild
    /// Each begins at or before the end of the one before it, the first at the log's so far.
    let pages: [LogPage]
    /// The state that the log leads to.
    let state: Snapshot

    func run() -> Result<Outcome, ArchiveError> {
        var (tiles, rebuild) = (tiles, rebuild)
        do {
            var (blocks, entries): ([IndexedBlock], [[UInt8]]) = ([], [])
            for page in pages {
                let following = page.entries[Int(rebuild.size - page.request.first)...]
                guard isTrue(page, following, after: rebuild.tree) else { break }
                blocks += try rebuild.take(following)
                entries += following
            }
            let isLast = rebuild.size == state.size
            if isLast { blocks += rebuild.finish() }
            try index.apply(blocks)
            try tiles.append(entries, at: rebuild.size - UInt64(entries.count))
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

    private func isTrue(_ page: LogPage, _ following: ArraySlice<[UInt8]>, after tree: Tree) -> Bool {
        var tree = tree
        for entry in following { tree.append(leaf: Merkle.leaf(entry)) }
        return MerkleProof.verifyConsistency(
            from: tree.size, root: tree.root, to: state.size, root: state.head.root, proof: page.proof)
    }

    private func check(_ rebuild: LogRebuild) throws {
        var (made, stated) = (rebuild.hazards, state.hazards)
        guard made.digest == stated.digest, rebuild.height == state.height else {
            throw ArchiveError(description: "the log's entries do not lead to the state after block \(state.height)")
        }
    }
}
