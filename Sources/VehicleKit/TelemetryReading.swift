import Geography

/// What a vehicle's own sensors say about it now.
public struct TelemetryReading: Hashable, Sendable {
    /// Where it is.
    public var coordinate: Coordinate
    /// Centimetres a second; above 10,000 it counts as 10,000.
    public var speedCentimetresPerSecond: UInt32
    /// Hundredths of a degree, clockwise from north; whole turns do not count.
    public var headingCentidegrees: UInt32
    /// Whether the owner consents to appear on the live map.
    public var showsPosition: Bool

    /// A reading.
    public init(
        coordinate: Coordinate, speedCentimetresPerSecond: UInt32, headingCentidegrees: UInt32,
        showsPosition: Bool = false
    ) {
        self.coordinate = coordinate
        self.speedCentimetresPerSecond = speedCentimetresPerSecond
        self.headingCentidegrees = headingCentidegrees
        self.showsPosition = showsPosition
    }
}
