/// A line of straight pieces over the ground, in the local frame of its first point: for lines of a few kilometres.
public struct Polyline: Hashable, Sendable {
    /// The points, at least two.
    public let coordinates: [Coordinate]
    /// The frame that the geometry is computed in.
    public let frame: LocalFrame
    private let points: [PlanePoint]
    /// Metres from the start to each point.
    private let offsets: [Double]

    /// Where a place falls on a line.
    public struct Projection: Hashable, Sendable {
        /// Metres from the line's start.
        public var offsetMetres: Double
        /// Metres from the place to the line.
        public var distanceMetres: Double
    }

    /// The line through at least two coordinates; nil where there are fewer.
    public init?(_ coordinates: [Coordinate]) {
        guard coordinates.count >= 2 else { return nil }
        let frame = LocalFrame(origin: coordinates[0])
        let points = coordinates.map(frame.point(of:))
        var offsets = [0.0]
        offsets.reserveCapacity(points.count)
        for index in 1..<points.count {
            offsets.append(offsets[index - 1] + points[index - 1].distanceMetres(to: points[index]))
        }
        (self.coordinates, self.frame, self.points, self.offsets) = (coordinates, frame, points, offsets)
    }

    /// Metres from end to end along the line.
    public var lengthMetres: Double { offsets[offsets.count - 1] }

    /// The coordinate this far along; the ends where the offset is beyond them.
    public func coordinate(atMetres offset: Double) -> Coordinate {
        let piece = piece(atMetres: offset)
        let (start, end) = (points[piece], points[piece + 1])
        let length = offsets[piece + 1] - offsets[piece]
        let share = length > 0 ? min(max((offset - offsets[piece]) / length, 0), 1) : 0
        return frame.coordinate(
            at: PlanePoint(
                eastMetres: start.eastMetres + share * (end.eastMetres - start.eastMetres),
                northMetres: start.northMetres + share * (end.northMetres - start.northMetres)))
    }

    /// The direction of the piece that is this far along.
    public func heading(atMetres offset: Double) -> Heading {
        let piece = piece(atMetres: offset)
        return Heading(
            eastMetres: points[piece + 1].eastMetres - points[piece].eastMetres,
            northMetres: points[piece + 1].northMetres - points[piece].northMetres)
    }

    /// The point of the line that is nearest to the coordinate; of several the first.
    public func project(_ coordinate: Coordinate) -> Projection {
        let point = frame.point(of: coordinate)
        var best = Projection(offsetMetres: 0, distanceMetres: .infinity)
        for piece in 0..<points.count - 1 {
            let candidate = project(point, onPiece: piece)
            if candidate.distanceMetres < best.distanceMetres { best = candidate }
        }
        return best
    }

    private func project(_ point: PlanePoint, onPiece piece: Int) -> Projection {
        let foot = point.foot(from: points[piece], to: points[piece + 1])
        let length = offsets[piece + 1] - offsets[piece]
        return Projection(offsetMetres: offsets[piece] + foot.share * length, distanceMetres: foot.distanceMetres)
    }

    /// The last piece that starts at or before the offset, by halving.
    private func piece(atMetres offset: Double) -> Int {
        var (low, high) = (0, points.count - 2)
        while low < high {
            let middle = (low + high + 1) / 2
            if offsets[middle] <= offset { low = middle } else { high = middle - 1 }
        }
        return low
    }
}
