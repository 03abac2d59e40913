import TransparencyLog

/// A log's files in a local directory.
public struct DirectorySource: LogSource, Sendable {
    private let directory: String

    /// No log's tree is deeper: `tile/<level>/x000/…/000.p/<width>`.
    private static let depthLimit = 12

    /// The log whose `checkpoint` and `tile` stand in `directory`.
    public init(_ directory: String) {
        self.directory = directory
    }

    /// The file at `path`.
    public func read(_ path: LogPath) throws(SourceError) -> [UInt8] {
        let bytes: [UInt8]
        do throws(FileError) {
            let file = try File(directory + "/" + path.text, .read)
            // One byte more than there may be shows that there is too much.
            bytes = try file.read(min(try file.size(), path.byteLimit + 1), at: 0)
        } catch {
            throw error.isMissing ? .missing : .failed(error.description)
        }
        guard bytes.count <= path.byteLimit else { throw .tooLong(limit: path.byteLimit) }
        return bytes
    }

    /// The relative paths of all files, links included; nothing is followed. A file that is being made while this runs
    /// may or may not be among them.
    public func list() throws(SourceError) -> [String]? {
        var files: [String] = []
        var open: [(path: String, depth: Int)] = [("", 0)]
        while let (prefix, depth) = open.popLast() {
            for item in try items(prefix) {
                if item.isDirectory && depth < Self.depthLimit {
                    open.append((prefix + item.name + "/", depth + 1))
                } else {
                    files.append(prefix + item.name)
                }
            }
        }
        return files
    }

    private func items(_ prefix: String) throws(SourceError) -> [Directory.Item] {
        do throws(FileError) {
            return try Directory.items(directory + "/" + prefix)
        } catch {
            throw error.isMissing ? .missing : .failed(error.description)
        }
    }
}
