/// Small files that are there whole, old or new, whatever happens.
public enum DurableFile {
    /// Writes the bytes so that they are durable under that name when this returns, in the place of what was there. Its directory is made where it
    /// is missing.
    public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        try Directory.create(directory)
        let file = try File(path + ".new", .replace, permissions: 0o644)
        try file.write(bytes, at: 0)
        try file.sync()
        try Directory.rename(path + ".new", to: path)
        try Directory.sync(directory)
    }
}
