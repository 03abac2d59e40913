import Cryptography
import Foundation
import Geography
import Roads
import Server

/// A road network with the digest under which observations name its edges.
struct MapFile {
    let path: String
    let digest: Digest
    let network: RoadNetwork

    /// Reads an `.osm.pbf` file.
    init(path: String) throws {
        let contents: Data
        do {
            contents = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw Failure("cannot read the map \(path): \(error.localizedDescription)")
        }
        try self.init(path: path, contents: [UInt8](contents))
    }

    /// A town on a grid, written to `path`: what the demo drives on where no real map is at hand.
    static func writeTown(to path: String) throws -> MapFile {
        guard let origin = Coordinate(latitude: 60.17, longitude: 24.93) else { throw Failure("no such place") }
        let bytes = GridTown(columns: 9, rows: 9, origin: origin).osm()
        try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
        return try MapFile(path: path, contents: bytes)
    }

    private init(path: String, contents bytes: [UInt8]) throws {
        self.path = URL(fileURLWithPath: path).standardizedFileURL.path
        digest = Digest.sha256(bytes)
        do {
            network = try RoadNetwork(osm: bytes)
        } catch {
            throw Failure("\(path) is no road network: \(error)")
        }
    }

    /// The map as a new committee's plan wants it.
    var planned: (path: String, terms: CommitteeFile.Map) {
        (path, CommitteeFile.Map(digest: "\(digest)", segments: UInt32(network.edgeCount)))
    }
}
