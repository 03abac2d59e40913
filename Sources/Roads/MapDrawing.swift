import Geography

/// A small map drawn in text, as Valhalla's "gurka" tests have it: letters and digits are nodes where they stand, other marks are for the eye.
///
///     A---B---C
///         |
///         D
///
/// with the ways `["ABC": ["highway": "primary"], "BD": ["highway": "residential", "oneway": "yes"]]`. It becomes an `.osm.pbf` file like any
/// other, so that the whole import is part of what such a map tests.
public struct MapDrawing: Sendable {
    private let places: [Character: Coordinate]

    /// The drawing, its first line in the north, a symbol `metresPerSymbol` wide and a line as high; its first symbol is at `origin`.
    public init(_ text: String, metresPerSymbol: Double = 10, origin: Coordinate) {
        let frame = LocalFrame(origin: origin)
        var places: [Character: Coordinate] = [:]
        for (row, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            for (column, symbol) in line.enumerated() where symbol.isASCII && (symbol.isLetter || symbol.isNumber) {
                places[symbol] = frame.coordinate(
                    at: PlanePoint(
                        eastMetres: Double(column) * metresPerSymbol, northMetres: -Double(row) * metresPerSymbol))
            }
        }
        self.places = places
    }

    /// Where a node stands, or nil where the drawing has none of this name.
    public func place(of node: Character) -> Coordinate? { places[node] }

    /// The map file with these ways: the nodes along each, and its tags. A way may name nodes that the drawing lacks: they are cut off.
    public func osm(ways: KeyValuePairs<String, KeyValuePairs<String, String>>) -> [UInt8] {
        let nodes = places.map { (number: MapDrawing.number(of: $0.key), place: $0.value) }
        return OSMDocument(
            nodes: nodes.sorted { $0.number < $1.number },
            ways: ways.map { way, tags in
                (way.map(MapDrawing.number(of:)), tags.map { (key: $0.key, value: $0.value) })
            }
        ).encoded()
    }

    private static func number(of node: Character) -> Int64 { Int64(node.asciiValue ?? 0) }
}
