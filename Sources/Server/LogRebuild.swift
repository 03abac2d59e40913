import Cryptography
import Hazards
import Replica
import Storage
import Telemetry
import TransparencyLog
import Wire

/// Makes the index's rows from the log's entries alone, for blocks that this validator did not execute.
///
/// The log is public, and so is what can be made of it: blocks, entries, rounds, and the hazards, which follow from the observations. Signed reports
/// and the places of cars in a journal cannot, and those rows have none.
struct LogRebuild: Sendable {
    private(set) var tree: Tree
    private(set) var hazards: Hazards
    /// The last block that is whole.
    private(set) var height: UInt64
    /// The block whose entries are being read: the next block's entry, or the end, closes it.
    private var open: IndexedBlock?

    /// Goes on after the state of a replica.
    init(after replica: Replica) {
        tree = replica.tree
        hazards = replica.hazards
        height = replica.height
    }

    /// Begins with the first entry.
    init() {
        tree = Tree()
        hazards = Hazards()
        height = 0
    }

    /// Entries taken so far.
    var size: UInt64 { tree.size }

    /// Takes the next entries; the blocks that they close.
    mutating func take(_ leaves: some Sequence<[UInt8]>) throws(LogRebuildError) -> [IndexedBlock] {
        var closed: [IndexedBlock] = []
        for leaf in leaves {
            let entry: Entry
            do { entry = try Entry(decoding: leaf) } catch { throw LogRebuildError(index: size, reason: "\(error)") }
            if case .block(let opening) = entry { closed += try begin(opening) }
            guard open != nil else { throw LogRebuildError(index: size, reason: "no block's entry stands before it") }
            add(entry)
            tree.append(leaf: Merkle.leaf(leaf))
        }
        return closed
    }

    /// The last block: there are no more entries.
    mutating func finish() -> [IndexedBlock] {
        guard var block = open else { return [] }
        block.hazards += hazards.advance(to: block.time, height: block.height).map(IndexedHazard.init)
        block.size = tree.size
        block.root = tree.root
        height = block.height
        open = nil
        return [block]
    }

    private mutating func begin(_ opening: BlockEntry) throws(LogRebuildError) -> [IndexedBlock] {
        let closed = finish()
        guard opening.height == height + 1 else {
            throw LogRebuildError(index: size, reason: "block \(opening.height) does not follow block \(height)")
        }
        open = IndexedBlock(
            height: opening.height, view: opening.view, time: opening.time, size: 0, root: opening.stateRootBefore,
            hash: opening.blockHash)
        return closed
    }

    private mutating func add(_ entry: Entry) {
        guard var block = open else { return }
        open = nil
        block.entries.append(IndexedEntry(entry))
        if case .observation(let observation) = entry {
            block.hazards += hazards.apply(observation, at: block.time, height: block.height).map(IndexedHazard.init)
        }
        open = block
    }
}

/// Entries that are in the log, but are not those of a chain of blocks.
struct LogRebuildError: Error, Hashable, CustomStringConvertible {
    let index: UInt64
    let reason: String

    var description: String { "entry \(index) of the log: \(reason)" }
}
