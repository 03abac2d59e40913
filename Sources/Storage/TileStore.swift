import TransparencyLog

/// Why the log's files cannot be written, or what is asked of them makes no sense.
public enum TileStoreError: Error, Hashable, Sendable {
    /// Another process writes this log.
    case inUse(directory: String)
    /// The file system failed.
    case file(FileError)
    /// Entries from `first` on do not join the `size` entries that are there.
    case gap(size: UInt64, first: UInt64)
    /// The head is of another size than the entries that are there.
    case otherSize(size: UInt64, head: UInt64)
    /// The head has another root than the entries that are there.
    case otherRoot(size: UInt64)
}

/// Runs calls to the file system whose failure is the tile store's.
func storing<Value>(_ body: () throws(FileError) -> Value) throws(TileStoreError) -> Value {
    try failing(as: TileStoreError.file, body)
}

extension TileStoreError: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .inUse(let directory): "\(directory): another process writes this log"
        case .file(let error): error.description
        case .gap(let size, let first): "entries from \(first) on do not join the \(size) that are there"
        case .otherSize(let size, let head): "a head of size \(head), but \(size) entries are there"
        case .otherRoot(let size): "the head's root is not that of the \(size) entries that are there"
        }
    }
}

/// The log as files, for anyone to read: exactly `checkpoint` and `tile/…` in one directory.
///
/// They are derived from the journal and written off the turn. A file gets its whole content somewhere else and is then
/// moved to its place, entries before the hashes over them, and the head after everything that it needs: whoever reads,
/// and whatever kills the process, the files always are those of the head, and perhaps some more that belong to the
/// next. A partial file stays until the full one is there, as C2SP asks.
///
/// Nothing is synced as it is written: the journal can make it all again, and whoever cuts that off syncs everything
/// first. After a crash of the machine, as opposed to the process, every file is therefore read and derived anew on
/// opening. `size` then says from which entry on the caller has to give entries again.
///
/// The store is a value that one owner hands to a pool thread and takes back.
public struct TileStore: Sendable {
    /// The head that readers see.
    public private(set) var published: SignedCheckpoint?

    private let directory: String
    private let work: String
    private let lock: File
    private var growth: TileGrowth

    /// Opens the log's files in `directory`. `work` is a directory on the same file system, not below `directory`, for
    /// what is not served.
    public init(directory: String, work: String) throws(TileStoreError) {
        self.directory = directory
        self.work = work
        lock = try storing { () throws(FileError) in
            try Directory.create(directory)
            try Directory.create(work)
            return try File(work + "/lock", .replace)
        }
        guard lock.tryLock() else { throw .inUse(directory: directory) }
        (growth, published) = try TileStoreOpening(directory: directory, work: work).run()
    }

    /// How many entries there are, in files or on their way.
    public var size: UInt64 { growth.size }

    /// Adds `entries`, the first of which has the index `first`. Those that are there already are passed over. Full
    /// files are written.
    public mutating func append(_ entries: [[UInt8]], at first: UInt64) throws(TileStoreError) {
        guard first <= size else { throw .gap(size: size, first: first) }
        guard first + UInt64(entries.count) > size else { return }
        for entry in entries[Int(size - first)...] { growth.append(entry) }
        let files = growth.takeFull()
        try storing { () throws(FileError) in
            for file in files {
                try write(file)
                try removePartial(file.path)
            }
        }
    }

    /// Makes everything that is there durable, although no head of it can be shown yet: the next opening goes on from here.
    public func keep() throws(TileStoreError) {
        let mark = KeptHead(size: size, root: growth.root)
        try storing { () throws(FileError) in
            for file in growth.partial { try write(file) }
            try File(work + "/new", .replace).write(mark.encoded(), at: 0)
            try Directory.rename(work + "/new", to: KeptHead.path(work))
            try Directory.syncFileSystem(directory)
        }
    }

    /// Shows readers the head `signed`, which must be of all entries that there are. Whose signatures it carries is the
    /// caller's business.
    public mutating func publish(_ signed: SignedCheckpoint) throws(TileStoreError) {
        let head = signed.checkpoint
        guard head.size == size else { throw .otherSize(size: size, head: head.size) }
        guard head.root == growth.root else { throw .otherRoot(size: size) }
        let partial = signed.checkpoint == published?.checkpoint ? [] : growth.partial
        try storing { () throws(FileError) in
            for file in partial { try write(file) }
            try write(LogFile(path: .checkpoint, bytes: signed.bytes))
        }
        published = signed
    }

    private func write(_ file: LogFile) throws(FileError) {
        let (new, place) = (work + "/new", directory + "/" + file.path.text)
        try File(new, .replace, permissions: 0o644).write(file.bytes, at: 0)
        do throws(FileError) {
            try Directory.rename(new, to: place)
        } catch {
            guard error.isMissing else { throw error }
            try Directory.create(String(place[..<(place.lastIndex(of: "/") ?? place.endIndex)]))
            try Directory.rename(new, to: place)
        }
    }

    /// Removes the partial files whose place the full one at `path` has taken.
    private func removePartial(_ path: LogPath) throws(FileError) {
        let partial = directory + "/" + path.text + ".p"
        do throws(FileError) {
            for item in try Directory.items(partial) { try Directory.remove(partial + "/" + item.name) }
            try Directory.removeDirectory(partial)
        } catch {
            guard error.isMissing else { throw error }
        }
    }
}
