/// A file of entries: each behind its length in two bytes, big-endian.
public enum EntryBundle {
    /// Adds an entry of at most 65,535 bytes.
    static func append(_ entry: [UInt8], to bundle: inout [UInt8]) {
        precondition(entry.count <= LogPath.entryLimit, "an entry's length fits two bytes")
        bundle.append(UInt8(entry.count >> 8))
        bundle.append(UInt8(entry.count & 255))
        bundle.append(contentsOf: entry)
    }

    /// The file of `entries`.
    public static func bytes(of entries: [[UInt8]]) -> [UInt8] {
        var bundle: [UInt8] = []
        for entry in entries { append(entry, to: &bundle) }
        return bundle
    }

    /// The entries of a file, or nil where it does not hold exactly `count` of them and nothing else.
    public static func entries(in bundle: [UInt8], count: Int) -> [[UInt8]]? {
        var entries: [[UInt8]] = []
        var position = 0
        while position < bundle.count {
            guard entries.count < count, position + 2 <= bundle.count else { return nil }
            let length = Int(bundle[position]) << 8 | Int(bundle[position + 1])
            position += 2
            guard position + length <= bundle.count else { return nil }
            entries.append(Array(bundle[position..<position + length]))
            position += length
        }
        return entries.count == count ? entries : nil
    }
}
