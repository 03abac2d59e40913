import Foundation

@testable import Server

/// A folder for one test, gone with the value.
final class Scratch {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("waymark-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("\(path) stays: \(error)")
        }
    }

    /// A fresh committee in the folder.
    func committee(_ validators: Int = 4) throws -> (folder: CommitteeFolder, file: CommitteeFile) {
        let folder = CommitteeFolder(path: path)
        return (folder, try folder.create(.init(origin: "town.example/log", validators: validators)))
    }

    func read(_ name: String) throws -> String {
        try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }

    /// Replaces `old` in a file, where it must stand.
    func edit(_ name: String, _ old: String, _ new: String) throws {
        let text = try read(name)
        guard text.contains(old) else { throw Missing(text: old) }
        try write(text.replacingOccurrences(of: old, with: new), to: name)
    }
}

struct Missing: Error {
    let text: String
}

/// What the error says that `body` throws; nil where it throws none.
func complaint(_ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch {
        return "\(error)"
    }
}
