/// A square of the web Mercator projection at a level of the quadtree: the world is one square at level 0, and each level halves the side.
///
/// A cell's quadkey has one digit a level, from the whole world inward: bit 0 of a digit says east half, bit 1 south half. Validators
/// agree on the cell of an observation bit for bit, so `init(containing:level:)` is integer arithmetic only, and places beyond
/// ±85.05112878°, which the square cannot hold, count to its outermost rows.
public struct Cell: Hashable, Sendable {
    /// How often the world was halved: 0 to `maximumLevel`.
    public let level: UInt8
    /// Column, counted eastward from 180° W: below 2^level.
    public let x: UInt32
    /// Row, counted southward from 85.05° N: below 2^level.
    public let y: UInt32

    /// The level at which the log keeps observations: 305 m at the equator, 150 m in Helsinki.
    public static let observationLevel: UInt8 = 17
    /// The deepest level. A cell is still wider than a coordinate's unit there (2.4 m at the equator, 20 cm at 85°), so none is empty.
    public static let maximumLevel: UInt8 = 24
    /// The outermost latitude that the projection's square holds, in 1e-7 degrees: 85.05112878° rounded toward the equator.
    public static let outermostLatitudeE7: Int32 = 850_511_287

    /// The cell of `level` that holds the coordinate. A coordinate on a border belongs to the cell east or south of it.
    public init(containing coordinate: Coordinate, level: UInt8 = Cell.observationLevel) {
        precondition(level <= Cell.maximumLevel, "cells go down to level 24")
        self.level = level
        x = Cell.column(longitudeE7: coordinate.longitudeE7, level: level)
        y = Cell.row(latitudeE7: coordinate.latitudeE7, level: level)
    }

    /// The cell at a column and a row, or nil where the level has none.
    public init?(level: UInt8, x: UInt32, y: UInt32) {
        guard level <= Cell.maximumLevel, x >> UInt32(level) == 0, y >> UInt32(level) == 0 else { return nil }
        self.level = level
        self.x = x
        self.y = y
    }

    private init(uncheckedLevel level: UInt8, x: UInt32, y: UInt32) {
        self.level = level
        self.x = x
        self.y = y
    }

    static func column(longitudeE7: Int32, level: UInt8) -> UInt32 {
        let east = UInt64(Int64(longitudeE7) + 1_800_000_000)
        return UInt32(min((east << UInt64(level)) / 3_600_000_000, (1 << UInt64(level)) - 1))
    }

    static func row(latitudeE7: Int32, level: UInt8) -> UInt32 {
        let latitude = min(max(latitudeE7, -outermostLatitudeE7), outermostLatitudeE7)
        let south = FixedPoint.one / 2 - FixedPoint.mercator(latitudeUnits: latitude)
        let row = (south << Int128(level)) >> FixedPoint.fractionBits
        return UInt32(min(max(row, 0), (1 << Int128(level)) - 1))
    }

    /// The cell twice as wide that holds this one, or nil at level 0.
    public var parent: Cell? {
        level == 0 ? nil : Cell(uncheckedLevel: level - 1, x: x >> 1, y: y >> 1)
    }

    /// The cell of a level at most this one's that holds this one.
    public func ancestor(at ancestorLevel: UInt8) -> Cell {
        precondition(ancestorLevel <= level, "an ancestor is not deeper than its descendant")
        let shift = UInt32(level - ancestorLevel)
        return Cell(uncheckedLevel: ancestorLevel, x: x >> shift, y: y >> shift)
    }

    /// Whether the other cell is this one or lies inside it.
    public func contains(_ other: Cell) -> Bool {
        other.level >= level && other.ancestor(at: level) == self
    }
}

extension Cell: Comparable {
    /// By level, then in the order of the quadkeys.
    public static func < (left: Cell, right: Cell) -> Bool {
        (left.level, left.number) < (right.level, right.number)
    }
}
