import Testing

@testable import Models

/// A change of which every value is within ±`height`.
private func change(height: Float, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<PerceptionModel.parameterCount).map { _ in Float.random(in: -height...height, using: &generator) }
}

@Test func anUpdateIsNeverLongerThanItsBound() throws {
    for bound in [UInt32(0), 1, 18, 19, 20, 1000, 12_345, 46_340] {
        for (seed, height) in zip(UInt64(1)..., [Float(1e-5), 0.003, 0.1, 5, 1e30]) {
            let update = try PerceptionUpdate(clipping: change(height: height, seed: seed), to: bound, scaleBits: 14)
            #expect(update.normSquared <= Int64(bound) * Int64(bound), "bound \(bound), height \(height)")
        }
    }
}

@Test func aShortChangeIsRoundedToQuantaAndKeptAsItIs() throws {
    let delta = change(height: 0.01, seed: 3)
    let update = try PerceptionUpdate(clipping: delta, to: 46_340, scaleBits: 14)
    for (value, number) in zip(update.values, delta) { #expect(abs(Float(value) - number * 16_384) <= 0.501) }
    var halves = [Float](repeating: 0, count: PerceptionModel.parameterCount)
    halves.replaceSubrange(0..<4, with: [0.5, 1.5, -0.5, -2.5].map { $0 / 16_384 })
    #expect(Array(try PerceptionUpdate(clipping: halves, to: 100, scaleBits: 14).values.prefix(4)) == [0, 2, 0, -2])
}

@Test func aLongChangeKeepsItsDirection() throws {
    let delta = change(height: 1, seed: 4)
    let update = try PerceptionUpdate(clipping: delta, to: 16_384, scaleBits: 14)
    let norm = delta.reduce(0) { $0 + $1 * $1 }.squareRoot()
    for (value, number) in zip(update.values, delta) { #expect(abs(Float(value) / 16_384 - number / norm) < 1e-4) }
    #expect(update.normSquared > 16_300 * 16_300)
}

@Test func anUpdatesBytesAreReadBack() throws {
    let update = try PerceptionUpdate(clipping: change(height: 0.3, seed: 5), to: 20_000, scaleBits: 14)
    let bytes = update.encoded()
    #expect(bytes.count == 2826)
    #expect(try PerceptionUpdate(decoding: bytes) == update)
    let first = UInt16(bitPattern: update.values[0])
    #expect(bytes[0] == UInt8(first >> 8) && bytes[1] == UInt8(first & 0xFF))
}

@Test func theNormOfTheLongestVectorIsExact() throws {
    let values = [Int16](repeating: .min, count: PerceptionModel.parameterCount)
    #expect(try PerceptionUpdate(values: values).normSquared == 1413 << 30)
}

@Test func anUpdateThatIsNoneIsRefused() throws {
    for count in [0, 2825, 2827, 5652] {
        #expect(throws: ModelError.wrongLength(expected: 2826, found: count)) {
            try PerceptionUpdate(decoding: [UInt8](repeating: 0, count: count))
        }
    }
    #expect(throws: ModelError.wrongLength(expected: 1413, found: 1)) { try PerceptionUpdate(values: [1]) }
    var delta = change(height: 1, seed: 6)
    delta[9] = .nan
    #expect(throws: ModelError.notPlausible(index: 9)) { try PerceptionUpdate(clipping: delta, to: 9, scaleBits: 14) }
}
