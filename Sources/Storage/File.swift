import Glibc
import Wire

/// A call to the file system that failed.
public struct FileError: Error, Hashable, Sendable {
    /// The call: `open`, `write`, `sync`, …
    public var operation: String
    /// The file or directory.
    public var path: String
    /// The system's error number.
    public var code: Int32

    /// Whether there is no such file.
    var isMissing: Bool { code == ENOENT || code == ENOTDIR }

    static func last(_ operation: String, _ path: String) -> FileError {
        FileError(operation: operation, path: path, code: errno)
    }
}

extension FileError: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        // Safety: strerror gives a null-terminated string that lives until the thread's next call; it is copied at
        // once.
        "\(operation) \(path): \(unsafe String(cString: strerror(code)))"
    }
}

/// Runs calls to the file system whose failure is an error of the caller's own kind.
func failing<Value, Failure: Error>(
    as failure: (FileError) -> Failure, _ body: () throws(FileError) -> Value
) throws(Failure) -> Value {
    do throws(FileError) {
        return try body()
    } catch {
        throw failure(error)
    }
}

/// An open file, closed when nobody holds it any more. It may be used from any thread: reads and writes name their
/// place.
final class File: Sendable {
    enum Mode {
        case read
        case write
        case create
        /// Truncated, or created.
        case replace

        fileprivate var flags: Int32 {
            switch self {
            case .read: O_RDONLY
            case .write: O_RDWR
            case .create: O_RDWR | O_CREAT | O_EXCL
            case .replace: O_RDWR | O_CREAT | O_TRUNC
            }
        }
    }

    let path: String
    private let descriptor: Int32

    /// What a validator stores is nobody else's unless it is said to be: signed reports stand in its journal.
    init(_ path: String, _ mode: Mode, permissions: mode_t = 0o600) throws(FileError) {
        // Safety: the path is lent to the call as a null-terminated string.
        descriptor = unsafe Glibc.open(path, mode.flags | O_CLOEXEC | O_NOFOLLOW, permissions)
        guard descriptor >= 0 else { throw .last("open", path) }
        self.path = path
    }

    deinit { close(descriptor) }

    func size() throws(FileError) -> Int {
        var status = stat()
        // Safety: fstat fills the structure that is lent to it for the call.
        guard unsafe fstat(descriptor, &status) == 0 else { throw .last("stat", path) }
        return Int(status.st_size)
    }

    /// When the content was last written.
    func changed() throws(FileError) -> Timestamp {
        var status = stat()
        // Safety: fstat fills the structure that is lent to it for the call.
        guard unsafe fstat(descriptor, &status) == 0 else { throw .last("stat", path) }
        return Timestamp(milliseconds: UInt64(max(0, status.st_mtim.tv_sec)) * 1000)
    }

    /// Up to `count` bytes from `offset` on; fewer only at the end of the file.
    func read(_ count: Int, at offset: Int) throws(FileError) -> [UInt8] {
        var failure: FileError?
        // Safety: pread writes at most `count - done` bytes behind the first `done` of a buffer that has room for
        // `count`.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
            while done < count, let start = buffer.baseAddress {
                let got = unsafe pread(descriptor, start + done, count - done, off_t(offset + done))
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = .last("read", path) }
                guard got > 0 else { return }
                done += got
            }
        }
        if let failure { throw failure }
        return bytes
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(FileError) {
        var done = 0
        while done < bytes.count {
            // Safety: pwrite reads at most the `count - done` bytes behind the first `done` of the array, which is
            // borrowed for the call.
            let put = unsafe bytes.withUnsafeBytes { buffer in
                unsafe pwrite(
                    descriptor, buffer.baseAddress.map { unsafe $0 + done }, bytes.count - done, off_t(offset + done))
            }
            if put < 0, errno == EINTR { continue }
            guard put > 0 else { throw .last("write", path) }
            done += put
        }
    }

    /// Returns when the content is on the disk.
    func sync() throws(FileError) {
        guard fdatasync(descriptor) == 0 else { throw .last("sync", path) }
    }

    func truncate(to size: Int) throws(FileError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw .last("truncate", path) }
    }

    /// Whether the file is now locked for this process alone. The lock goes with the last holder, however the process
    /// ends.
    func tryLock() -> Bool {
        flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }
}
