import Wire

/// The model's bytes: one model has one encoding, so that its SHA-256 names it.
///
///     mark: UInt32 = "WTT" and 1
///     classes: UInt32 count, then class: UInt8, evidence, ascending, none of them empty
///     cells: UInt32 count, then arc: UInt32, slot: UInt16, evidence, ascending, none of them empty
///     evidence: count: UInt32, sum: Int64, squares: Int64
extension TravelTimeModel {
    private static let mark: UInt32 = 0x5754_5401
    private static let cellBytes = 26

    /// The bytes: 26 a cell, and at most 700 more.
    public func encoded() -> [UInt8] {
        var writer = Writer(capacity: cells.count * TravelTimeModel.cellBytes + 700)
        writer.write(TravelTimeModel.mark)
        writer.write(each: classes.enumerated().filter { $0.element.count > 0 }) { writer, entry in
            writer.write(UInt8(entry.offset))
            entry.element.write(to: &writer)
        }
        writer.write(each: cells) { writer, cell in
            writer.write(cell.arc)
            writer.write(cell.slot)
            cell.evidence.write(to: &writer)
        }
        return writer.bytes
    }

    /// The model of these bytes. Refuses what `encoded()` cannot have written.
    public init(decoding bytes: [UInt8]) throws(TravelTimeError) {
        var reader = Reader(bytes)
        let mark = try TravelTimeError.wire { () throws(WireError) in try reader.read(UInt32.self) }
        guard mark == TravelTimeModel.mark else { throw .otherFormat(UInt64(mark)) }
        let classes = try TravelTimeModel.readClasses(from: &reader)
        let cells = try TravelTimeModel.readCells(from: &reader)
        try TravelTimeError.wire { () throws(WireError) in try reader.finish() }
        self.init(cells: cells, classes: classes)
    }

    private static func readClasses(from reader: inout Reader) throws(TravelTimeError) -> [TravelTimeEvidence] {
        let limit = Int(TravelTimeLimits.roadClasses)
        var classes = [TravelTimeEvidence](repeating: .none, count: limit)
        var last = -1
        for index in 0..<(try readCount(atMost: limit, from: &reader)) {
            let number = try TravelTimeError.wire { () throws(WireError) in Int(try reader.read(UInt8.self)) }
            guard number < limit else { throw .outOfRange(field: "class", value: Int64(number)) }
            guard number > last else { throw .notAscending(field: "class", index: index) }
            classes[number] = try TravelTimeEvidence(from: &reader)
            last = number
        }
        return classes
    }

    private static func readCells(from reader: inout Reader) throws(TravelTimeError) -> [TravelTimeCell] {
        let count = try readCount(atMost: TravelTimeLimits.modelCells, from: &reader)
        var cells: [TravelTimeCell] = []
        // A lying count cannot reserve more than was received.
        cells.reserveCapacity(min(count, reader.left / cellBytes))
        for index in 0..<count {
            let (arc, slot) = try TravelTimeError.wire { () throws(WireError) in
                (try reader.read(UInt32.self), try reader.read(UInt16.self))
            }
            guard arc < TravelTimeLimits.arcs else { throw .outOfRange(field: "arc", value: Int64(arc)) }
            guard TravelTimeCell.isSlot(slot) else { throw .outOfRange(field: "slot", value: Int64(slot)) }
            let cell = TravelTimeCell(arc: arc, slot: slot, evidence: try TravelTimeEvidence(from: &reader))
            guard cells.last.map({ $0.key < cell.key }) ?? true else {
                throw .notAscending(field: "cell", index: index)
            }
            cells.append(cell)
        }
        return cells
    }

    private static func readCount(atMost limit: Int, from reader: inout Reader) throws(TravelTimeError) -> Int {
        let count = try TravelTimeError.wire { () throws(WireError) in Int(try reader.read(UInt32.self)) }
        guard count <= limit else { throw .malformed(.tooLong(count: count, limit: limit)) }
        return count
    }
}

extension TravelTimeEvidence {
    fileprivate func write(to writer: inout Writer) {
        writer.write(count)
        writer.write(sum)
        writer.write(squares)
    }

    /// An evidence that is not empty: what is forgotten is not written.
    fileprivate init(from reader: inout Reader) throws(TravelTimeError) {
        let (count, sum, squares) = try TravelTimeError.wire { () throws(WireError) in
            (try reader.read(UInt32.self), try reader.read(Int64.self), try reader.read(Int64.self))
        }
        guard count > 0, count <= TravelTimeLimits.greatestCount else {
            throw .outOfRange(field: "count", value: Int64(count))
        }
        guard let evidence = TravelTimeEvidence(count: count, sum: sum, squares: squares) else {
            let isSum = TravelTimeEvidence(count: count, sum: sum, squares: 0) == nil
            throw isSum ? .outOfRange(field: "sum", value: sum) : .outOfRange(field: "squares", value: squares)
        }
        self = evidence
    }
}
