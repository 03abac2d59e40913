/// Reads a journal from its first record to its last, and decides where the next one goes.
struct JournalOpening {
    typealias Format = JournalFormat

    let directory: String
    /// The first record that is wanted; nil where all are.
    let start: JournalPosition?
    private(set) var recovery = Journal.Recovery()
    private(set) var nextSequence: UInt64 = 1
    private(set) var header = Format.SegmentHeader.new(1, firstSequence: 1)
    private(set) var file: File?
    private(set) var end = Format.segmentHeaderLength

    init(directory: String, start: JournalPosition? = nil) {
        self.directory = directory
        self.start = start
    }

    mutating func run(_ replay: (JournalPosition, [UInt8]) throws -> Void) throws {
        let directory = directory
        let all = try journaling { () throws(FileError) in try Journal.segmentNumbers(directory) }
        let numbers = all.filter { $0 >= start?.segment ?? 0 }
        if let start, numbers.first != start.segment { throw JournalError.segmentMissing(start.segment) }
        for (index, number) in numbers.enumerated() {
            if index > 0, numbers[index - 1] + 1 != number { throw JournalError.segmentMissing(numbers[index - 1] + 1) }
            let isFirst = index == 0
            try read(number, isFirst: isFirst, isLast: index == numbers.count - 1, replay)
        }
    }

    private mutating func read(
        _ number: UInt64, isFirst: Bool, isLast: Bool, _ replay: (JournalPosition, [UInt8]) throws -> Void
    ) throws {
        let path = Journal.path(directory, number)
        let (segmentFile, bytes) = try journaling { () throws(FileError) in
            let file = try File(path, .write)
            return (file, try file.read(file.size(), at: 0))
        }
        guard var segment = JournalSegment(bytes), segment.header.number == number,
            isFirst || segment.header.firstSequence == nextSequence
        else { return try dropUnfinished(number, bytes.count, isLast: isLast) }
        nextSequence = segment.sequence
        while case .record(let position, let payload) = segment.next() {
            nextSequence = segment.sequence
            if let start, position < start { continue }
            try replay(position, payload)
            recovery.records += 1
        }
        try close(segment, segmentFile, bytes.count, isLast: isLast)
    }

    /// A last segment without a whole header is one that a crash kept from being made: no record can be in it.
    private mutating func dropUnfinished(_ number: UInt64, _ count: Int, isLast: Bool) throws(JournalError) {
        guard isLast, count <= Format.segmentHeaderLength else {
            throw .corrupt(
                segment: number, offset: 0, reason: "its header cannot be read or does not follow the segment before")
        }
        recovery.tornBytes += count
        let directory = directory
        try journaling { () throws(FileError) in
            try Directory.remove(Journal.path(directory, number))
            try Directory.sync(directory)
        }
        header = .new(number, firstSequence: nextSequence)
        file = nil
        end = Format.segmentHeaderLength
    }

    private mutating func close(
        _ segment: JournalSegment, _ segmentFile: File, _ count: Int, isLast: Bool
    ) throws(JournalError) {
        let torn = count - segment.offset
        if torn > 0 {
            guard isLast, !segment.hasLaterCommit() else {
                throw .corrupt(
                    segment: segment.header.number, offset: segment.offset,
                    reason: "record \(segment.sequence) was synced and cannot be read")
            }
        }
        guard isLast else { return }
        try journaling { () throws(FileError) in
            if torn > 0 { try segmentFile.truncate(to: segment.offset) }
            // What is kept of a commit that was cut short counts from now on, so it has to be durable.
            try segmentFile.sync()
        }
        recovery.tornBytes += torn
        header = segment.header
        file = segmentFile
        end = segment.offset
    }
}
