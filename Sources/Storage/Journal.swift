import Cryptography

/// Where a record stands. It stays there until its segment is removed.
public struct JournalPosition: Hashable, Comparable, Sendable {
    /// The segment's number.
    public let segment: UInt64
    /// The record's first byte in the segment.
    public let offset: UInt32

    /// The earlier first.
    public static func < (left: JournalPosition, right: JournalPosition) -> Bool {
        (left.segment, left.offset) < (right.segment, right.offset)
    }
}

/// The validator's memory of what it has said: an append-only list of records in segment files. Everything else on disk
/// is derived from it.
///
/// The rule that it serves: nothing leaves before it is durable. The loop stages a turn's records, which only assigns
/// their positions; a commit is a value that a pool thread runs, one write and one sync; when that has returned, and no
/// sooner, the turn's messages go out. One commit is under way at a time. Records staged meanwhile gather for the next.
///
///     let positions = journal.stage(records)
///     if let commit = journal.makeCommit() { pool.run { try commit.run() } then: { journal.finish($0) } }
///
/// Opening reads every record. A tail that a crash tore off is dropped, for nothing had left that depended on it; the
/// loss is reported in `recovery`. Damage anywhere else is an error and changes nothing on the disk. A bit flipped in
/// the very last commit cannot be told from a torn tail by the disk alone: asking the other validators for one's own
/// newest vote (the amnesia rule) covers that case.
public struct Journal: ~Copyable, Sendable {
    typealias Format = JournalFormat

    /// What opening found.
    public struct Recovery: Hashable, Sendable {
        /// Records that were read.
        public var records: UInt64 = 0
        /// Bytes behind the last whole record, which were dropped.
        public var tornBytes = 0
    }

    /// What was written since opening.
    public struct Counters: Hashable, Sendable {
        /// Syncs of files and directories.
        public var syncs = 0
        /// Bytes written, headers included.
        public var bytes = 0
        /// Records written.
        public var records = 0
    }

    /// What opening found.
    public let recovery: Recovery
    /// What was written since opening.
    public private(set) var counters = Counters()
    /// The sequence that the next record gets; the first record ever has 1.
    public private(set) var nextSequence: UInt64
    /// Reads records by position, on any thread.
    public let reader: JournalReader

    private var lock: File?
    private let segmentBytes: Int
    // The segment that the next record goes to, and where. A segment not yet made has no file.
    private var header: Format.SegmentHeader
    private var file: File?
    private var end: Int
    private var isSegmentOver = false
    private var staged: [[UInt8]] = []
    private var isCommitting = false

    /// Opens the journal in `directory`, made where it is missing, and hands every record from `start` on to `replay`, in
    /// order; segments before that one are not read. A segment is followed by a new one once it has `segmentBytes`. Should
    /// opening throw, what was replayed must be forgotten.
    public init(
        directory: String, from start: JournalPosition? = nil, segmentBytes: Int = 1 << 26,
        replay: (JournalPosition, [UInt8]) throws -> Void = { _, _ in }
    ) throws {
        let lock = try Self.takeLock(directory)
        var opening = JournalOpening(directory: directory, start: start)
        try opening.run(replay)
        self.lock = lock
        reader = JournalReader(directory: directory)
        self.segmentBytes = segmentBytes
        recovery = opening.recovery
        nextSequence = opening.nextSequence
        header = opening.header
        file = opening.file
        end = opening.end
    }

    /// Whether records wait for a commit.
    public var hasStaged: Bool { !staged.isEmpty }

    /// Takes records into the next commit; returns where each will stand. Nothing is written yet.
    public mutating func stage(_ records: [[UInt8]]) -> [JournalPosition] {
        // A commit never spans two segments, so a new one is begun between commits only.
        if staged.isEmpty, end >= segmentBytes || isSegmentOver { beginSegment() }
        return records.map { payload in
            precondition(payload.count <= Format.payloadLimit, "a record's payload has a bound")
            let position = JournalPosition(segment: header.number, offset: UInt32(end))
            end += Format.recordHeaderLength + payload.count
            nextSequence += 1
            staged.append(payload)
            return position
        }
    }

    /// The commit of everything staged, to be run on another thread; nil where nothing is staged, or the last commit
    /// has not finished.
    public mutating func makeCommit() -> JournalCommit? {
        guard !isCommitting, !staged.isEmpty else { return nil }
        let length = staged.reduce(0) { $0 + Format.recordHeaderLength + $1.count }
        let commit = JournalCommit(
            directory: reader.directory, header: header, file: file, offset: end - length, payloads: staged,
            firstSequence: nextSequence - UInt64(staged.count))
        staged = []
        isCommitting = true
        return commit
    }

    /// Takes note that a commit is durable. A commit that threw is never finished: its journal must not be used any
    /// more.
    public mutating func finish(_ receipt: JournalCommit.Receipt) {
        precondition(isCommitting, "only a commit that was made can finish")
        isCommitting = false
        if receipt.file.path == Self.path(reader.directory, header.number) { file = receipt.file }
        counters.syncs += receipt.syncs
        counters.bytes += receipt.bytes
        counters.records += receipt.records
    }

    /// Lets another journal be opened in the directory. Nothing is written any more.
    public mutating func close() {
        lock = nil
        file = nil
    }

    /// What is staged from now on goes to another segment, as soon as a commit can begin one: so that what came before can be dropped by
    /// itself (`JournalSegments`).
    public mutating func endSegment() { isSegmentOver = true }

    private mutating func beginSegment() {
        header = .new(header.number + 1, firstSequence: nextSequence)
        file = nil
        end = Format.segmentHeaderLength
        isSegmentOver = false
    }

    private static func takeLock(_ directory: String) throws(JournalError) -> File {
        let lock = try journaling { () throws(FileError) in
            try Directory.create(directory)
            return try File(directory + "/lock", .replace)
        }
        guard lock.tryLock() else { throw .inUse(directory: directory) }
        return lock
    }

    static func path(_ directory: String, _ segment: UInt64) -> String {
        directory + "/" + Format.segmentName(segment)
    }

    static func segmentNumbers(_ directory: String) throws(FileError) -> [UInt64] {
        try Directory.items(directory).compactMap { Format.segmentNumber($0.name) }.sorted()
    }
}
