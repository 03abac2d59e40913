import Cryptography

/// Reads tiles and entries of a log at one size, and builds proofs from them. What it gives is checked for form only:
/// compare with a head.
public struct TileReader<Source: LogSource> {
    /// How many entries the log has, by a head.
    public let size: UInt64
    private let source: Source

    /// Reads the log of `size` entries in `source`.
    public init(_ source: Source, size: UInt64) {
        self.source = source
        self.size = size
    }

    /// The hashes of a tile that the log has at this size, as many as there are then.
    public func tile(level: Int, index: UInt64) throws(LogError) -> [Digest] {
        let width = LogPlace(.hashes(level: level), index).width(at: size)
        precondition(width > 0, "only tiles that the log has are asked for")
        let (bytes, path) = try read(width) { .tile(level: level, index: index, width: $0) }
        guard bytes.count.isMultiple(of: 32), bytes.count >= width * 32 else {
            throw .badLength(path: path.text, bytes: bytes.count, expected: width * 32)
        }
        return (0..<width).compactMap { Digest(bytes: bytes[$0 * 32..<($0 + 1) * 32]) }
    }

    /// The entries of a bundle that the log has at this size, as many as there are then.
    public func entries(inBundle index: UInt64) throws(LogError) -> [[UInt8]] {
        let width = LogPlace(.entries, index).width(at: size)
        precondition(width > 0, "only bundles that the log has are asked for")
        let (bytes, path) = try read(width) { .entries(index: index, width: $0) }
        guard case .entries(_, let count) = path, let entries = EntryBundle.entries(in: bytes, count: count) else {
            throw .badBundle(path: path.text)
        }
        return Array(entries.prefix(width))
    }

    /// The entry at `index`.
    public func entry(at index: UInt64) throws(LogError) -> [UInt8] {
        guard index < size else { throw .outside(index: index, size: size) }
        let full = UInt64(LogPath.fullWidth)
        return try entries(inBundle: index / full)[Int(index % full)]
    }

    /// The root over the first `count` entries.
    public func root(at count: UInt64) throws(LogError) -> Digest {
        guard count <= size else { throw .outside(index: count, size: size) }
        return try known(MerkleProof.root(from: 0, to: count, node: lookup()))
    }

    /// The proof that the entry at `index` is in the log.
    public func inclusionProof(of index: UInt64) throws(LogError) -> [Digest] {
        guard index < size else { throw .outside(index: index, size: size) }
        return try known(MerkleProof.inclusion(of: index, in: size, node: lookup()))
    }

    /// The proof that the log continues the one of `oldSize` entries.
    public func consistencyProof(from oldSize: UInt64) throws(LogError) -> [Digest] {
        try consistencyProof(from: oldSize, to: size)
    }

    /// The proof that the log of `newSize` entries continues the one of `oldSize`.
    public func consistencyProof(from oldSize: UInt64, to newSize: UInt64) throws(LogError) -> [Digest] {
        guard oldSize <= newSize, newSize <= size else { throw .rollback(size: newSize, seen: max(oldSize, size)) }
        return try known(MerkleProof.consistency(from: oldSize, to: newSize, node: lookup()))
    }

    /// How the nodes of a proof are found. A proof asks for siblings, of which many are in one tile: the last tile of
    /// each level is kept.
    private func lookup() -> MerkleProof.Lookup<LogError> {
        var kept: [Int: (index: UInt64, hashes: [Digest])] = [:]
        return { (level, index) throws(LogError) in
            let (tileLevel, height) = (level / 8, level % 8)
            let first = index << height
            let tileIndex = first / UInt64(LogPath.fullWidth)
            if kept[tileLevel]?.index != tileIndex {
                kept[tileLevel] = (tileIndex, try self.tile(level: tileLevel, index: tileIndex))
            }
            guard let hashes = kept[tileLevel]?.hashes else { return nil }
            let offset = Int(first % UInt64(LogPath.fullWidth))
            guard offset + 1 << height <= hashes.count else { return nil }
            return Merkle.root(ofLeaves: Array(hashes[offset..<offset + 1 << height]))
        }
    }

    private func known<Value>(_ value: Value?) throws(LogError) -> Value {
        guard let value else { preconditionFailure("a tile holds every node that a proof at its size needs") }
        return value
    }

    /// The file of that width, or else the full one, which may have taken its place.
    private func read(_ width: Int, _ path: (Int) -> LogPath) throws(LogError) -> ([UInt8], LogPath) {
        var failure = SourceError.missing
        for candidate in Set([width, LogPath.fullWidth]).sorted() {
            do {
                return (try source.read(path(candidate)), path(candidate))
            } catch .missing {
                continue
            } catch {
                failure = error
            }
        }
        throw .unavailable(path: path(width).text, failure)
    }
}

extension TileReader: Sendable where Source: Sendable {}
