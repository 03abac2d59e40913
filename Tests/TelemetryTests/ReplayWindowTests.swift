import Telemetry
import Testing
import Wire

/// The same rule told with a set.
private struct NaiveWindow {
    var seen: Set<UInt64> = []

    mutating func admit(_ sequence: UInt64) -> ReplayWindow.Standing {
        let highest = seen.max() ?? 0
        if sequence <= highest, highest - sequence >= 1024 { return .belowWindow }
        return seen.insert(sequence).inserted ? .fresh : .repeated
    }
}

@Test func theWindowAgreesWithASetOfNumbers() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<20 {
        var window = ReplayWindow()
        var naive = NaiveWindow()
        for _ in 0..<500 {
            let step: ClosedRange<Int64> = Bool.random(using: &generator) ? -3...3 : -1200...1200
            let next = Int64(window.highest) + Int64.random(in: step, using: &generator)
            let sequence = UInt64(max(1, next))
            let expected = naive.admit(sequence)
            #expect(window.standing(of: sequence) == expected, "seed \(seed)")
            let standing = window.admit(sequence)
            #expect(standing == expected, "seed \(seed)")
        }
        var reader = Reader(window.encoded())
        #expect(try ReplayWindow(from: &reader) == window, "seed \(seed)")
        try reader.finish()
    }
}

@Test func aNumberCountsOnce() {
    var window = ReplayWindow()
    #expect(window.admit(5) == .fresh)
    #expect(window.admit(5) == .repeated)
    #expect(window.admit(4) == .fresh)
}

@Test func theWindowReachesBackOverExactly1024Numbers() {
    var window = ReplayWindow()
    _ = window.admit(1024)
    #expect(window.standing(of: 1) == .fresh)
    _ = window.admit(1025)
    #expect(window.standing(of: 1) == .belowWindow)
    #expect(window.standing(of: 2) == .fresh)
}

@Test func theHighestNumberOfAllIsNoTrap() {
    var window = ReplayWindow()
    #expect(window.admit(.max) == .fresh)
    #expect(window.admit(.max) == .repeated)
    #expect(window.admit(1) == .belowWindow)
    #expect(window.admit(.max - 1023) == .fresh)
    #expect(window.admit(.max - 1024) == .belowWindow)
}

@Test func equalSetsHaveEqualWindowsWhateverTheOrder() {
    var (up, down) = (ReplayWindow(), ReplayWindow())
    for sequence in 1...1500 as ClosedRange<UInt64> where sequence % 3 == 0 { _ = up.admit(sequence) }
    for sequence in (477...1500 as ClosedRange<UInt64>).reversed() where sequence % 3 == 0 { _ = down.admit(sequence) }
    #expect(up == down)
    #expect(up.encoded() == down.encoded())
}

@Test func anEncodedWindowHasItsGoldenBytes() {
    var window = ReplayWindow()
    for sequence in [1, 63, 64, 1030] as [UInt64] { _ = window.admit(sequence) }
    // 1030 mod 1024 = 6; 1 fell out of the window, 63 and 64 are its bits 63 of word 0 and 0 of word 1.
    var expected: [UInt8] = [0, 0, 0, 0, 0, 0, 4, 6]
    expected += [0x80, 0, 0, 0, 0, 0, 0, 0x40]
    expected += [0, 0, 0, 0, 0, 0, 0, 1]
    expected += [UInt8](repeating: 0, count: 14 * 8)
    #expect(window.encoded() == expected)
    #expect(expected.count == ReplayWindow.encodedCount)
}

@Test(arguments: [(0, 0, 1), (5, 0, 0), (5, 0, 0x60), (5, 0, 0x21), (5, 1, 1)] as [(UInt64, Int, UInt64)])
func aWindowThatCannotHaveHappenedIsRefused(highest: UInt64, word: Int, bits: UInt64) {
    var writer = Writer()
    writer.write(highest)
    for index in 0..<16 { writer.write(index == word ? bits : 0 as UInt64) }
    var reader = Reader(writer.bytes)
    #expect(throws: WireError.invalid(field: "replay window", value: highest)) { try ReplayWindow(from: &reader) }
}
