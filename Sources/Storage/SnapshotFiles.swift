import Cryptography
import Wire

/// Why a snapshot's file cannot be read or written.
public enum SnapshotError: Error, Hashable, Sendable {
    /// The file is not one that was written whole.
    case damaged(path: String)
    /// The file system failed.
    case file(FileError)
}

extension SnapshotError: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .damaged(let path): "\(path) is no snapshot, or is damaged"
        case .file(let error): error.description
        }
    }
}

/// A state image, and the record of the journal from which on it goes on.
public struct StoredSnapshot: Hashable, Sendable {
    /// The block that it was taken after.
    public let height: UInt64
    /// Where the journal goes on from it.
    public let mark: JournalPosition
    /// The record up to which the journal must be whole from there on, in the same segment: of what follows the mark no part alone will do.
    public let end: JournalPosition
    /// The image.
    public let bytes: [UInt8]

    /// A snapshot to be written.
    public init(height: UInt64, mark: JournalPosition, end: JournalPosition, bytes: [UInt8]) {
        precondition(end.segment == mark.segment, "a commit does not span two segments")
        self.height = height
        self.mark = mark
        self.end = end
        self.bytes = bytes
    }
}

/// The newest snapshots, one a file: `<directory>/<height in 20 digits>`.
///
///     magic (8) · height (8) · segment (8) · mark's offset (4) · end's offset (4) · SHA-256 of the rest of the file (32) · image
///
/// A file is written whole, synced and then moved to its place, so it is there or it is not. Two are kept: should the newer one have been damaged,
/// the older leads to the same state, by a longer way. Any thread may use this.
public struct SnapshotFiles: Sendable {
    private static let magic = Array("WAYMRKS2".utf8)
    private static let headerLength = 64
    /// How many are kept.
    private static let kept = 2

    private let directory: String

    /// The files in `directory`, which is made where it is missing.
    public init(directory: String) throws(SnapshotError) {
        self.directory = directory
        try failing(as: SnapshotError.file) { () throws(FileError) in try Directory.create(directory) }
    }

    /// Heights of the snapshots that are there, the newest first.
    public func heights() throws(SnapshotError) -> [UInt64] {
        let names = try failing(as: SnapshotError.file) { () throws(FileError) in
            try Directory.items(directory).map(\.name)
        }
        return names.filter { $0.count == 20 }.compactMap { UInt64($0) }.sorted(by: >)
    }

    /// The snapshot of that height, checked.
    public func read(_ height: UInt64) throws(SnapshotError) -> StoredSnapshot {
        let path = path(of: height)
        let bytes = try failing(as: SnapshotError.file) { () throws(FileError) in
            let file = try File(path, .read)
            return try file.read(file.size(), at: 0)
        }
        guard let snapshot = Self.decode(bytes), snapshot.height == height else { throw .damaged(path: path) }
        return snapshot
    }

    private static func decode(_ bytes: [UInt8]) -> StoredSnapshot? {
        var reader = Reader(Array(bytes.prefix(headerLength)))
        do throws(WireError) {
            guard try reader.readFixed(8) == magic else { return nil }
            let height = try reader.read(UInt64.self)
            let segment = try reader.read(UInt64.self)
            let mark = JournalPosition(segment: segment, offset: try reader.read(UInt32.self))
            let end = JournalPosition(segment: segment, offset: try reader.read(UInt32.self))
            let snapshot = StoredSnapshot(height: height, mark: mark, end: end, bytes: Array(bytes[headerLength...]))
            return header(of: snapshot) == Array(bytes[..<headerLength]) ? snapshot : nil
        } catch {
            return nil
        }
    }

    /// A part of the image of that height, as it is in the file: the caller checks it.
    public func read(_ range: Range<Int>, of height: UInt64) throws(SnapshotError) -> [UInt8] {
        let path = path(of: height)
        return try failing(as: SnapshotError.file) { () throws(FileError) in
            try File(path, .read).read(range.count, at: Self.headerLength + range.lowerBound)
        }
    }

    /// Writes a snapshot so that it is durable when this returns, and removes those that it makes superfluous; not those in `pinned`, which
    /// are being sent to others.
    public func write(_ snapshot: StoredSnapshot, pinned: Set<UInt64> = []) throws(SnapshotError) {
        let (header, new, place) = (Self.header(of: snapshot), directory + "/new", path(of: snapshot.height))
        try failing(as: SnapshotError.file) { () throws(FileError) in
            let file = try File(new, .replace)
            try file.write(header, at: 0)
            try file.write(snapshot.bytes, at: header.count)
            try file.sync()
            try Directory.rename(new, to: place)
            try Directory.sync(directory)
        }
        for height in try heights().dropFirst(Self.kept) where !pinned.contains(height) {
            let path = path(of: height)
            try failing(as: SnapshotError.file) { () throws(FileError) in try Directory.remove(path) }
        }
    }

    /// Removes what is above that height: a start that had to go back behind them could use none of them.
    public func remove(above height: UInt64) throws(SnapshotError) {
        for newer in try heights() where newer > height {
            let path = path(of: newer)
            try failing(as: SnapshotError.file) { () throws(FileError) in try Directory.remove(path) }
        }
    }

    private static func header(of snapshot: StoredSnapshot) -> [UInt8] {
        var writer = Writer(capacity: headerLength)
        writer.write(fixed: magic)
        writer.write(snapshot.height)
        writer.write(snapshot.mark.segment)
        writer.write(snapshot.mark.offset)
        writer.write(snapshot.end.offset)
        writer.write(fixed: Digest.sha256(writer.bytes + snapshot.bytes).bytes)
        return writer.bytes
    }

    private func path(of height: UInt64) -> String {
        let digits = String(height)
        return directory + "/" + String(repeating: "0", count: 20 - digits.count) + digits
    }
}
