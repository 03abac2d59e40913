/// Where a file of the log is, below its prefix: `checkpoint`, `tile/<level>/<N>[.p/<width>]` or
/// `tile/entries/<N>[.p/<width>]`.
///
/// A tile has 256 hashes, a bundle 256 entries; the rightmost may be partial, with its width in the path. N is written
/// in groups of three digits, so that a directory holds at most a thousand names: 1,234,067 is `x001/x234/067`.
public enum LogPath: Hashable, Sendable {
    /// The signed head.
    case checkpoint
    /// Hashes of one level. Level 0 has leaf hashes, each higher level a hash for each full tile below.
    case tile(level: Int, index: UInt64, width: Int)
    /// Entries, each behind its length in two bytes.
    case entries(index: UInt64, width: Int)

    /// Hashes in a full tile, and entries in a full bundle.
    public static let fullWidth = 256
    /// An entry is at most this long, since its length has two bytes.
    public static let entryLimit = 65_535
    /// The highest level that a log of 2^64 entries has.
    public static let topLevel = 7

    /// The path below the log's prefix.
    public var text: String {
        switch self {
        case .checkpoint: "checkpoint"
        case .tile(let level, let index, let width): "tile/\(level)/\(Self.name(index, width))"
        case .entries(let index, let width): "tile/entries/\(Self.name(index, width))"
        }
    }

    /// Reads a path; nil where it is not the one spelling of a path.
    public init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard text.utf8.count <= 64, let path = Self.read(parts), LogText.same(path.text, text) else { return nil }
        self = path
    }

    /// Whether the file never changes: everything but the head.
    public var isImmutable: Bool { self != .checkpoint }

    /// The longest file that can stand here.
    public var byteLimit: Int {
        switch self {
        case .checkpoint: SignedCheckpoint.byteLimit
        case .tile(_, _, let width): width * 32
        case .entries(_, let width): width * (Self.entryLimit + 2)
        }
    }

    private static func read(_ parts: [Substring.UTF8View.SubSequence]) -> LogPath? {
        guard parts.count > 2 else { return .checkpoint }
        var names = Array(parts[2...])
        var width = fullWidth
        if names.count > 1, let number = LogText.decimal(names[names.count - 1]), names[names.count - 2].count == 5 {
            guard (1..<UInt64(fullWidth)).contains(number) else { return nil }
            width = Int(number)
            names.removeLast()
        }
        guard let index = index(names) else { return nil }
        if parts[1].elementsEqual("entries".utf8) { return .entries(index: index, width: width) }
        guard let level = LogText.decimal(parts[1]), level <= UInt64(topLevel) else { return nil }
        return .tile(level: Int(level), index: index, width: width)
    }

    /// The number that the groups of digits spell; what surrounds them is compared by `init`.
    private static func index(_ names: [Substring.UTF8View.SubSequence]) -> UInt64? {
        guard names.count <= 6 else { return nil }
        var index: UInt64 = 0
        for name in names {
            let digits = name.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard digits.count == 3 else { return nil }
            index = digits.reduce(index) { $0 * 10 + UInt64($1 - UInt8(ascii: "0")) }
        }
        return index
    }

    private static func name(_ index: UInt64, _ width: Int) -> String {
        var groups = [threeDigits(index % 1000)]
        var rest = index / 1000
        while rest > 0 {
            groups.append("x" + threeDigits(rest % 1000))
            rest /= 1000
        }
        return groups.reversed().joined(separator: "/") + (width < fullWidth ? ".p/\(width)" : "")
    }

    private static func threeDigits(_ number: UInt64) -> String {
        String(String(number + 1000).dropFirst())
    }
}
