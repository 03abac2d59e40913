/// A turn's records on their way to the disk: one write and one sync. It is run once, on any thread.
public struct JournalCommit: Sendable {
    typealias Format = JournalFormat

    /// The proof that a commit is durable, for `Journal.finish`.
    public struct Receipt: Sendable {
        let file: File
        let syncs: Int
        let bytes: Int
        let records: Int
    }

    let directory: String
    let header: Format.SegmentHeader
    let file: File?
    let offset: Int
    let payloads: [[UInt8]]
    let firstSequence: UInt64

    /// Writes the records and returns when they are on the disk. An error is final: what is on the disk is unknown
    /// until the journal is opened again, so the process must stop.
    public func run() throws(JournalError) -> Receipt {
        try journaling { () throws(FileError) in
            let target: File = if let file { file } else { try Self.makeSegment(directory, header) }
            let bytes = encoded()
            try target.write(bytes, at: offset)
            try target.sync()
            return Receipt(file: target, syncs: file == nil ? 3 : 1, bytes: bytes.count, records: payloads.count)
        }
    }

    /// Makes a segment's file. Its header is durable before any record follows, so that a bad header before records is
    /// damage, not a tear.
    static func makeSegment(_ directory: String, _ header: Format.SegmentHeader) throws(FileError) -> File {
        let file = try File(Journal.path(directory, header.number), .create)
        try file.write(header.bytes, at: 0)
        try file.sync()
        try Directory.sync(directory)
        return file
    }

    private func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(payloads.reduce(0) { $0 + Format.recordHeaderLength + $1.count })
        for (sequence, payload) in zip(firstSequence..., payloads) {
            let record = Format.RecordHeader(payload, sequence: sequence, commit: firstSequence, salt: header.salt)
            bytes.append(contentsOf: record.bytes)
            bytes.append(contentsOf: payload)
        }
        return bytes
    }
}
