import Cryptography

/// Why a model version's file cannot be read or written.
public enum ModelFileError: Error, Hashable, Sendable {
    /// There is no such file.
    case missing(Digest)
    /// The file is not what its name says: damaged, or not ours.
    case damaged(Digest)
    /// The file system failed.
    case file(FileError)
}

extension ModelFileError: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .missing(let digest): "the file of version \(digest) is not here"
        case .damaged(let digest): "the file of version \(digest) is damaged"
        case .file(let error): error.description
        }
    }
}

/// The files of model versions, each named by its SHA-256: `<directory>/<64 hexadecimal digits>`.
///
/// They are derived from the journal, so they are written in one piece but not synced; what a crash takes is computed again. Any thread
/// may use this.
public struct ModelFiles: Sendable {
    private let directory: String

    /// A version's file is no larger than this.
    public static let byteLimit = 64 << 20

    /// The files in `directory`, which is made where it is missing.
    public init(directory: String) throws(ModelFileError) {
        self.directory = directory
        do { try Directory.create(directory) } catch { throw .file(error) }
    }

    /// The file of that digest, checked.
    public func read(_ digest: Digest) throws(ModelFileError) -> [UInt8] {
        let bytes: [UInt8]
        do throws(FileError) {
            let file = try File("\(directory)/\(digest)", .read)
            bytes = try file.read(min(try file.size(), Self.byteLimit + 1), at: 0)
        } catch {
            throw error.isMissing ? .missing(digest) : .file(error)
        }
        guard Digest.sha256(bytes) == digest else { throw .damaged(digest) }
        return bytes
    }

    /// Up to `count` bytes of that file from `offset` on, as they are: the caller checks the whole.
    public func read(_ count: Int, at offset: Int, of digest: Digest) throws(ModelFileError) -> [UInt8] {
        do throws(FileError) {
            return try File("\(directory)/\(digest)", .read).read(count, at: offset)
        } catch {
            throw error.isMissing ? .missing(digest) : .file(error)
        }
    }

    /// Writes a file under its digest.
    public func write(_ bytes: [UInt8]) throws(ModelFileError) {
        let path = "\(directory)/\(Digest.sha256(bytes))"
        do throws(FileError) {
            try File("\(path).new", .replace, permissions: 0o644).write(bytes, at: 0)
            try Directory.rename("\(path).new", to: path)
        } catch {
            throw .file(error)
        }
    }
}
