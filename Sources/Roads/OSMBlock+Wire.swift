import Foundation
import Geography
import Schema
import SwiftProtobuf

/// What stands in front of a blob.
struct OSMBlobHeader {
    /// `OSMHeader`, `OSMData`, or what a reader passes over.
    var type: String
    /// Bytes of the blob that follows.
    var count: Int

    init(decoding bytes: [UInt8], offset: Int) throws(MapError) {
        let message: Waymark_Osm_BlobHeader = try decode(bytes, offset: offset)
        guard message.datasize >= 0 else { throw .malformed(offset: offset, reason: .number) }
        (type, count) = (message.type, Int(message.datasize))
    }
}

/// A blob's bytes, packed or not.
enum OSMBlob {
    case plain([UInt8])
    case zlib([UInt8], count: Int)

    init(decoding bytes: [UInt8], offset: Int) throws(MapError) {
        let message: Waymark_Osm_Blob = try decode(bytes, offset: offset)
        guard message.rawSize >= 0 else { throw .malformed(offset: offset, reason: .number) }
        if message.hasRaw {
            self = .plain(Array(message.raw))
        } else if message.hasZlibData {
            self = .zlib(Array(message.zlibData), count: Int(message.rawSize))
        } else {
            throw .unsupportedCompression(offset: offset)
        }
    }
}

/// A way: the nodes along it and what its tags say.
struct OSMWay {
    var nodes: [Int64]
    var tags: [String: String]
}

/// A block of elements, read on demand.
struct OSMBlock {
    private let message: Waymark_Osm_PrimitiveBlock
    private let offset: Int

    init(decoding bytes: [UInt8], offset: Int) throws(MapError) {
        message = try decode(bytes, offset: offset)
        self.offset = offset
    }

    static func requiredFeatures(decoding bytes: [UInt8], offset: Int) throws(MapError) -> [String] {
        let message: Waymark_Osm_HeaderBlock = try decode(bytes, offset: offset)
        return message.requiredFeatures
    }

    /// Calls `body` with each way that has a `highway` tag.
    func forEachHighway(_ body: (OSMWay) throws(MapError) -> Void) throws(MapError) {
        guard message.primitivegroup.contains(where: { !$0.ways.isEmpty }) else { return }
        let strings = message.stringtable.s.map { String(decoding: $0, as: UTF8.self) }
        let highway = strings.firstIndex(of: "highway").map(UInt32.init)
        for group in message.primitivegroup {
            for way in group.ways {
                guard way.keys.count == way.vals.count else { throw malformed(.lists) }
                guard let highway, way.keys.contains(highway) else { continue }
                try body(OSMWay(nodes: try running(way.refs), tags: try tags(way, strings)))
            }
        }
    }

    private func tags(_ way: Waymark_Osm_Way, _ strings: [String]) throws(MapError) -> [String: String] {
        var tags: [String: String] = [:]
        for (key, value) in zip(way.keys, way.vals) {
            guard key < strings.count, value < strings.count else { throw malformed(.string) }
            tags[strings[Int(key)]] = strings[Int(value)]
        }
        return tags
    }

    /// Calls `body` with each node's number and place.
    func forEachNode(_ body: (Int64, Coordinate) -> Void) throws(MapError) {
        for group in message.primitivegroup {
            for node in group.nodes { body(node.id, try coordinate(node.lat, node.lon)) }
            let dense = group.dense
            guard dense.lat.count == dense.id.count, dense.lon.count == dense.id.count else { throw malformed(.lists) }
            let ids = try running(dense.id)
            let latitudes = try running(dense.lat)
            let longitudes = try running(dense.lon)
            for index in ids.indices { body(ids[index], try coordinate(latitudes[index], longitudes[index])) }
        }
    }

    /// The sums up to each of the differences.
    private func running(_ differences: [Int64]) throws(MapError) -> [Int64] {
        var sums = differences
        for index in sums.indices.dropFirst() {
            let (sum, overflow) = sums[index].addingReportingOverflow(sums[index - 1])
            guard !overflow else { throw malformed(.number) }
            sums[index] = sum
        }
        return sums
    }

    private func coordinate(_ latitude: Int64, _ longitude: Int64) throws(MapError) -> Coordinate {
        guard let latitudeE7 = units(latitude, from: message.latOffset),
            let longitudeE7 = units(longitude, from: message.lonOffset),
            let coordinate = Coordinate(latitudeE7: latitudeE7, longitudeE7: longitudeE7)
        else { throw malformed(.coordinate) }
        return coordinate
    }

    /// 1e-7 degrees of a stored number: offset + granularity · number is in 1e-9 degrees.
    private func units(_ number: Int64, from offset: Int64) -> Int32? {
        let nanodegrees = Int128(number) * Int128(message.granularity) + Int128(offset)
        return Int32(exactly: nanodegrees / 100)
    }

    private func malformed(_ reason: MapError.Malformation) -> MapError {
        .malformed(offset: offset, reason: reason)
    }
}

/// Reads a message; what it does not know is thrown away, not kept.
private func decode<M: Message>(_ bytes: [UInt8], offset: Int) throws(MapError) -> M {
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    do { return try M(serializedBytes: bytes, options: options) } catch {
        throw .malformed(offset: offset, reason: .message)
    }
}
