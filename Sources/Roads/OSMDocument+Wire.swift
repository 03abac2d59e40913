import Foundation
import Geography
import Schema
import SwiftProtobuf

/// A map to be written in OpenStreetMap's PBF format: for maps that the project makes itself.
struct OSMDocument {
    /// Nodes, by rising numbers.
    var nodes: [(number: Int64, place: Coordinate)] = []
    /// Ways: the nodes along each, and its tags in the order to be written.
    var ways: [(nodes: [Int64], tags: [(key: String, value: String)])] = []

    /// The file's bytes: a header, a block of nodes and a block of ways, not packed. The same document gives the same bytes.
    func encoded() -> [UInt8] {
        frame("OSMHeader", Waymark_Osm_HeaderBlock.with { $0.requiredFeatures = ["OsmSchema-V0.6", "DenseNodes"] })
            + frame("OSMData", nodeBlock) + frame("OSMData", wayBlock)
    }

    private var nodeBlock: Waymark_Osm_PrimitiveBlock {
        .with { block in
            block.stringtable = .with { $0.s = [Data()] }
            block.primitivegroup = [
                .with { group in
                    group.dense = .with {
                        $0.id = differences(nodes.map(\.number))
                        // The block's granularity is the usual 100 nanodegrees: the units of a coordinate.
                        $0.lat = differences(nodes.map { Int64($0.place.latitudeE7) })
                        $0.lon = differences(nodes.map { Int64($0.place.longitudeE7) })
                    }
                }
            ]
        }
    }

    private var wayBlock: Waymark_Osm_PrimitiveBlock {
        // String 0 is reserved by the format.
        var strings = [""]
        var numbers: [String: UInt32] = [:]
        func number(_ string: String) -> UInt32 {
            if let number = numbers[string] { return number }
            strings.append(string)
            numbers[string] = UInt32(strings.count - 1)
            return UInt32(strings.count - 1)
        }
        let group = Waymark_Osm_PrimitiveGroup.with {
            $0.ways = ways.enumerated().map { index, way in
                .with {
                    $0.id = Int64(index + 1)
                    $0.keys = way.tags.map { number($0.key) }
                    $0.vals = way.tags.map { number($0.value) }
                    $0.refs = differences(way.nodes)
                }
            }
        }
        return .with {
            $0.stringtable = .with { $0.s = strings.map { Data($0.utf8) } }
            $0.primitivegroup = [group]
        }
    }

    private func differences(_ numbers: [Int64]) -> [Int64] {
        zip(numbers, [0] + numbers).map { $0 - $1 }
    }

    private func frame(_ type: String, _ block: some Message) -> [UInt8] {
        let blob = bytes(Waymark_Osm_Blob.with { $0.raw = Data(bytes(block)) })
        let header = bytes(
            Waymark_Osm_BlobHeader.with {
                $0.type = type
                $0.datasize = Int32(blob.count)
            })
        let count = UInt32(header.count)
        return [UInt8(count >> 24), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)] + header
            + blob
    }

    private func bytes(_ message: some Message) -> [UInt8] {
        do { return try message.serializedBytes() } catch {
            preconditionFailure("a message of ours has all its required fields and fits 2 GiB: \(error)")
        }
    }
}
