import Geography
import Roads

/// A road network as compact JSON for drawing.
///
///     {"unit":1e-6,"bounds":[west,south,east,north],"classes":["motorway",…],
///      "roads":[[edge,class,name,longitude,latitude,Δlongitude,Δlatitude,…],…],"names":["",…],"complete":true}
///
/// Places are whole millionths of a degree (11 cm), the first of a road absolute and each other as the difference to the one before; class
/// and name are indices into their lists. The most important roads come first: where the bound on corners cuts, minor roads are missing.
struct RoadText {
    private var rows: [UInt8] = []
    private var names = [""]
    private var nameIndices = ["": 0]
    private var isComplete = true
    private let network: RoadNetwork

    /// Writes a network, with at most `corners` points.
    init(_ network: RoadNetwork, atMost corners: Int = InspectionLimits.roadCorners) {
        self.network = network
        var left = corners
        for edge in edgesByClass {
            left -= network.points(ofEdge: edge).count
            isComplete = left >= 0
            guard isComplete else { break }
            append(edge)
        }
    }

    /// The JSON.
    func bytes() throws -> [UInt8] {
        let sides = bounds.map(String.init).joined(separator: ",")
        let classes = [UInt8](try JSON.encode(RoadClass.allCases.map(\.tag)))
        return Array("{\"unit\":1e-6,\"bounds\":[\(sides)],\"classes\":".utf8) + classes
            + Array(",\"roads\":[".utf8) + rows + Array("],\"names\":".utf8) + [UInt8](try JSON.encode(names))
            + Array(",\"complete\":\(isComplete)}".utf8)
    }

    private var edgesByClass: [UInt32] {
        (0..<UInt32(network.edgeCount)).sorted {
            (network.roadClass(ofEdge: $0).rawValue, $0) < (network.roadClass(ofEdge: $1).rawValue, $1)
        }
    }

    private mutating func append(_ edge: UInt32) {
        if !rows.isEmpty { rows.append(UInt8(ascii: ",")) }
        let name = nameIndex(network.name(ofEdge: edge))
        rows += Array("[\(edge),\(network.roadClass(ofEdge: edge).rawValue),\(name)".utf8)
        var last: (x: Int32, y: Int32) = (0, 0)
        for point in network.points(ofEdge: edge) {
            let (x, y) = (RoadText.micro(point.longitudeE7), RoadText.micro(point.latitudeE7))
            rows += Array(",\(x - last.x),\(y - last.y)".utf8)
            last = (x, y)
        }
        rows.append(UInt8(ascii: "]"))
    }

    private mutating func nameIndex(_ name: String) -> Int {
        if let index = nameIndices[name] { return index }
        names.append(name)
        nameIndices[name] = names.count - 1
        return names.count - 1
    }

    private var bounds: [Int32] {
        let bounds = network.bounds
        return [
            bounds.southWest.longitudeE7, bounds.southWest.latitudeE7, bounds.northEast.longitudeE7,
            bounds.northEast.latitudeE7,
        ].map(RoadText.micro)
    }

    /// Tenths of a millionth to millionths, to the nearest.
    private static func micro(_ unitsE7: Int32) -> Int32 {
        (unitsE7 + (unitsE7 < 0 ? -5 : 5)) / 10
    }
}
