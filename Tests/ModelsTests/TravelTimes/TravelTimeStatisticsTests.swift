import Testing
import Wire

@testable import Models

private typealias Cell = TravelTimeStatistics.Cell
private typealias Errors = TravelTimeStatistics.Errors

private let honest = Cell(arc: 9, slot: 100, roadClass: 4, count: 3, sum: -700, squares: 200_000)

@Test func aTravelTimeUpdateIsWhatItsBytesSay() throws {
    let cells = (0..<256).map { arc in
        Cell(arc: UInt32(arc), slot: 167, roadClass: 31, count: 8, sum: -8 * 2129, squares: 8 * 2129 * 2129)
    }
    let errors = Errors(base: 4096 * 4258, parent: 17, count: 4096)
    let update = try TravelTimeStatistics(cells: cells, errors: errors)
    let bytes = update.encoded()
    #expect(bytes.count == TravelTimeLimits.updateBytes)
    #expect(try TravelTimeStatistics(decoding: bytes) == update)
    for length in stride(from: 0, to: bytes.count, by: 7) {
        #expect(throws: TravelTimeError.self) { try TravelTimeStatistics(decoding: Array(bytes.prefix(length))) }
    }
    #expect(throws: TravelTimeError.malformed(.trailing(count: 1))) { try TravelTimeStatistics(decoding: bytes + [0]) }
}

@Test func theLayoutOfATravelTimeUpdateIsThis() throws {
    let update = try TravelTimeStatistics(cells: [honest], errors: Errors(base: 5, parent: 6, count: 1))
    let expected: [UInt8] = [
        1, 0, 0, 0, 1,  // format and count
        0, 0, 0, 9, 0, 100, 4, 3, 0xFF, 0xFF, 0xFD, 0x44, 0, 3, 0x0D, 0x40,  // the cell
        0, 0, 0, 5, 0, 0, 0, 6, 0, 0, 0, 1,  // errors
    ]
    #expect(update.encoded() == expected)
}

@Test func everyBoundOfATravelTimeUpdateIsAnErrorThatNamesItsField() throws {
    func changed(_ change: (inout Cell) -> Void) -> [Cell] {
        var cell = honest
        change(&cell)
        return [cell]
    }
    let bad: [([Cell], Errors, TravelTimeError)] = [
        (changed { $0.arc = 1 << 31 }, .none, .outOfRange(field: "arc", value: 1 << 31)),
        (changed { $0.slot = 168 }, .none, .outOfRange(field: "slot", value: 168)),
        (changed { $0.roadClass = 32 }, .none, .outOfRange(field: "class", value: 32)),
        (changed { $0.count = 0 }, .none, .outOfRange(field: "count", value: 0)),
        (changed { $0.count = 9 }, .none, .outOfRange(field: "count", value: 9)),
        (changed { $0.sum = 6388 }, .none, .outOfRange(field: "sum", value: 6388)),
        (changed { $0.sum = .min }, .none, .outOfRange(field: "sum", value: Int64(Int32.min))),
        (changed { $0.squares = 13_597_924 }, .none, .outOfRange(field: "squares", value: 13_597_924)),
        ([honest, honest], .none, .notAscending(field: "cell", index: 1)),
        ([honest], Errors(base: 0, parent: 0, count: 4097), .outOfRange(field: "error count", value: 4097)),
        ([honest], Errors(base: 4259, parent: 0, count: 1), .outOfRange(field: "base error", value: 4259)),
        ([honest], Errors(base: 0, parent: 1, count: 0), .outOfRange(field: "parent error", value: 1)),
        ([], .none, .empty),
    ]
    for (cells, errors, error) in bad {
        #expect(throws: error) { try TravelTimeStatistics(cells: cells, errors: errors) }
    }
    let tooMany = (0..<257).map { arc in
        Cell(arc: UInt32(arc), slot: 0, roadClass: 0, count: 1, sum: 0, squares: 0)
    }
    #expect(throws: TravelTimeError.malformed(.tooLong(count: 257, limit: 256))) {
        try TravelTimeStatistics(cells: tooMany, errors: .none)
    }
}

@Test func aNoisedTravelTimeUpdateIsWithinAllBounds() throws {
    var numbers = SeededGenerator(seed: 6)
    let cells = (0..<100).map { arc in
        Cell(arc: UInt32(arc), slot: 0, roadClass: 0, count: UInt8(1 + arc % 8), sum: 0, squares: 0)
    }
    let update = try TravelTimeStatistics(cells: cells, errors: Errors(base: 100, parent: 200, count: 3))
    var noises: [Int64] = [.min, .max, 0, -1, 1]
    noises += (0..<20).map { _ in Int64(truncatingIfNeeded: numbers.next()) >> Int64(numbers.next() % 64) }
    for noise in noises {
        let noised = update.noised { _ in noise }
        #expect(try TravelTimeStatistics(decoding: noised.encoded()) == noised)
    }
    #expect(update.noised { _ in 0 } == update)
}

@Test func noiseIsAddedToEachTravelTimeSumInTheOrderOfTheEncoding() throws {
    let update = try TravelTimeStatistics(cells: [honest], errors: Errors(base: 5, parent: 6, count: 2))
    var asked: [TravelTimeStatistics.Number] = []
    let noised = update.noised { number in
        asked.append(number)
        return Int64(asked.count) * 10
    }
    #expect(asked == [.count, .sum, .squares, .error, .error])
    let expected = Cell(arc: 9, slot: 100, roadClass: 4, count: 8, sum: -680, squares: 200_030)
    #expect(noised.cells == [expected])
    #expect(noised.errors == Errors(base: 45, parent: 56, count: 2))
}
