import Geography
import Roads
import Testing

@testable import Traffic

/// A town of the project's own making.
func town(columns: Int = 8, rows: Int = 6) throws -> RoadNetwork {
    let origin = try #require(Coordinate(latitude: 60.17, longitude: 24.94))
    return try RoadNetwork(osm: GridTown(columns: columns, rows: rows, origin: origin).osm())
}

/// A one-way circle of about 1 km without junctions, at 50 km/h: one edge that ends where it starts.
func ring() throws -> RoadNetwork {
    let origin = try #require(Coordinate(latitude: 60.17, longitude: 24.94))
    let drawing = MapDrawing(
        """
        A------------------------B
        |                        |
        D------------------------C
        """, metresPerSymbol: 18.52, origin: origin)
    return try RoadNetwork(
        osm: drawing.osm(ways: ["ABCDA": ["highway": "primary", "maxspeed": "50", "oneway": "yes"]]))
}

/// FNV-1a over numbers: a fingerprint of a run.
struct Fingerprint {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ number: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            value = (value ^ (number >> shift & 255)) &* 0x0000_0100_0000_01B3
        }
    }
}

extension RoadTraffic {
    /// Checks the two laws: every vehicle is in one queue or waits, and no two on an arc overlap.
    func keepsItsLaws() -> Bool {
        var places = [Int](repeating: 0, count: vehicles.count)
        for (index, queue) in queues.enumerated() {
            let arc = Arc(index: UInt32(index))
            for vehicle in queue {
                places[vehicle] += 1
                guard vehicles.arcs[vehicle] == arc, (0...length(of: arc)).contains(vehicles.offsets[vehicle]),
                    vehicles.speeds[vehicle] >= 0
                else { return false }
            }
            for (behind, ahead) in zip(queue, queue.dropFirst())
            where vehicles.offsets[ahead] - vehicles.offsets[behind] < Vehicles.length { return false }
        }
        return (0..<vehicles.count).allSatisfy { places[$0] == (vehicles.isWaiting[$0] ? 0 : 1) }
    }
}
