import Cryptography

/// The hash tiles at the right edge of the log, one a level: what the next leaf changes, and enough for the root.
public struct OpenTiles: Sendable, Hashable {
    /// A tile that has become full.
    public struct Full: Hashable, Sendable {
        /// Its level.
        public var level: Int
        /// Its index in the level.
        public var index: UInt64
        /// Its 256 hashes.
        public var hashes: [Digest]
    }

    /// How many leaves there are.
    public private(set) var size: UInt64 = 0
    /// The hashes of each level's open tile, fewer than 256 each.
    public private(set) var levels: [[Digest]] = []

    /// The edge of an empty log.
    public init() {}

    /// The edge of a log of `size` leaves; nil where the levels are not as long as that size asks.
    public init?(size: UInt64, levels: [[Digest]]) {
        guard levels.count == Self.widths(at: size).count,
            zip(levels, Self.widths(at: size)).allSatisfy({ $0.count == $1 })
        else { return nil }
        self.size = size
        self.levels = levels
    }

    /// How wide each level's open tile is in a log of `size` leaves, from level 0 up to the highest that is not empty.
    public static func widths(at size: UInt64) -> [Int] {
        (0...LogPath.topLevel).map { size >> (8 * $0) }.prefix { $0 > 0 }.map { Int($0 & 255) }
    }

    /// The root over all leaves.
    public var root: Digest {
        // An open tile's hashes are complete subtrees of one size. What is open below them is the incomplete one to
        // their right.
        var below: [Digest] = []
        for hashes in levels where !hashes.isEmpty { below = [Merkle.root(ofLeaves: hashes + below)] }
        return below.first ?? Digest.sha256([])
    }

    /// Adds a leaf; returns the tiles that it filled, the lowest level first.
    public mutating func append(leaf: Digest) -> [Full] {
        var filled: [Full] = []
        var (hash, level) = (leaf, 0)
        size += 1
        while true {
            if level == levels.count { levels.append([]) }
            levels[level].append(hash)
            guard levels[level].count == LogPath.fullWidth else { return filled }
            let index = (size >> (8 * (level + 1))) - 1
            filled.append(Full(level: level, index: index, hashes: levels[level]))
            hash = Merkle.root(ofLeaves: levels[level])
            levels[level].removeAll(keepingCapacity: true)
            level += 1
        }
    }
}

/// A file of the log's tree.
public struct LogFile: Hashable, Sendable {
    /// Where it stands.
    public var path: LogPath
    /// What stands in it.
    public var bytes: [UInt8]

    /// A file to be written.
    public init(path: LogPath, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }
}

/// Turns entries into the files that a tiled log serves. It keeps the open tiles and the open bundle, so that its
/// memory has a bound, and each full file is made once.
public struct TileGrowth: Sendable {
    private var tiles = OpenTiles()
    private var bundle: [UInt8] = []
    private var full: [LogFile] = []

    /// A log without entries.
    public init() {}

    /// Goes on from a log of `size` entries whose files are in `source`. What was read is to be believed only if `root`
    /// is the root of a head that is.
    public init(resuming size: UInt64, from source: some LogSource) throws(LogError) {
        let reader = TileReader(source, size: size)
        var levels: [[Digest]] = []
        for (level, width) in OpenTiles.widths(at: size).enumerated() {
            let index = size >> (8 * (level + 1))
            levels.append(width == 0 ? [] : try reader.tile(level: level, index: index))
        }
        guard let tiles = OpenTiles(size: size, levels: levels) else {
            preconditionFailure("a tile is as wide as asked")
        }
        self.tiles = tiles
        if !size.isMultiple(of: UInt64(LogPath.fullWidth)) {
            let entries = try reader.entries(inBundle: size / UInt64(LogPath.fullWidth))
            bundle = EntryBundle.bytes(of: entries)
        }
    }

    /// How many entries there are.
    public var size: UInt64 { tiles.size }

    /// The root over them.
    public var root: Digest { tiles.root }

    /// Adds an entry of at most 65,535 bytes.
    public mutating func append(_ entry: [UInt8]) {
        EntryBundle.append(entry, to: &bundle)
        for tile in tiles.append(leaf: Merkle.leaf(entry)) {
            if tile.level == 0 { closeBundle(tile.index) }
            let path = LogPath.tile(level: tile.level, index: tile.index, width: LogPath.fullWidth)
            full.append(LogFile(path: path, bytes: tile.hashes.flatMap(\.bytes)))
        }
    }

    /// The files that have become full since they were last taken, entries before the hashes over them.
    public mutating func takeFull() -> [LogFile] {
        defer { full = [] }
        return full
    }

    /// The partial files that a checkpoint of the present size needs.
    public var partial: [LogFile] {
        var files: [LogFile] = []
        if !bundle.isEmpty, let width = tiles.levels.first?.count {
            files.append(LogFile(path: .entries(index: size / UInt64(LogPath.fullWidth), width: width), bytes: bundle))
        }
        for (level, hashes) in tiles.levels.enumerated() where !hashes.isEmpty {
            let path = LogPath.tile(level: level, index: size >> (8 * (level + 1)), width: hashes.count)
            files.append(LogFile(path: path, bytes: hashes.flatMap(\.bytes)))
        }
        return files
    }

    private mutating func closeBundle(_ index: UInt64) {
        full.append(LogFile(path: .entries(index: index, width: LogPath.fullWidth), bytes: bundle))
        bundle.removeAll(keepingCapacity: true)
    }
}
