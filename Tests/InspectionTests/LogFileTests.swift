import Foundation
import Testing
import TransparencyLog

@testable import Inspection

@Test func theCheckpointIsServedAsItLiesOnDisk() async throws {
    var log = try LogOnDisk()
    defer { log.remove() }
    try log.add(height: 1, observationsOf: [1, 2])
    try log.publish()
    try await withSite(log.directory) { site in
        let answer = try await site.ask("/checkpoint")
        #expect(answer.status == 200)
        #expect(try answer.bytes == [UInt8](Data(contentsOf: URL(filePath: log.directory + "/checkpoint"))))
        #expect(answer.headers["content-type"] == "text/plain; charset=utf-8")
        #expect(answer.headers["cache-control"] == "public, max-age=1")
    }
}

@Test func tilesAreImmutableBytes() async throws {
    var log = try LogOnDisk()
    defer { log.remove() }
    try log.add(height: 1, observationsOf: [1, 2])
    try log.publish()
    try await withSite(log.directory) { site in
        for path in ["/tile/0/000.p/3", "/tile/entries/000.p/3"] {
            let answer = try await site.ask(path)
            #expect(answer.status == 200)
            #expect(try answer.bytes == [UInt8](Data(contentsOf: URL(filePath: log.directory + path))))
            #expect(answer.headers["content-type"] == "application/octet-stream")
            #expect(answer.headers["cache-control"] == "public, max-age=31536000, immutable")
            let head = try await site.ask(path, method: "HEAD")
            #expect(head.status == 200 && head.bytes.isEmpty)
            #expect(head.headers["content-length"] == "\(answer.bytes.count)")
        }
    }
}

@Test func onlyTheOneSpellingOfATilesPathIsFound() async throws {
    var log = try LogOnDisk()
    defer { log.remove() }
    try log.add(height: 1, observationsOf: [1, 2])
    try log.publish()
    // Whatever a looser reading of a path would find is really there.
    let files = FileManager.default
    for path in ["tile/0/x01", "tile/0/000.p/03", "tile/00/000", "secret"] {
        let url = URL(filePath: log.directory).appending(path: path)
        try files.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data([1]).write(to: url)
    }
    let wrong = [
        "/tile/0/x01", "/tile/0/000.p/03", "/tile/00/000", "/tile/0/000.p/0", "/tile/0/000.p/256", "/tile/0/000.p/3/",
        "/tile/0/x000/000.p/3", "/tile/0/0.p/3", "/tile/8/000", "/tile/entries/000.P/3", "/tile/0", "/tile", "/tile/",
        "/tile/0/%30%30%30.p/3", "/tile/..%2fsecret", "/tile/%2e%2e/secret", "/tile/0/..%2f..%2fsecret", "/secret",
        "/tile/0/000.p/3%00", "//tile/0/000.p/3",
    ]
    try await withSite(log.directory) { site in
        for path in wrong {
            let answer = try await site.ask(path)
            #expect(answer.status == 404, "\(path)")
            #expect(answer.headers["content-type"] == "application/json; charset=utf-8")
        }
    }
}

@Test func aPathThatClimbsIsNoPathOfTheLog() {
    // A URL library may tidy these before they are sent; an attacker's does not.
    for path in ["tile/../secret", "tile/0/../../secret", "tile/0/./000.p/3", "/tile/0/000", "tile//0/000", ""] {
        #expect(LogPath(path) == nil, "\(path)")
    }
}

@Test func withoutACheckpointTheLogIsUnavailable() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    try await withSite(log.directory) { site in
        for path in ["/checkpoint", "/api/v1/entries"] {
            let answer = try await site.ask(path)
            #expect(answer.status == 503)
            #expect(try answer.json(ErrorBody.self).error.code == "unavailable")
        }
    }
}

struct ErrorBody: Decodable {
    struct Reason: Decodable {
        var status: Int
        var code: String
        var message: String
        var parameter: String?
    }
    var error: Reason
}
