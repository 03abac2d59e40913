import Testing
import Wire

@testable import Models

@Test func theNetworkHas1413Parameters() {
    let (inputs, hidden, outputs) = (PerceptionModel.inputs, PerceptionModel.hidden, PerceptionModel.outputs)
    #expect(PerceptionModel.parameterCount == hidden * inputs + hidden + outputs * hidden + outputs)
    #expect(PerceptionModel.outputs == Surface.allCases.count)
}

/// Recorded: a fleet whose vehicles began with other numbers could not agree on anything.
@Test func theFirstModelOfASeedIsTheSameEverywhere() {
    let parameters = PerceptionModel.initial(seed: 1).parameters
    #expect(Array(parameters.prefix(4)) == [-9285, 16_124, 24_014, 17_865])
    #expect(parameters[1216..<1248].allSatisfy { $0 == 0 } && parameters[1408...].allSatisfy { $0 == 0 })
    #expect(parameters.reduce(0) { $0 &+ Int64($1) } == -1_063_720)
    #expect(PerceptionModel.initial(seed: 2) != PerceptionModel.initial(seed: 1))
}

@Test func aModelsFileIsReadBack() throws {
    let model = try Invented.model(seed: 5)
    let bytes = model.encoded()
    #expect(bytes.count == PerceptionModel.encodedBytes)
    #expect(Array(bytes.prefix(10)) == [0x57, 0x50, 0x4D, 1, 0, 38, 0, 32, 0, 5])
    #expect(try PerceptionModel(decoding: bytes) == model)
}

@Test func aModelsFileThatNobodyWroteIsRefused() throws {
    let bytes = try Invented.model(seed: 5).encoded()
    #expect(throws: ModelError.malformed(.truncated(needed: 4, left: 3))) {
        try PerceptionModel(decoding: bytes.dropLast())
    }
    #expect(throws: ModelError.malformed(.trailing(count: 1))) { try PerceptionModel(decoding: bytes + [0]) }
    #expect(throws: ModelError.malformed(.truncated(needed: 4, left: 0))) { try PerceptionModel(decoding: []) }
    var other = bytes
    other[3] = 2
    #expect(throws: ModelError.otherFormat(0x5750_4D02)) { try PerceptionModel(decoding: other) }
    other = bytes
    other[7] = 33
    #expect(throws: ModelError.otherShape(inputs: 38, hidden: 33, outputs: 5)) { try PerceptionModel(decoding: other) }
    #expect(throws: ModelError.wrongLength(expected: 1413, found: 2)) { try PerceptionModel(parameters: [1, 2]) }
}

@Test func addingStaysWithinThirtyTwoBits() throws {
    var delta = [Int32](repeating: 3, count: PerceptionModel.parameterCount)
    (delta[0], delta[1]) = (.max, .min)
    var parameters = [Int32](repeating: 4, count: PerceptionModel.parameterCount)
    (parameters[0], parameters[1]) = (1, -1)
    let sum = try PerceptionModel(parameters: parameters).adding(delta).parameters
    #expect(Array(sum.prefix(3)) == [.max, .min, 7])
}

@Test func scoresAreTheLogitsWithin28FractionBits() throws {
    for seed in UInt64(1)...5 {
        let model = try Invented.model(seed: seed)
        for sample in try Invented.samples(20, seed: seed) {
            let logits = model.logits(sample.features.map { Float($0) / 256 })
            for (score, logit) in zip(model.scores(sample.features), logits) {
                // 32 hidden units are rounded by 2^-13 at most, and weights stay below 0.5; the rest is 32-bit floats.
                #expect(abs(Float(score) / Float(1 << 28) - logit) < 32 * 0.5 / 8192 + 1e-4)
            }
        }
    }
}

/// Worked by hand: one hidden unit, 1.5 · 2.0 + 0.25 = 3.25; output 1 is −2 · 3.25 + 0.5 = −6; the others are 0.
@Test func scoresOfASmallNetworkAreExact() throws {
    var parameters = [Int32](repeating: 0, count: PerceptionModel.parameterCount)
    parameters[0] = 98_304
    parameters[PerceptionModel.hiddenBiasOffset] = 16_384
    parameters[PerceptionModel.outputWeightOffset + PerceptionModel.hidden] = -131_072
    parameters[PerceptionModel.outputBiasOffset + 1] = 32_768
    let model = try PerceptionModel(parameters: parameters)
    var features = [Int16](repeating: 0, count: SurfaceFeatures.count)
    features[0] = 512
    #expect(model.scores(features) == [0, -6 << 28, 0, 0, 0])
    #expect(model.classify(features) == .regular)
    features[0] = -512
    #expect(model.scores(features) == [0, 1 << 27, 0, 0, 0])
    #expect(model.classify(features) == .worn)
}

@Test func theWorstParametersDoNotOverflow() throws {
    let highest = [Int16](repeating: .max, count: SurfaceFeatures.count)
    let lowest = [Int16](repeating: .min, count: SurfaceFeatures.count)
    let top = try PerceptionModel(parameters: [Int32](repeating: .max, count: PerceptionModel.parameterCount))
    let bottom = try PerceptionModel(parameters: [Int32](repeating: .min, count: PerceptionModel.parameterCount))
    let hidden = Int64(1 << 26 - 1)
    #expect(top.scores(highest)[0] == 32 * hidden * Int64(Int32.max) + Int64(Int32.max) << 12)
    #expect(bottom.scores(lowest)[0] == 32 * hidden * Int64(Int32.min) + Int64(Int32.min) << 12)
    #expect(top.scores(lowest)[0] == Int64(Int32.max) << 12)
}

@Test func aHoldOutsFileIsReadBackAndScored() throws {
    let model = PerceptionModel.initial(seed: 1)
    let samples = try Invented.samples(60)
    let holdOut = try HoldOut(samples: samples)
    let bytes = holdOut.encoded()
    #expect(bytes.count == 8 + 60 * 77)
    #expect(Array(bytes.prefix(9)) == [0x57, 0x48, 0x4F, 1, 0, 0, 0, 60, 0])
    #expect(try HoldOut(decoding: bytes) == holdOut)
    let right = samples.filter { model.classify($0.features) == $0.surface }.count
    #expect(holdOut.score(model) == (UInt32(right), 60))
}

@Test func aHoldOutsFileThatNobodyWroteIsRefused() throws {
    let bytes = try HoldOut(samples: Invented.samples(3)).encoded()
    #expect(throws: ModelError.malformed(.truncated(needed: 2, left: 1))) { try HoldOut(decoding: bytes.dropLast()) }
    #expect(throws: ModelError.malformed(.trailing(count: 1))) { try HoldOut(decoding: bytes + [0]) }
    var other = bytes
    other[8 + 77] = 5
    #expect(throws: ModelError.unknownSurface(5, sample: 1)) { try HoldOut(decoding: other) }
    other = bytes
    other[5] = 1
    other[6] = 1
    #expect(throws: ModelError.sampleCount(found: 65_795, limit: 65_536)) { try HoldOut(decoding: other) }
    #expect(throws: ModelError.sampleCount(found: 0, limit: 65_536)) { try HoldOut(samples: []) }
    #expect(throws: ModelError.otherFormat(0x5750_4D01)) {
        try HoldOut(decoding: PerceptionModel.initial(seed: 1).encoded())
    }
}
