import Cryptography
import Telemetry
import TransparencyLog

/// Reads entries and believes none of them without its proof.
struct EntryReader {
    private let head: Checkpoint
    private let tiles: TileReader<RecentFiles>

    init(_ source: any LogSource, head: Checkpoint) {
        self.head = head
        tiles = TileReader(RecentFiles(source), size: head.size)
    }

    /// The entry at `index`, shown to be below the head's root.
    func entry(at index: UInt64) throws -> Entry {
        let bytes = try tiles.entry(at: index)
        let isProven = MerkleProof.verifyInclusion(
            of: Merkle.leaf(bytes), at: index, in: head.size, root: head.root,
            proof: try tiles.inclusionProof(of: index))
        guard isProven else { throw Failure("entry \(index) is not what the head's root was made of") }
        return try Entry(decoding: bytes)
    }

    /// The proof that the entry at `index` is below `signed`, which is the reader's head with its signatures. Carries the entry where it has room.
    func receipt(of index: UInt64, under signed: SignedCheckpoint) throws -> InclusionReceipt {
        let bytes = try entry(at: index).encoded()
        return InclusionReceipt(
            index: index, proof: try tiles.inclusionProof(of: index), signed: signed,
            extra: bytes.count <= InclusionReceipt.extraLimit ? bytes : nil)
    }

    /// Calls `body` with each entry from `first` on, each shown to be below the head's root.
    func read(from first: UInt64, _ body: (UInt64, Entry) throws -> Void) throws {
        for index in first..<max(first, head.size) { try body(index, try entry(at: index)) }
    }

    /// Calls `body` with every entry, once all of them together were shown to give the head's root: cheaper than a proof each.
    func readAll(_ body: (UInt64, Entry) throws -> Void) throws {
        var tree = Tree(window: 256)
        for index in 0..<head.size { tree.append(leaf: Merkle.leaf(try tiles.entry(at: index))) }
        guard tree.root == head.root else { throw Failure("the entries give another root than the head's") }
        for index in 0..<head.size { try body(index, try Entry(decoding: try tiles.entry(at: index))) }
    }
}

/// Keeps the files of a log that were read last: entries that follow each other share their bundle and tiles.
private final class RecentFiles: LogSource {
    private static let kept = 64
    private let source: any LogSource
    private var files: [LogPath: [UInt8]] = [:]
    private var order: [LogPath] = []

    init(_ source: any LogSource) {
        self.source = source
    }

    func read(_ path: LogPath) throws(SourceError) -> [UInt8] {
        if let bytes = files[path] { return bytes }
        let bytes = try source.read(path)
        if order.count == Self.kept { files[order.removeFirst()] = nil }
        files[path] = bytes
        order.append(path)
        return bytes
    }
}
