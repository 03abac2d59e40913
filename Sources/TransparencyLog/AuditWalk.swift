import Cryptography

/// One pass through the entries of a log, from the first on, that leaves no file unchecked.
struct AuditWalk {
    private let source: any LogSource
    private let head: Checkpoint
    private let before: Checkpoint?
    private var audit: Audit
    private var tiles = OpenTiles()
    private var files: LogListing

    init(_ source: any LogSource, head: Checkpoint, before: Checkpoint?, audit: Audit) {
        self.source = source
        self.head = head
        self.before = before
        self.audit = audit
        self.files = LogListing(nil, size: head.size)
    }

    mutating func run() -> Audit {
        list()
        var index: UInt64 = 0
        while let leaves = leaves(ofBundle: index) {
            for leaf in leaves { append(leaf) }
            // What follows a partial bundle has nothing to stand on; `finish` reports it.
            guard leaves.count == LogPath.fullWidth else { break }
            index += 1
        }
        finish()
        return audit
    }

    private mutating func list() {
        do throws(SourceError) {
            files = LogListing(try source.list(), size: head.size)
            for name in files.unknown { audit.report(name, .unknownFile) }
        } catch {
            audit.report("", .unreadable(error))
        }
    }

    /// The leaf hashes of a bundle: from its longest file, or else, so that one lost bundle does not end the audit,
    /// from the longest tile over it. Nil behind the last.
    private mutating func leaves(ofBundle index: UInt64) -> [Digest]? {
        let place = LogPlace(.entries, index)
        guard requireFile(at: place) else { return nil }
        var longest: [[UInt8]] = []
        for width in files.take(place).reversed() {
            guard let entries = entries(at: place, width) else { continue }
            if let position = Self.firstDifference(entries, longest) {
                audit.report(place.path(width).text, .differs(position: position))
            }
            if entries.count > longest.count { longest = entries }
        }
        return longest.count >= files.needed(at: place) ? longest.map(Merkle.leaf) : hashes(overBundle: index)
    }

    private mutating func entries(at place: LogPlace, _ width: Int) -> [[UInt8]]? {
        guard let (bytes, found) = read(place, width) else { return nil }
        guard let entries = EntryBundle.entries(in: bytes, count: found) else {
            audit.report(place.path(found).text, .badBundle)
            return nil
        }
        return Array(entries.prefix(width))
    }

    private mutating func hashes(overBundle index: UInt64) -> [Digest]? {
        let place = LogPlace(.hashes(level: 0), index)
        for width in files.widths(at: place).reversed() {
            guard let (bytes, found) = read(place, width), bytes.count == found * 32 else { continue }
            return (0..<width).compactMap { Digest(bytes: bytes[$0 * 32..<($0 + 1) * 32]) }
        }
        return nil
    }

    private mutating func append(_ leaf: Digest) {
        let filled = tiles.append(leaf: leaf)
        audit.entries = tiles.size
        if tiles.size == head.size || tiles.size == before?.size { compareRoots() }
        for tile in filled { check(LogPlace(.hashes(level: tile.level), tile.index), tile.hashes) }
    }

    private mutating func compareRoots() {
        let root = tiles.root
        if tiles.size == head.size, root != head.root {
            audit.report(LogPath.checkpoint.text, .rootDiffers(size: head.size, derived: root))
        }
        if let before, before.size < head.size, tiles.size == before.size, root != before.root {
            audit.report(LogPath.checkpoint.text, .head(.rewritten(size: head.size, seen: before.size)))
        }
    }

    /// Compares every file of a tile with the hashes that the entries give.
    private mutating func check(_ place: LogPlace, _ hashes: [Digest]) {
        guard requireFile(at: place) else { return }
        let expected = hashes.flatMap(\.bytes)
        for width in files.take(place) {
            guard let (bytes, found) = read(place, width) else { continue }
            let path = place.path(found).text
            if bytes.count != found * 32 {
                audit.report(path, .badLength(bytes: bytes.count, expected: found * 32))
            } else if let position = Self.firstDifference(bytes, expected) {
                audit.report(path, .differs(position: position / 32))
            } else if width > hashes.count {
                audit.report(path, .notCovered)
            }
        }
    }

    /// Checks the open tiles, and reports what the entries did not reach.
    private mutating func finish() {
        for (level, hashes) in tiles.levels.enumerated() where !hashes.isEmpty {
            check(LogPlace(.hashes(level: level), tiles.size >> (8 * (level + 1))), hashes)
        }
        for (place, widths) in files.rest() {
            for width in widths { audit.report(place.path(width).text, .notCovered) }
        }
    }

    /// Whether there is anything to check at a place. Reports the file that the head needs there where neither it nor a
    /// full one is there.
    private mutating func requireFile(at place: LogPlace) -> Bool {
        let needed = files.needed(at: place)
        guard files.areListed else { return needed > 0 }
        let widths = files.widths(at: place)
        if needed > 0, !widths.contains(needed), !widths.contains(LogPath.fullWidth) {
            audit.report(place.path(needed).text, .missing)
            return true
        }
        return !widths.isEmpty
    }

    /// The file of that width; where files cannot be listed, the full one may have taken its place.
    private mutating func read(_ place: LogPlace, _ width: Int) -> (bytes: [UInt8], width: Int)? {
        var failure = SourceError.missing
        for candidate in files.areListed ? [width] : Set([width, LogPath.fullWidth]).sorted() {
            do throws(SourceError) {
                let bytes = try source.read(place.path(candidate))
                audit.files += 1
                return (bytes, candidate)
            } catch .missing {
                continue
            } catch {
                failure = error
            }
        }
        audit.report(place.path(width).text, failure == .missing ? .missing : .unreadable(failure))
        return nil
    }

    /// Where the two differ, as far as both go.
    private static func firstDifference<Element: Equatable>(_ left: [Element], _ right: [Element]) -> Int? {
        zip(left, right).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    }
}
