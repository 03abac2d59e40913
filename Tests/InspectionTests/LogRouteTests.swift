import Cryptography
import Foundation
import Storage
import Telemetry
import Testing
import TransparencyLog
import Wire

@testable import Inspection

private struct EntriesBody: Decodable {
    struct Item: Decodable {
        struct Block: Decodable { var height: UInt64 }
        struct Observation: Decodable {
            var edge: UInt32
            var kind: String
            var polarity: String
        }
        var index: UInt64
        var leafHash: String
        var block: Block?
        var observation: Observation?
    }
    var entries: [Item]
    var complete: Bool
    var next: UInt64?
    var checkpointSize: UInt64
}

@Test func entriesCanBeReadPageByPageToTheEnd() async throws {
    var log = try LogOnDisk()
    defer { log.remove() }
    for height in 1...300 as ClosedRange<UInt64> { try log.add(height: height, observationsOf: [3]) }
    let size = try log.publish()
    // What is in the tree but not under the published head is not told.
    try log.add(height: 301, observationsOf: [])
    let hashes = log.entries.prefix(Int(size)).map { Merkle.leaf($0.encoded()).description }
    try await withSite(log.directory) { site in
        var next: UInt64? = 0
        var read: [EntriesBody.Item] = []
        while let from = next {
            let page = try await site.ask("/api/v1/entries?from=\(from)&limit=151").json(EntriesBody.self)
            #expect(page.checkpointSize == size && page.complete == (page.next == nil))
            read += page.entries
            next = page.next
        }
        #expect(read.map(\.index) == Array(0..<size))
        #expect(read.map(\.leafHash) == hashes)
        #expect(read[0].block?.height == 1 && read[0].observation == nil)
        let observation = try #require(read[1].observation)
        #expect(observation.edge == 3 && observation.kind == "adhesion" && observation.polarity == "seen")
    }
}

@Test func withoutAStartTheLastEntriesAreTold() async throws {
    var log = try LogOnDisk()
    defer { log.remove() }
    for height in 1...10 as ClosedRange<UInt64> { try log.add(height: height, observationsOf: []) }
    try log.publish()
    try await withSite(log.directory) { site in
        let page = try await site.ask("/api/v1/entries?limit=4&size=10").json(EntriesBody.self)
        #expect(page.entries.map(\.index) == [6, 7, 8, 9] && page.complete)
        #expect(try await site.ask("/api/v1/entries?from=10").json(EntriesBody.self).entries.isEmpty)
        let beyond = try await site.ask("/api/v1/entries?from=11")
        #expect(beyond.status == 404)
        #expect(try beyond.json(ErrorBody.self).error.code == "beyond_the_log")
    }
}

@Test func aProofIsAboutThePublishedHead() async throws {
    var log = try LogOnDisk()
    defer { log.remove() }
    for height in 1...300 as ClosedRange<UInt64> { try log.add(height: height, observationsOf: []) }
    try log.publish()
    try await withSite(log.directory) { site in
        let answer = try await site.ask("/api/v1/proof?index=257")
        let receipt = try InclusionReceipt(parsing: answer.bytes)
        let head = receipt.signed.checkpoint
        #expect(receipt.index == 257 && head.size == 300)
        let leaf = Merkle.leaf(log.entries[257].encoded())
        #expect(
            MerkleProof.verifyInclusion(of: leaf, at: 257, in: head.size, root: head.root, proof: receipt.proof))
        #expect(try await site.ask("/api/v1/proof?index=300").status == 404)
        #expect(try await site.ask("/api/v1/proof").status == 400)
    }
}

@Test func damageOnDiskIsSaidAndNotServed() async throws {
    var log = try LogOnDisk()
    defer { log.remove() }
    try log.add(height: 1, observationsOf: [1])
    try log.publish()
    try Data([0, 9, 1]).write(to: URL(filePath: log.directory + "/tile/entries/000.p/2"))
    try await withSite(log.directory) { site in
        let answer = try await site.ask("/api/v1/entries")
        #expect(answer.status == 500)
        #expect(try answer.json(ErrorBody.self).error.code == "damaged")
    }
}

@Test func blocksGoOnInTheIndexWhereMemoryEnds() async throws {
    struct Body: Decodable {
        struct Block: Decodable {
            var height: UInt64
            var entries: Int?
        }
        var blocks: [Block]
        var complete: Bool
        var next: UInt64?
    }
    let log = try LogOnDisk()
    defer { log.remove() }
    let index = try Index(path: log.directory + "/index.sqlite")
    try index.apply(
        (1...7 as ClosedRange<UInt64>).map {
            IndexedBlock(height: $0, view: $0, time: start, size: 0, root: .zero, hash: Digest.sha256([UInt8($0)]))
        })
    try await withSite(log.directory, change: { $0.index = index }) { site in
        site.notices.yield(.block(block(8, size: 1)))
        site.notices.yield(.block(block(9, size: 2)))
        let first = try await site.ask("/api/v1/blocks?limit=4&size=2").json(Body.self)
        #expect(first.blocks.map(\.height) == [9, 8, 7, 6])
        #expect(first.blocks.map(\.entries) == [3, 3, nil, nil])
        #expect(first.next == 6 && !first.complete)
        let rest = try await site.ask("/api/v1/blocks?limit=9&below=6").json(Body.self)
        #expect(rest.blocks.map(\.height) == [5, 4, 3, 2, 1])
        #expect(rest.next == nil && rest.complete)
    }
}
