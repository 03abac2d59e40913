import Foundation
import Geography
import Schema
import SwiftProtobuf
import Testing

@testable import Roads

private func smallMap() throws -> [UInt8] {
    MapDrawing("A--B--C", origin: try helsinki()).osm(ways: ["ABC": ["highway": "primary"]])
}

/// A blob with its frame.
private func frame(_ type: String, _ blob: Waymark_Osm_Blob, size: Int32? = nil) throws -> [UInt8] {
    let body: [UInt8] = try blob.serializedBytes()
    let header: [UInt8] = try Waymark_Osm_BlobHeader.with {
        $0.type = type
        $0.datasize = size ?? Int32(body.count)
    }.serializedBytes()
    return [0, 0, UInt8(header.count >> 8), UInt8(header.count & 255)] + header + body
}

private func raw(_ message: some Message) throws -> Waymark_Osm_Blob {
    let bytes: Data = try message.serializedBytes()
    return .with { $0.raw = bytes }
}

private func header(_ features: [String] = []) throws -> [UInt8] {
    try frame("OSMHeader", raw(Waymark_Osm_HeaderBlock.with { $0.requiredFeatures = features }))
}

/// A file with one block of elements, which starts behind the header.
private func file(_ group: Waymark_Osm_PrimitiveGroup, strings: [String] = ["", "highway", "primary"]) throws -> [UInt8]
{
    let block = Waymark_Osm_PrimitiveBlock.with {
        $0.stringtable = .with { $0.s = strings.map { Data($0.utf8) } }
        $0.primitivegroup = [group]
    }
    return try header() + frame("OSMData", raw(block))
}

@Test func everyTruncationOfAMapIsRefused() throws {
    let map = try smallMap()
    for count in 0..<map.count {
        #expect(throws: MapError.self, "cut to \(count) bytes") { try RoadNetwork(osm: Array(map[..<count])) }
    }
    #expect(throws: MapError.noHeader) { try RoadNetwork(osm: []) }
    #expect(throws: MapError.truncated(offset: 0)) { try RoadNetwork(osm: Array(map[..<3])) }
    #expect(throws: MapError.noRoads) { try RoadNetwork(osm: header()) }
}

@Test func noFlippedBitIsMoreThanARefusal() throws {
    let map = try smallMap()
    for index in map.indices {
        for bit in 0..<8 {
            var flipped = map
            flipped[index] ^= 1 << UInt8(bit)
            // It is a map or it is refused: nothing else can come out.
            do { #expect(try RoadNetwork(osm: flipped).edgeCount > 0) } catch { #expect(!error.description.isEmpty) }
        }
    }
}

@Test func sizesAreBoundedBeforeTheyAreBelieved() throws {
    let limit = OSMFile.headerLimit
    #expect(throws: MapError.tooLong(offset: 0, count: limit + 1, limit: limit)) {
        try RoadNetwork(osm: [0, 1, 0, 1])
    }
    let blob = try raw(Waymark_Osm_HeaderBlock())
    let start = try header().count
    let huge = Int32(OSMFile.blobLimit + 1)
    #expect(throws: MapError.tooLong(offset: start, count: Int(huge), limit: OSMFile.blobLimit)) {
        try RoadNetwork(osm: header() + frame("OSMData", blob, size: huge))
    }
    #expect(throws: MapError.malformed(offset: start, reason: .number)) {
        try RoadNetwork(osm: header() + frame("OSMData", blob, size: -1))
    }
    #expect(throws: MapError.tooLong(offset: start, count: Int(huge), limit: OSMFile.blobLimit)) {
        let bomb = Waymark_Osm_Blob.with {
            $0.zlibData = Data([120, 156])
            $0.rawSize = huge
        }
        return try RoadNetwork(osm: header() + frame("OSMData", bomb))
    }
}

@Test func whatOpensWithoutAHeaderIsNoMap() throws {
    #expect(throws: MapError.noHeader) { try RoadNetwork(osm: frame("OSMData", raw(Waymark_Osm_HeaderBlock()))) }
    #expect(throws: MapError.unsupportedFeature("HistoricalInformation")) {
        try RoadNetwork(osm: header(["OsmSchema-V0.6", "HistoricalInformation"]))
    }
}

@Test func blobsOfUnknownTypeArePassedOver() throws {
    let map = try smallMap()
    let start = try header(["OsmSchema-V0.6", "DenseNodes"]).count
    let unknown = try frame("SomethingElse", raw(Waymark_Osm_HeaderBlock()))
    #expect(try RoadNetwork(osm: Array(map[..<start]) + unknown + map[start...]).edgeCount == 1)
}

@Test func packedBytesMustUnpackToTheirSize() throws {
    let packed: [UInt8] = [120, 156, 43, 79, 172, 204, 77, 44, 202, 86, 40, 199, 65, 3, 0, 209, 248, 12, 113]
    #expect(Inflate.inflate(packed, count: 32) == Array(String(repeating: "waymark ", count: 4).utf8))
    for count in [0, 31, 33] { #expect(Inflate.inflate(packed, count: count) == nil) }
    for count in 0..<packed.count { #expect(Inflate.inflate(Array(packed[..<count]), count: 32) == nil) }
    let start = try header().count
    #expect(throws: MapError.malformed(offset: start, reason: .compression)) {
        let blob = Waymark_Osm_Blob.with {
            $0.zlibData = Data(packed)
            $0.rawSize = 31
        }
        return try RoadNetwork(osm: header() + frame("OSMData", blob))
    }
    #expect(throws: MapError.unsupportedCompression(offset: start)) {
        try RoadNetwork(osm: header() + frame("OSMData", Waymark_Osm_Blob()))
    }
}

@Test func listsThatBelongTogetherAreEquallyLong() throws {
    let start = try header().count
    #expect(throws: MapError.malformed(offset: start, reason: .lists)) {
        try RoadNetwork(
            osm: file(
                .with {
                    $0.ways = [
                        .with {
                            $0.id = 1
                            $0.keys = [1, 2]
                            $0.vals = [2]
                        }
                    ]
                }))
    }
    #expect(throws: MapError.malformed(offset: start, reason: .lists)) {
        try RoadNetwork(
            osm: file(
                .with {
                    $0.dense.id = [1, 1]
                    $0.dense.lat = [0, 0]
                    $0.dense.lon = [0]
                }))
    }
}

@Test func numbersOutOfRangeAreRefused() throws {
    let start = try header().count
    func way(keys: [UInt32], refs: [Int64]) -> Waymark_Osm_PrimitiveGroup {
        .with {
            $0.ways = [
                .with {
                    $0.id = 1
                    $0.keys = keys
                    $0.vals = [UInt32](repeating: 2, count: keys.count)
                    $0.refs = refs
                }
            ]
        }
    }
    #expect(throws: MapError.malformed(offset: start, reason: .string)) {
        try RoadNetwork(osm: file(way(keys: [1, 3], refs: [1, 1])))
    }
    #expect(throws: MapError.malformed(offset: start, reason: .number)) {
        try RoadNetwork(osm: file(way(keys: [1], refs: [.max, 1])))
    }
    for latitude in [Int64.max, .min, 900_000_001] {
        #expect(throws: MapError.malformed(offset: start, reason: .coordinate)) {
            try RoadNetwork(
                osm: file(
                    .with {
                        $0.dense.id = [1]
                        $0.dense.lat = [latitude]
                        $0.dense.lon = [0]
                    }))
        }
    }
}
