/// Why a journal cannot be used. All of these stop the validator: it does not vote on what it may have forgotten.
public enum JournalError: Error, Hashable, Sendable {
    /// Another process has the journal open.
    case inUse(directory: String)
    /// The file system failed.
    case file(FileError)
    /// What had been synced can no longer be read. Nothing is repaired or thrown away: the validator must not vote, and
    /// recovers from others.
    case corrupt(segment: UInt64, offset: Int, reason: String)
    /// A segment between others is not there.
    case segmentMissing(UInt64)
    /// No record stands at that position.
    case noRecord(JournalPosition)
}

extension JournalError: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .inUse(let directory): "\(directory): another process has this journal open"
        case .file(let error): error.description
        case .corrupt(let segment, let offset, let reason):
            "journal segment \(segment) is damaged at byte \(offset): \(reason)"
        case .segmentMissing(let number): "journal segment \(number) is missing"
        case .noRecord(let position): "no record at byte \(position.offset) of journal segment \(position.segment)"
        }
    }
}

/// Runs calls to the file system whose failure is the journal's.
func journaling<Value>(_ body: () throws(FileError) -> Value) throws(JournalError) -> Value {
    try failing(as: JournalError.file, body)
}
