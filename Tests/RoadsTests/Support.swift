import Foundation
import Geography
import Testing

@testable import Roads

/// SplitMix64: the tests' seeded source of numbers.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Where drawn maps stand: north of it lines are dense, east of it symbols are.
func helsinki() throws -> Coordinate {
    try #require(Coordinate(latitude: 60.17, longitude: 24.94))
}

/// A drawn map and its network.
struct Drawn {
    let drawing: MapDrawing
    let network: RoadNetwork

    init(
        _ text: String, _ ways: KeyValuePairs<String, KeyValuePairs<String, String>>, metresPerSymbol: Double = 10
    ) throws {
        drawing = MapDrawing(text, metresPerSymbol: metresPerSymbol, origin: try helsinki())
        network = try RoadNetwork(osm: drawing.osm(ways: ways))
    }

    /// The network's node at a letter.
    func node(_ letter: Character) throws -> UInt32 {
        let place = try #require(drawing.place(of: letter))
        return UInt32(try #require(network.nodes.firstIndex(of: place)))
    }

    /// The letter of a node.
    func letter(_ node: UInt32) -> Character {
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ".first { drawing.place(of: $0) == network.nodes[Int(node)] } ?? "?"
    }

    /// All edges in their order, each as its ends with an arrow: `A>B` one-way, `A=B` both ways, `A<B` only back.
    var edges: [String] {
        (0..<UInt32(network.edgeCount)).map { edge in
            let (there, back) = (Arc(edge: edge, isBackward: false), Arc(edge: edge, isBackward: true))
            let arrow = network.isOpen(there) ? (network.isOpen(back) ? "=" : ">") : "<"
            return "\(letter(network.tail(of: there)))\(arrow)\(letter(network.head(of: there)))"
        }
    }

    /// The nodes along a route, as letters.
    func letters(_ route: Route) -> String {
        guard let first = route.arcs.first else { return "" }
        return String([letter(network.tail(of: first))] + route.arcs.map { letter(network.head(of: $0)) })
    }
}

/// A file of the shared test data, or nil, said aloud, where it is absent.
func sharedMap(_ name: String) throws -> [UInt8]? {
    let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let folders = [
        ProcessInfo.processInfo.environment["WAYMARK_SHARED_DATA"].map { URL(fileURLWithPath: $0) },
        root.deletingLastPathComponent().appendingPathComponent("shared/data"),
    ]
    for folder in folders.compactMap({ $0 }) {
        let file = folder.appendingPathComponent("osm/\(name).osm.pbf")
        if FileManager.default.fileExists(atPath: file.path) { return [UInt8](try Data(contentsOf: file)) }
    }
    print("skipped: ../shared/data/osm/\(name).osm.pbf is absent")
    return nil
}
