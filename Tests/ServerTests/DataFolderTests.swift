import Foundation
import Testing

@testable import Server

@Suite struct DataFolderTests {
    @Test func whatIsSetAsideIsKept() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("data-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let manager = FileManager.default
        try manager.createDirectory(atPath: "\(path)/journal", withIntermediateDirectories: true)
        try Data("records".utf8).write(to: URL(fileURLWithPath: "\(path)/journal/0000000001.journal"))
        try Data("key".utf8).write(to: URL(fileURLWithPath: "\(path)/terms.sha256"))

        let aside = try #require(try DataFolder(path).setAside(at: Date(timeIntervalSince1970: 1_800_000_000)))
        #expect(aside == "\(path)/set-aside-1800000000")
        #expect(try String(contentsOfFile: "\(aside)/journal/0000000001.journal", encoding: .utf8) == "records")
        #expect(!manager.fileExists(atPath: "\(path)/journal"))
        #expect(manager.fileExists(atPath: "\(path)/terms.sha256"))
        #expect(try DataFolder(path).setAside(at: Date()) == nil)
    }
}
