import Wire

/// The files of a journal, to see how much there is and to drop what is no longer needed. Any thread may use this beside the one that writes.
public struct JournalSegments: Sendable {
    /// One file.
    public struct Segment: Hashable, Sendable {
        /// Its number; the journal goes on in ascending order.
        public let number: UInt64
        /// Its bytes.
        public let byteCount: Int
        /// When it was last written to.
        public let changed: Timestamp
    }

    private let directory: String

    /// The segments of the journal in `directory`.
    public init(directory: String) {
        self.directory = directory
    }

    /// The oldest first.
    public func all() throws(JournalError) -> [Segment] {
        let directory = directory
        return try journaling { () throws(FileError) in
            var segments: [Segment] = []
            for number in try Journal.segmentNumbers(directory) {
                let file = try File(Journal.path(directory, number), .read)
                segments.append(Segment(number: number, byteCount: try file.size(), changed: try file.changed()))
            }
            return segments
        }
    }

    /// Number of the oldest; nil where there is none, or no journal yet.
    public func first() throws(JournalError) -> UInt64? {
        let directory = directory
        return try journaling { () throws(FileError) in
            do throws(FileError) {
                return try Journal.segmentNumbers(directory).first
            } catch {
                guard error.isMissing else { throw error }
                return nil
            }
        }
    }

    /// Whether the beginning was removed.
    public func isCut() throws(JournalError) -> Bool { try first() ?? 1 > 1 }

    /// Removes those before `number`: a snapshot stands for what they hold, and what else was derived from them is made durable first, where it is on
    /// the same file system. The one that is written to must not be among them.
    public func remove(before number: UInt64) throws(JournalError) {
        let directory = directory
        try journaling { () throws(FileError) in
            try Directory.syncFileSystem(directory)
            for old in try Journal.segmentNumbers(directory) where old < number {
                try Directory.remove(Journal.path(directory, old))
            }
            try Directory.sync(directory)
        }
    }
}
