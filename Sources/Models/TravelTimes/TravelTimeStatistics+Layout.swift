import Wire

/// An update's payload: one value has one encoding, 4,113 bytes at most.
///
///     format: UInt8 = 1
///     cells: UInt32 count, then arc: UInt32, slot: UInt16, class: UInt8, count: UInt8, sum: Int32, squares: UInt32
///     base error: UInt32, parent error: UInt32 or 0xFFFFFFFF for none, error count: UInt32
extension TravelTimeStatistics {
    private static let format: UInt8 = 1
    /// In place of a parent's error where there is none: above every sum.
    fileprivate static let noParent = UInt32.max

    /// The bytes: 16 a cell and 17 more.
    public func encoded() -> [UInt8] {
        var writer = Writer(capacity: TravelTimeLimits.updateBytes)
        writer.write(TravelTimeStatistics.format)
        writer.write(each: cells) { writer, cell in
            writer.write(cell.arc)
            writer.write(cell.slot)
            writer.write(cell.roadClass)
            writer.write(cell.count)
            writer.write(cell.sum)
            writer.write(cell.squares)
        }
        writer.write(errors.base)
        writer.write(errors.parent ?? TravelTimeStatistics.noParent)
        writer.write(errors.count)
        return writer.bytes
    }

    /// The statistics of these bytes, within all bounds.
    public init(decoding bytes: [UInt8]) throws(TravelTimeError) {
        var reader = Reader(bytes)
        let format = try TravelTimeError.wire { () throws(WireError) in try reader.read(UInt8.self) }
        guard format == TravelTimeStatistics.format else { throw .otherFormat(UInt64(format)) }
        let (cells, errors) = try TravelTimeError.wire { () throws(WireError) in
            let cells = try reader.readEach(atMost: TravelTimeLimits.updateCells, Cell.init(from:))
            let errors = try Errors(from: &reader)
            try reader.finish()
            return (cells, errors)
        }
        try self.init(cells: cells, errors: errors)
    }
}

extension TravelTimeStatistics.Cell {
    fileprivate init(from reader: inout Reader) throws(WireError) {
        self.init(
            arc: try reader.read(UInt32.self), slot: try reader.read(UInt16.self),
            roadClass: try reader.read(UInt8.self), count: try reader.read(UInt8.self),
            sum: try reader.read(Int32.self), squares: try reader.read(UInt32.self))
    }
}

extension TravelTimeStatistics.Errors {
    fileprivate init(from reader: inout Reader) throws(WireError) {
        let (base, parent) = (try reader.read(UInt32.self), try reader.read(UInt32.self))
        self.init(
            base: base, parent: parent == TravelTimeStatistics.noParent ? nil : parent,
            count: try reader.read(UInt32.self))
    }
}
