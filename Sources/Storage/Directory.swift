import CLinux
import Glibc

/// Calls on names in the file system, as opposed to an open `File`.
// Safety: each path is lent to the call as a null-terminated string, and no call keeps it.
enum Directory {
    /// Makes the directory and those above it where they are missing.
    static func create(_ path: String) throws(FileError) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += part + "/"
            guard unsafe mkdir(made, 0o755) == 0 || errno == EEXIST else { throw .last("mkdir", made) }
        }
    }

    /// Returns when the directory's names are on the disk.
    static func sync(_ path: String) throws(FileError) {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .last("sync", path) }
    }

    /// Returns when everything that was written to the file system of this directory is on the disk.
    static func syncFileSystem(_ path: String) throws(FileError) {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("open", path) }
        defer { close(descriptor) }
        guard syncfs(descriptor) == 0 else { throw .last("syncfs", path) }
    }

    /// Puts the file `old` in the place of `new`, at once.
    static func rename(_ old: String, to new: String) throws(FileError) {
        guard unsafe Glibc.rename(old, new) == 0 else { throw .last("rename", new) }
    }

    /// Removes a file, if there is one.
    static func remove(_ path: String) throws(FileError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw .last("unlink", path) }
    }

    /// Removes an empty directory, if there is one.
    static func removeDirectory(_ path: String) throws(FileError) {
        guard unsafe rmdir(path) == 0 || errno == ENOENT else { throw .last("rmdir", path) }
    }

    /// What stands in a directory.
    struct Item {
        var name: String
        /// Links are files: nothing is followed.
        var isDirectory: Bool
    }

    /// The names in a directory, in order.
    static func items(_ path: String) throws(FileError) -> [Item] {
        // Safety: the stream is opened, read and closed here; each entry is copied before the next call, which may
        // overwrite it.
        guard let stream = unsafe opendir(path) else { throw .last("opendir", path) }
        defer { unsafe closedir(stream) }
        var items: [Item] = []
        errno = 0
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) {
                    unsafe String(cString: $0)
                }
            }
            let isDirectory = unsafe Int32(entry.pointee.d_type) == Int32(DT_DIR)
            if name != "." && name != ".." { items.append(Item(name: name, isDirectory: isDirectory)) }
        }
        guard errno == 0 else { throw .last("readdir", path) }
        return items.sorted { $0.name < $1.name }
    }
}
