import Cryptography
import Foundation
import Models
import Roads
import Telemetry
import Testing

@testable import Inspection

extension LogOnDisk {
    /// Puts a file into the folder of versions; returns its digest.
    fileprivate func keep(_ bytes: [UInt8]) throws -> Digest {
        try FileManager.default.createDirectory(atPath: directory + "/models", withIntermediateDirectories: true)
        let digest = Digest.sha256(bytes)
        try Data(bytes).write(to: URL(filePath: "\(directory)/models/\(digest)"))
        return digest
    }
}

@Test func aVersionsFileIsServedUnderItsDigest() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 * $0 >> 3) }
    let digest = try log.keep(bytes)
    try await withSite(log.directory, change: { $0.modelsDirectory = log.directory + "/models" }) { site in
        for _ in 0..<2 {
            let answer = try await site.ask("/blobs/\(digest)")
            #expect(answer.status == 200 && answer.bytes == bytes)
            #expect(answer.headers["content-type"] == "application/octet-stream")
            #expect(answer.headers["cache-control"] == "public, max-age=31536000, immutable")
        }
        let head = try await site.ask("/blobs/\(digest)", method: "HEAD")
        #expect(head.bytes.isEmpty && head.headers["content-length"] == "100000")
    }
}

@Test func onlyADigestInItsOneSpellingNamesAFile() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    let digest = try log.keep([1, 2, 3]).description
    try Data([4]).write(to: URL(filePath: log.directory + "/secret"))
    try await withSite(log.directory, change: { $0.modelsDirectory = log.directory + "/models" }) { site in
        for name in [
            digest.uppercased(), String(digest.dropLast()), digest + "0", version("none").description, "..%2fsecret",
            "%2e%2e/secret", "", String(repeating: "z", count: 64),
        ] {
            let answer = try await site.ask("/blobs/\(name)")
            #expect(answer.status == 404, "\(name)")
        }
        #expect(try await site.ask("/blobs/\(digest)?x=1").status == 400)
    }
    try await withSite(log.directory) { site in
        let answer = try await site.ask("/blobs/\(digest)")
        #expect(answer.status == 404)
    }
}

@Test func aFileThatDoesNotHaveItsDigestIsNotServed() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    let digest = try log.keep([1, 2, 3])
    try Data([1, 2, 4]).write(to: URL(filePath: "\(log.directory)/models/\(digest)"))
    try await withSite(log.directory, change: { $0.modelsDirectory = log.directory + "/models" }) { site in
        let answer = try await site.ask("/blobs/\(digest)")
        #expect(answer.status == 500)
        #expect(try answer.json(ErrorBody.self).error.code == "damaged")
    }
}

// Learned speeds

private struct SpeedsBody: Decodable {
    var version: String
    var slot: Int
    var arcs: [[UInt32]]
}

/// Every traversal of the arc took e^(quarters ÷ 4) times as long as at free flow.
private func cell(_ arc: UInt32, slot: UInt16 = TravelTimeModel.anySlot, quarters: Int64) throws -> TravelTimeCell {
    let count: UInt32 = 1000 << 10
    let evidence = TravelTimeEvidence(
        count: count, sum: Int64(count) * quarters << 8, squares: Int64(count) * quarters * quarters << 6)
    return TravelTimeCell(arc: arc, slot: slot, evidence: try #require(evidence))
}

private func model(_ cells: [TravelTimeCell]) -> TravelTimeModel {
    TravelTimeModel(cells: cells, classes: TravelTimeModel().classes)
}

private func training(_ current: Digest) -> Training {
    var training = Training()
    training.add(opened(.travelTimes, 1, base: current))
    return training
}

@Test func roadsAreAsFastAsTheFleetHasLearned() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    // Slow on the long road, quick on the lane at one hour; and a road that this map does not have.
    let learned = model([
        try cell(0, quarters: 4), try cell(2, slot: 9, quarters: -1), try cell(2, quarters: 0),
        try cell(4_000_000, quarters: 2),
    ])
    let digest = try log.keep(learned.encoded())
    let index = try training(digest).index(in: log.directory)
    let map = try street()
    try await withSite(
        log.directory, map: map,
        change: {
            $0.index = index
            $0.modelsDirectory = log.directory + "/models"
        }
    ) { site in
        let answer = try await site.ask("/api/v1/roads/speeds?slot=9")
        let body = try answer.json(SpeedsBody.self)
        #expect(body.version == digest.description && body.slot == 9)
        #expect(body.arcs.map { $0[0] } == [0, 2])
        // e^−1 and e^(1/4), less what two traversals of the prior take.
        #expect((368...370).contains(body.arcs[0][1]) && (1280...1284).contains(body.arcs[1][1]))
        let tag = try #require(answer.headers["etag"])
        let again = try await site.ask("/api/v1/roads/speeds?slot=9", headers: ["If-None-Match": tag])
        #expect(again.status == 304)
        let other = try await site.ask("/api/v1/roads/speeds?slot=10").json(SpeedsBody.self)
        #expect(other.arcs[1] == [2, 1000])
        // By the hour of log time where none is named.
        let now = try await site.ask("/api/v1/roads/speeds").json(SpeedsBody.self)
        #expect(now.slot == Int(TravelTimeModel.slot(at: start)))
        #expect(try await site.ask("/api/v1/roads/speeds?slot=168").status == 400)
    }
}

@Test func whatEveryFleetStartsFromNeedsNoFile() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    let index = try training(Digest.sha256(TravelTimeModel().encoded())).index(in: log.directory)
    try await withSite(log.directory, map: try street(), change: { $0.index = index }) { site in
        let body = try await site.ask("/api/v1/roads/speeds").json(SpeedsBody.self)
        #expect(body.arcs.isEmpty)
    }
}

@Test func speedsThatCannotBeToldAreSaidToBeSo() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    try await withSite(log.directory, map: try street()) { site in
        let answer = try await site.ask("/api/v1/roads/speeds")
        #expect(answer.status == 404)
    }
    let index = try training(version("elsewhere")).index(in: log.directory)
    try await withSite(log.directory, change: { $0.index = index }) { site in
        let answer = try await site.ask("/api/v1/roads/speeds")
        #expect(answer.status == 404)
    }
    try await withSite(
        log.directory, map: try street(),
        change: {
            $0.index = index
            $0.modelsDirectory = log.directory + "/models"
        }
    ) { site in
        let answer = try await site.ask("/api/v1/roads/speeds")
        #expect(answer.status == 503)
        #expect(try answer.json(ErrorBody.self).error.message.hasSuffix("is not here yet"))
    }
}
