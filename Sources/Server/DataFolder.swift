import Foundation

/// Where a validator keeps its journal and all that is derived from it.
public struct DataFolder: Sendable {
    /// The folder.
    public let path: String

    /// The folder at `path`.
    public init(_ path: String) {
        self.path = path
    }

    /// What a journal's records are, and what is made of them.
    private static let contents = [
        "journal", "index.sqlite", "index.sqlite-wal", "index.sqlite-shm", "log", "snapshots", "work",
    ]

    /// Moves journal, index and log, as far as they are there, into a new folder beside them, so that the next start finds none and learns from
    /// the others. Nothing is deleted. Returns that folder; nil where there was nothing to move.
    public func setAside(at time: Date) throws -> String? {
        let manager = FileManager.default
        let found = Self.contents.filter { manager.fileExists(atPath: "\(path)/\($0)") }
        guard !found.isEmpty else { return nil }
        let aside = "\(path)/set-aside-\(Int(time.timeIntervalSince1970))"
        try manager.createDirectory(atPath: aside, withIntermediateDirectories: false)
        for name in found { try manager.moveItem(atPath: "\(path)/\(name)", toPath: "\(aside)/\(name)") }
        return aside
    }
}
