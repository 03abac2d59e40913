/// The place of a tile or a bundle, whatever the width of the file that stands there.
struct LogPlace: Hashable, Comparable {
    enum Kind: Hashable {
        case entries
        case hashes(level: Int)
    }

    let kind: Kind
    let index: UInt64

    init(_ kind: Kind, _ index: UInt64) {
        self.kind = kind
        self.index = index
    }

    func path(_ width: Int) -> LogPath {
        switch kind {
        case .entries: .entries(index: index, width: width)
        case .hashes(let level): .tile(level: level, index: index, width: width)
        }
    }

    /// How many hashes or entries stand here in a log of `size` entries: 0 where the log does not reach.
    func width(at size: UInt64) -> Int {
        let count = size >> (8 * max(0, level))
        let (start, overflow) = index.multipliedReportingOverflow(by: UInt64(LogPath.fullWidth))
        return overflow || start >= count ? 0 : Int(min(UInt64(LogPath.fullWidth), count - start))
    }

    static func < (left: LogPlace, right: LogPlace) -> Bool {
        (left.level, left.index) < (right.level, right.index)
    }

    /// The level of hashes, or -1 for entries.
    private var level: Int {
        switch kind {
        case .entries: -1
        case .hashes(let level): level
        }
    }
}

/// The files of a log that an audit has not looked at yet.
struct LogListing {
    /// Whether the source could list them. Otherwise they are those that the head needs.
    let areListed: Bool
    /// Names that no file of a log has.
    private(set) var unknown: [String] = []
    private var widths: [LogPlace: [Int]] = [:]
    private let size: UInt64

    init(_ names: [String]?, size: UInt64) {
        self.size = size
        areListed = names != nil
        for name in names ?? [] {
            switch LogPath(name) {
            case .checkpoint: continue
            case .entries(let index, let width): widths[LogPlace(.entries, index), default: []].append(width)
            case .tile(let level, let index, let width):
                widths[LogPlace(.hashes(level: level), index), default: []].append(width)
            case nil: unknown.append(name)
            }
        }
    }

    /// How wide the file at `place` must be for the head.
    func needed(at place: LogPlace) -> Int { place.width(at: size) }

    /// The widths of the files at `place`, the narrowest first.
    func widths(at place: LogPlace) -> [Int] {
        if areListed { return (widths[place] ?? []).sorted() }
        return needed(at: place) > 0 ? [needed(at: place)] : []
    }

    /// The same, and they count as looked at.
    mutating func take(_ place: LogPlace) -> [Int] {
        defer { widths[place] = nil }
        return widths(at: place)
    }

    /// What nobody took, in order.
    func rest() -> [(place: LogPlace, widths: [Int])] {
        widths.keys.sorted().map { ($0, widths(at: $0)) }
    }
}
