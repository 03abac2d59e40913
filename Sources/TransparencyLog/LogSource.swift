/// Where a log's files are read from: a directory, a web server, memory. Nothing that it gives is trusted.
public protocol LogSource {
    /// The file at `path`, at most `path.byteLimit` bytes.
    func read(_ path: LogPath) throws(SourceError) -> [UInt8]

    /// The paths of all files there are, relative to the log's prefix, or nil where files cannot be listed.
    func list() throws(SourceError) -> [String]?
}

extension LogSource {
    /// Most sources cannot be listed.
    public func list() throws(SourceError) -> [String]? { nil }
}

/// Why a file could not be had.
public enum SourceError: Error, Hashable, Sendable {
    /// There is none.
    case missing
    /// It is longer than any such file may be.
    case tooLong(limit: Int)
    /// Reading failed.
    case failed(String)
}

extension SourceError: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .missing: "missing"
        case .tooLong(let limit): "longer than \(limit) bytes"
        case .failed(let reason): reason
        }
    }
}
