/// What a vehicle tells of its travel times in one round: sums over the traversals that it trains on, and how wrong two versions of the
/// model were about others.
///
/// Where it drove when it drove is in the cells' names; single traversals are not in it. What a statistics value holds is within all
/// bounds: there is no other way to make one.
public struct TravelTimeStatistics: Hashable, Sendable {
    /// Traversals of one arc in one hour of the week.
    public struct Cell: Hashable, Sendable {
        /// The arc's index on the map, below 2³¹.
        public var arc: UInt32
        /// The hour of the week, below 168.
        public var slot: UInt16
        /// The arc's class, below 32: who adds the cells up may not have the map.
        public var roadClass: UInt8
        /// Traversals, 1 to 8.
        public var count: UInt8
        /// Sum of their log-ratios with 10 fraction bits: within ±`count` · 2,129.
        public var sum: Int32
        /// Sum of the squares with 20 fraction bits: within 0…`count` · 2,129².
        public var squares: UInt32

        /// Traversals of one arc in one hour of the week.
        public init(arc: UInt32, slot: UInt16, roadClass: UInt8, count: UInt8, sum: Int32, squares: UInt32) {
            self.arc = arc
            self.slot = slot
            self.roadClass = roadClass
            self.count = count
            self.sum = sum
            self.squares = squares
        }

        var key: UInt64 { TravelTimeCell.key(arc: arc, slot: slot) }
    }

    /// Sums of |predicted − observed log-ratio| over traversals that the vehicle did not train on, with 10 fraction bits.
    public struct Errors: Hashable, Sendable {
        /// Of the version that the round improves: at most `count` · 4,258.
        public var base: UInt32
        /// Of that version's parent, over the same traversals; nil where the vehicle has not got it, and so cannot compare.
        public var parent: UInt32?
        /// Traversals, at most 4,096.
        public var count: UInt32

        /// Sums of errors over so many traversals.
        public init(base: UInt32, parent: UInt32?, count: UInt32) {
            self.base = base
            self.parent = parent
            self.count = count
        }

        /// No traversal was held out.
        public static let none = Errors(base: 0, parent: nil, count: 0)
    }

    /// By arc and then slot, each once, at most 256.
    public let cells: [Cell]
    /// How wrong the base version and its parent were.
    public let errors: Errors

    /// The statistics of these cells and errors; throws where one of them breaks a bound, or all are empty.
    public init(cells: [Cell], errors: Errors) throws(TravelTimeError) {
        guard cells.count <= TravelTimeLimits.updateCells else {
            throw .malformed(.tooLong(count: cells.count, limit: TravelTimeLimits.updateCells))
        }
        for (index, cell) in cells.enumerated() {
            try cell.check()
            guard index == 0 || cells[index - 1].key < cell.key else {
                throw .notAscending(field: "cell", index: index)
            }
        }
        try errors.check()
        guard !cells.isEmpty || errors.count > 0 else { throw .empty }
        self.cells = cells
        self.errors = errors
    }
}

extension TravelTimeStatistics.Cell {
    fileprivate func check() throws(TravelTimeError) {
        guard arc < TravelTimeLimits.arcs else { throw .outOfRange(field: "arc", value: Int64(arc)) }
        guard slot < TravelTimeLimits.slots else { throw .outOfRange(field: "slot", value: Int64(slot)) }
        guard roadClass < TravelTimeLimits.roadClasses else {
            throw .outOfRange(field: "class", value: Int64(roadClass))
        }
        guard TravelTimeLimits.cellTraversals.contains(count) else {
            throw .outOfRange(field: "count", value: Int64(count))
        }
        guard sum.magnitude <= greatestSum else { throw .outOfRange(field: "sum", value: Int64(sum)) }
        guard squares <= greatestSquares else { throw .outOfRange(field: "squares", value: Int64(squares)) }
    }

    var greatestSum: UInt32 { UInt32(count) * UInt32(TravelTimeLimits.logRatio) }

    var greatestSquares: UInt32 { greatestSum * UInt32(TravelTimeLimits.logRatio) }
}

extension TravelTimeStatistics.Errors {
    fileprivate func check() throws(TravelTimeError) {
        guard count <= TravelTimeLimits.errorTraversals else {
            throw .outOfRange(field: "error count", value: Int64(count))
        }
        guard base <= greatestSum else { throw .outOfRange(field: "base error", value: Int64(base)) }
        guard parent ?? 0 <= greatestSum else { throw .outOfRange(field: "parent error", value: Int64(parent ?? 0)) }
    }

    var greatestSum: UInt32 { count * TravelTimeLimits.logRatioDifference }
}
