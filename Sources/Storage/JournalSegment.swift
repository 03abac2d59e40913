/// Goes through the records of one segment.
struct JournalSegment {
    typealias Format = JournalFormat

    enum Item {
        case record(JournalPosition, payload: [UInt8])
        case end
        /// What stands here is no record.
        case broken
    }

    let header: Format.SegmentHeader
    /// Where the next record starts.
    private(set) var offset = Format.segmentHeaderLength
    /// The sequence that the next record must have.
    private(set) var sequence: UInt64
    private let bytes: [UInt8]
    private var commit: UInt64

    /// The segment of these bytes; nil where they do not begin with a segment's header.
    init?(_ bytes: [UInt8]) {
        guard let header = Format.SegmentHeader(bytes) else { return nil }
        self.header = header
        self.bytes = bytes
        sequence = header.firstSequence
        commit = header.firstSequence
    }

    mutating func next() -> Item {
        guard offset < bytes.count else { return .end }
        guard let record = record(at: offset), record.sequence == sequence,
            record.commit == commit || record.commit == sequence
        else { return .broken }
        let position = JournalPosition(segment: header.number, offset: UInt32(offset))
        let payload = Array(
            bytes[offset + Format.recordHeaderLength..<offset + Format.recordHeaderLength + record.length])
        offset += Format.recordHeaderLength + record.length
        sequence += 1
        commit = record.commit
        return .record(position, payload: payload)
    }

    /// Whether a record of a later commit stands behind the place where reading broke off. Then what is broken had been
    /// synced.
    func hasLaterCommit() -> Bool {
        // The bytes themselves are searched, since the lengths on the way may be what is damaged. Sequences that so few
        // bytes cannot have reached are passed over before anything is summed.
        let last = sequence + UInt64(bytes.count - offset)
        var candidate = offset + 1
        while candidate + Format.recordHeaderLength <= bytes.count {
            if let header = Format.RecordHeader(bytes, at: candidate), header.commit > sequence,
                header.commit <= header.sequence, header.sequence <= last, record(at: candidate) != nil
            {
                return true
            }
            candidate += 1
        }
        return false
    }

    /// The header at `start`, if a whole record with the right checksum stands there.
    private func record(at start: Int) -> Format.RecordHeader? {
        guard let record = Format.RecordHeader(bytes, at: start), record.length <= Format.payloadLimit else {
            return nil
        }
        let payloadStart = start + Format.recordHeaderLength
        guard record.length <= bytes.count - payloadStart else { return nil }
        let payload = bytes[payloadStart..<payloadStart + record.length]
        return record.checksum(of: payload, salt: header.salt) == record.checksum ? record : nil
    }
}
