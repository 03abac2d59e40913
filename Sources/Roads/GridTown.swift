import Geography

/// A town of straight streets at right angles that the project makes itself, for tests and for a demo without a fetched map.
///
/// Every fourth street is a main road (primary, 50 km/h). Of the others every second is a one-way street, in turns to either side, and the
/// rest are residential (30 km/h). The outermost streets are two-way, so that every corner can be left.
public struct GridTown: Sendable {
    /// Streets from south to north.
    public var columns: Int
    /// Streets from west to east.
    public var rows: Int
    /// Metres from one street to the next.
    public var blockMetres: Double
    /// The south-western corner.
    public var origin: Coordinate

    /// A town with so many streets each way, from 2 to 1,000.
    public init(columns: Int, rows: Int, blockMetres: Double = 120, origin: Coordinate) {
        precondition(
            (2...1000).contains(columns) && (2...1000).contains(rows), "a town has 2 to 1,000 streets each way")
        (self.columns, self.rows, self.blockMetres, self.origin) = (columns, rows, blockMetres, origin)
    }

    /// The map file, in OpenStreetMap's PBF format. The same town gives the same bytes.
    public func osm() -> [UInt8] {
        let frame = LocalFrame(origin: origin)
        var document = OSMDocument()
        for row in 0..<rows {
            for column in 0..<columns {
                let point = PlanePoint(
                    eastMetres: Double(column) * blockMetres, northMetres: Double(row) * blockMetres)
                document.nodes.append((node(column, row), frame.coordinate(at: point)))
            }
        }
        for row in 0..<rows {
            let nodes = (0..<columns).map { node($0, row) }
            document.ways.append((nodes, tags(name: "Street \(row + 1)", number: row, count: rows)))
        }
        for column in 0..<columns {
            let nodes = (0..<rows).map { node(column, $0) }
            document.ways.append((nodes, tags(name: "Avenue \(column + 1)", number: column, count: columns)))
        }
        return document.encoded()
    }

    private func node(_ column: Int, _ row: Int) -> Int64 { Int64(row * columns + column + 1) }

    private func tags(name: String, number: Int, count: Int) -> [(key: String, value: String)] {
        let named = [(key: "name", value: name)]
        if number % 4 == 0 { return [("highway", "primary"), ("maxspeed", "50")] + named }
        let isOutermost = number == count - 1
        guard number % 2 == 1, !isOutermost else { return [("highway", "residential")] + named }
        return [("highway", "residential"), ("oneway", number % 4 == 1 ? "yes" : "-1")] + named
    }
}
