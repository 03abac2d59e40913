import Cryptography
import Foundation
import Geography
import Hazards
import Replica
import Telemetry
import Testing
import TransparencyLog
import Wire

/// Log time at which every world here begins.
let start = Timestamp(milliseconds: 1_760_000_000_000)
/// A map that is not there: only its name counts.
let mapDigest = Digest.sha256(Array("map".utf8))
let origin = "waymark.example/test"

func coordinate(_ latitude: Double, _ longitude: Double) throws -> Coordinate {
    try #require(Coordinate(latitude: latitude, longitude: longitude))
}

/// A hazard whose identity is `number`, at 60° N and as many hundredths of a degree east of 24° E, 64 of them at most.
func hazard(
    _ number: UInt64, _ kind: HazardKind = .adhesion, _ state: HazardState = .reported, height: UInt64 = 1,
    edge: UInt32? = nil
) throws -> Hazard {
    var writer = Writer()
    writer.write(UInt64(0))
    writer.write(number)
    return Hazard(
        id: try #require(HazardID(bytes: writer.bytes)), kind: kind, state: state,
        cell: Cell(containing: try coordinate(60, 24 + Double(number % 64) / 100)),
        edge: edge.map { MapEdge(mapDigest: mapDigest, edge: $0, direction: .forward) }, firstSeen: start,
        lastSeen: start, expires: start + kind.validityMilliseconds, vehicles: 1, height: height)
}

func block(_ height: UInt64, size: UInt64 = 0) -> BlockSummary {
    BlockSummary(
        height: height, view: height + 2, time: start + height * 1000, entries: 3, reports: 1, observations: 1,
        size: size, root: Digest.sha256([UInt8(truncatingIfNeeded: height)]))
}

func sighting(_ session: UInt64, east: Double = 0) throws -> VehicleSighting {
    VehicleSighting(
        session: session, coordinate: try coordinate(60.17, 24.94 + east), speedCentimetresPerSecond: 1250,
        headingCentidegrees: 9000, time: start)
}

/// A log on disk: a C2SP tree in a folder of its own that vanishes with `remove`.
struct LogOnDisk {
    let directory: String
    private(set) var entries: [Entry] = []
    private var growth = TileGrowth()

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "waymark-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    func remove() {
        // A folder that stays behind in the system's own temporary folder fails no test.
        do { try FileManager.default.removeItem(atPath: directory) } catch {}
    }

    /// Adds a block: its entry, and observations of an edge.
    mutating func add(height: UInt64, observationsOf edges: [UInt32]) throws {
        let time = start + height * 1000
        append(
            .block(
                BlockEntry(
                    height: height, view: height, time: time, blockHash: .zero, parentHash: .zero,
                    stateRootBefore: .zero)))
        for edge in edges {
            append(
                .observation(
                    ObservationEntry(
                        cell: Cell(containing: try coordinate(60, 24)),
                        edge: MapEdge(mapDigest: mapDigest, edge: edge, direction: .forward),
                        bucket: time.milliseconds / 30_000, kind: .adhesion, polarity: .seen, tag: .zero)))
        }
    }

    /// Adds entries as they are.
    mutating func add(_ added: [Entry]) {
        for entry in added { append(entry) }
    }

    private mutating func append(_ entry: Entry) {
        entries.append(entry)
        growth.append(entry.encoded())
    }

    /// Writes what there is, under a signed head; returns its size.
    @discardableResult
    mutating func publish() throws -> UInt64 {
        for file in growth.takeFull() + growth.partial { try write(file.bytes, to: file.path.text) }
        let head = try #require(Checkpoint(origin: origin, size: growth.size, root: growth.root))
        let key = try #require(SigningKey(seed: [UInt8](repeating: 7, count: 32)))
        try write(SignedCheckpoint(head, signatures: [head.logSignature(key: key)]).bytes, to: "checkpoint")
        return growth.size
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        let url = URL(filePath: directory).appending(path: path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }
}
