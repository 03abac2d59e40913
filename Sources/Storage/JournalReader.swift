/// Reads records of a journal by position while it is being written: history that others ask for. Any thread may use
/// it.
public struct JournalReader: Sendable {
    typealias Format = JournalFormat

    let directory: String

    /// Its files.
    public var segments: JournalSegments { JournalSegments(directory: directory) }

    /// Reads the journal in `directory`, whoever writes it.
    public init(directory: String) {
        self.directory = directory
    }

    /// The record at `position`, which has been committed.
    public func read(at position: JournalPosition) throws(JournalError) -> [UInt8] {
        let path = Journal.path(directory, position.segment)
        let offset = Int(position.offset)
        let (head, start, file) = try journaling { () throws(FileError) in
            let file = try File(path, .read)
            return (
                try file.read(Format.segmentHeaderLength, at: 0), try file.read(Format.recordHeaderLength, at: offset),
                file
            )
        }
        guard let segment = Format.SegmentHeader(head), let record = Format.RecordHeader(start, at: 0),
            record.length <= Format.payloadLimit
        else { throw .noRecord(position) }
        let payload = try journaling { () throws(FileError) in
            try file.read(record.length, at: offset + Format.recordHeaderLength)
        }
        guard payload.count == record.length, record.checksum(of: payload[...], salt: segment.salt) == record.checksum
        else { throw .noRecord(position) }
        return payload
    }

    /// The record at `first` and all that follow it, through the one at `last`, in one segment.
    public func read(from first: JournalPosition, through last: JournalPosition) throws(JournalError) -> [[UInt8]] {
        var (records, next): ([[UInt8]], JournalPosition) = ([], first)
        while next <= last {
            let payload = try read(at: next)
            records.append(payload)
            next = JournalPosition(
                segment: next.segment, offset: next.offset + UInt32(Format.recordHeaderLength + payload.count))
        }
        return records
    }

    /// Calls `body` with every record from the first on, as far as they can be read: behind a torn end nothing is there yet. Changes
    /// nothing, so that a journal can be read while it is written.
    public func readAll(_ body: (JournalPosition, [UInt8]) throws -> Void) throws {
        let directory = directory
        for number in try journaling({ () throws(FileError) in try Journal.segmentNumbers(directory) }) {
            let bytes = try journaling { () throws(FileError) in
                let file = try File(Journal.path(directory, number), .read)
                return try file.read(file.size(), at: 0)
            }
            guard var segment = JournalSegment(bytes) else { return }
            while case .record(let position, let payload) = segment.next() { try body(position, payload) }
        }
    }
}
