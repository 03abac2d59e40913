import Geography

/// Finds the edge that is nearest to a place: every piece of every edge stands in the squares that it may touch.
///
/// About 150 m a square; a question looks at the squares within its radius.
public struct EdgeGrid: Sendable {
    private let network: RoadNetwork
    private let raster: Raster
    /// Where each square's pieces begin in `pieces`, and one more.
    private let starts: [UInt32]
    private let pieces: [Piece]

    /// Where a place falls on the network.
    public struct Snap: Hashable, Sendable {
        /// The edge.
        public var edge: UInt32
        /// Millimetres from the edge's start.
        public var offsetMillimetres: UInt32
        /// Metres from the place to the edge.
        public var distanceMetres: Double
    }

    /// A straight piece of an edge, from its point at `index` to the next.
    private struct Piece {
        var edge: UInt32
        var index: UInt32
    }

    /// The grid of a network's edges.
    public init(_ network: RoadNetwork) {
        let raster = Raster(network.bounds)
        var lists = [[Piece]](repeating: [], count: raster.count)
        for edge in 0..<UInt32(network.edgeCount) {
            let points = network.points(ofEdge: edge)
            for index in points.indices.dropLast() {
                let piece = Piece(edge: edge, index: UInt32(index))
                raster.forEachSquare(from: points[index], to: points[index + 1], marginMetres: 0) {
                    lists[$0].append(piece)
                }
            }
        }
        var starts: [UInt32] = [0]
        for list in lists { starts.append(starts[starts.count - 1] + UInt32(list.count)) }
        (self.network, self.raster, self.starts, pieces) = (network, raster, starts, lists.flatMap { $0 })
    }

    /// Metres that a question may look around.
    public static let radiusLimit = 1_000.0

    /// The nearest edge within `radiusMetres` of the place, at most `radiusLimit`; of equally near ones the one with the least number.
    public func nearest(to place: Coordinate, withinMetres radiusMetres: Double) -> Snap? {
        let radius = min(radiusMetres, EdgeGrid.radiusLimit)
        let frame = LocalFrame(origin: place)
        var best: (piece: Piece, share: Double)?
        var distance = radius
        raster.forEachSquare(from: place, to: place, marginMetres: radius) { square in
            for piece in pieces[Int(starts[square])..<Int(starts[square + 1])] {
                let foot = frame.foot(from: network.points[Int(piece.index)], to: network.points[Int(piece.index) + 1])
                guard foot.distanceMetres <= distance else { continue }
                let isNearer = foot.distanceMetres < distance || best.map { piece.edge < $0.piece.edge } ?? true
                guard isNearer else { continue }
                (best, distance) = ((piece, foot.share), foot.distanceMetres)
            }
        }
        return best.map {
            Snap(edge: $0.piece.edge, offsetMillimetres: offset($0.piece, $0.share), distanceMetres: distance)
        }
    }

    private func offset(_ piece: Piece, _ share: Double) -> UInt32 {
        let points = network.points(ofEdge: piece.edge)
        let before = points[...Int(piece.index)]
        let whole = zip(before, before.dropFirst()).reduce(0) { $0 + $1.0.localDistanceMillimetres(to: $1.1) }
        let length = points[Int(piece.index)].localDistanceMillimetres(to: points[Int(piece.index) + 1])
        let offset = UInt32(whole) + UInt32(share * Double(length))
        return min(offset, network.lengthMillimetres(ofEdge: piece.edge))
    }
}

/// A rectangle cut into squares of 150 m, or more where there would be too many.
private struct Raster {
    private let south: Int64
    private let west: Int64
    private let height: Int64
    private let width: Int64
    private let rows: Int64
    private let columns: Int64

    static let squareLimit: Int64 = 1 << 20

    var count: Int { Int(rows * columns) }

    init(_ bounds: Bounds) {
        let frame = LocalFrame(origin: bounds.centre)
        let extent = (
            Int64(bounds.northEast.latitudeE7) - Int64(bounds.southWest.latitudeE7),
            Int64(bounds.northEast.longitudeE7) - Int64(bounds.southWest.longitudeE7)
        )
        var side = 150.0
        var (height, width, rows, columns) = (Int64(1), Int64(1), Int64.max, Int64(1))
        while rows > Raster.squareLimit / columns {
            height = max(1, Int64(side / LocalFrame.metresPerLatitudeUnit))
            width = max(1, Int64(side / frame.metresPerLongitudeUnit))
            (rows, columns) = (extent.0 / height + 1, extent.1 / width + 1)
            side *= 2
        }
        (south, west) = (Int64(bounds.southWest.latitudeE7), Int64(bounds.southWest.longitudeE7))
        (self.height, self.width, self.rows, self.columns) = (height, width, rows, columns)
    }

    /// Calls `body` with each square that the rectangle between two corners touches, grown by a margin on each side.
    func forEachSquare(from: Coordinate, to: Coordinate, marginMetres: Double, _ body: (Int) -> Void) {
        let frame = LocalFrame(origin: from)
        let marginLatitude = Int64(marginMetres / LocalFrame.metresPerLatitudeUnit)
        let marginLongitude = Int64(marginMetres / frame.metresPerLongitudeUnit)
        let latitudes = (Int64(min(from.latitudeE7, to.latitudeE7)), Int64(max(from.latitudeE7, to.latitudeE7)))
        let longitudes = (Int64(min(from.longitudeE7, to.longitudeE7)), Int64(max(from.longitudeE7, to.longitudeE7)))
        let lowRow = max(0, floorDivide(latitudes.0 - marginLatitude - south, height))
        let highRow = min(rows - 1, floorDivide(latitudes.1 + marginLatitude - south, height))
        let lowColumn = max(0, floorDivide(longitudes.0 - marginLongitude - west, width))
        let highColumn = min(columns - 1, floorDivide(longitudes.1 + marginLongitude - west, width))
        guard lowRow <= highRow, lowColumn <= highColumn else { return }
        for row in lowRow...highRow {
            for column in lowColumn...highColumn { body(Int(row * columns + column)) }
        }
    }

    private func floorDivide(_ number: Int64, _ divisor: Int64) -> Int64 {
        number >= 0 ? number / divisor : -((divisor - 1 - number) / divisor)
    }
}
