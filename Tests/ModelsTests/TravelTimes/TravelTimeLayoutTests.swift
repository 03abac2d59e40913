import Testing
import Wire

@testable import Models

/// Models that a seed decides.
extension SeededGenerator {
    static func model(_ numbers: inout SeededGenerator, cells: Int) -> TravelTimeModel {
        var evidences: [UInt64: TravelTimeEvidence] = [:]
        for _ in 0..<cells {
            let slot = [0, 1, 2, TravelTimeModel.anySlot][Int(numbers.next() % 4)]
            let mean = Int64(numbers.next() % 4259) - 2129
            let key = (numbers.next() % 400) << 16 | UInt64(slot)
            evidences[key] = .of(Int64(1 + numbers.next() % 20), mean: mean)
        }
        let cells = evidences.sorted { $0.key < $1.key }.map {
            TravelTimeCell(arc: UInt32($0.key >> 16), slot: UInt16(truncatingIfNeeded: $0.key), evidence: $0.value)
        }
        let classes = (0..<32).map { _ in
            TravelTimeEvidence.of(Int64(numbers.next() % 9), mean: Int64(numbers.next() % 1000))
        }
        return TravelTimeModel(cells: cells, classes: classes)
    }
}

@Test(arguments: 0..<20 as Range<UInt64>)
func aTravelTimeModelIsWhatItsBytesSay(seed: UInt64) throws {
    var numbers = SeededGenerator(seed: seed)
    let learned = SeededGenerator.model(&numbers, cells: Int(seed) * 10)
    let bytes = learned.encoded()
    #expect(try TravelTimeModel(decoding: bytes) == learned)
    for length in 0..<min(bytes.count, 300) {
        #expect(throws: TravelTimeError.self) { try TravelTimeModel(decoding: Array(bytes.prefix(length))) }
    }
    #expect(throws: TravelTimeError.malformed(.trailing(count: 1))) { try TravelTimeModel(decoding: bytes + [0]) }
}

@Test func theLayoutOfATravelTimeModelIsThis() {
    let learned = TravelTimeModel.of([(0x0102, 30, .of(1, mean: 1))], class: 3, .of(2, mean: -1))
    let expected: [UInt8] = [
        0x57, 0x54, 0x54, 1,  // mark
        0, 0, 0, 1, 3, 0, 0, 8, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xF8, 0, 0, 0, 0, 0, 0, 0, 0, 2,  // class 3
        0, 0, 0, 1, 0, 0, 1, 2, 0, 30, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 1,  // one cell
    ]
    #expect(learned.encoded() == expected)
    #expect(TravelTimeModel().encoded() == [0x57, 0x54, 0x54, 1, 0, 0, 0, 0, 0, 0, 0, 0])
}

/// Bytes of a model of which one field is another.
private func bytes(
    mark: UInt32 = 0x5754_5401, classes: [UInt8] = [], arcs: [UInt32] = [1, 2], slot: UInt16 = 5,
    count: UInt32 = 1024, sum: Int64 = 0, squares: Int64 = 0
) -> [UInt8] {
    var writer = Writer()
    writer.write(mark)
    writer.write(each: classes) { writer, number in
        writer.write(number)
        writer.write(UInt32(1024))
        writer.write(Int64(0))
        writer.write(Int64(0))
    }
    writer.write(each: arcs) { writer, arc in
        writer.write(arc)
        writer.write(slot)
        writer.write(count)
        writer.write(sum)
        writer.write(squares)
    }
    return writer.bytes
}

@Test func whatNoTravelTimeModelCanHaveWrittenIsRefused() throws {
    #expect(try TravelTimeModel(decoding: bytes(classes: [0, 31])).cells.count == 2)
    let bad: [([UInt8], TravelTimeError)] = [
        (bytes(mark: 7), .otherFormat(7)),
        (bytes(classes: [32]), .outOfRange(field: "class", value: 32)),
        (bytes(classes: [4, 4]), .notAscending(field: "class", index: 1)),
        (bytes(arcs: [1 << 31]), .outOfRange(field: "arc", value: 1 << 31)),
        (bytes(arcs: [2, 2]), .notAscending(field: "cell", index: 1)),
        (bytes(slot: 168), .outOfRange(field: "slot", value: 168)),
        (bytes(count: 0), .outOfRange(field: "count", value: 0)),
        (bytes(count: (65_536 << 10) + 1), .outOfRange(field: "count", value: (65_536 << 10) + 1)),
        (bytes(sum: 1024 * 2129 + 1), .outOfRange(field: "sum", value: 1024 * 2129 + 1)),
        (bytes(sum: .min), .outOfRange(field: "sum", value: .min)),
        (bytes(squares: -1), .outOfRange(field: "squares", value: -1)),
        (bytes(squares: 1024 * 4427 + 1), .outOfRange(field: "squares", value: 1024 * 4427 + 1)),
    ]
    for (file, error) in bad {
        #expect(throws: error) { try TravelTimeModel(decoding: file) }
    }
    let tooMany = Array(bytes(arcs: []).dropLast(4)) + [0, 0x0F, 0x42, 0x41]
    #expect(throws: TravelTimeError.malformed(.tooLong(count: 1_000_001, limit: 1_000_000))) {
        try TravelTimeModel(decoding: tooMany)
    }
}
