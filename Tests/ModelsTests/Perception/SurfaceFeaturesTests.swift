import Testing

@testable import Models

@Test func featuresOfRecordedDrivesAreNearToMeanZeroAndVarianceOne() throws {
    guard let series = try Recorded.series() else { return }
    #expect(series.count == 400)
    let all = try series.map { try SurfaceFeatures(window: $0.window).values }
    for feature in 0..<SurfaceFeatures.count {
        let column = all.map { $0[feature] }
        let mean = column.reduce(0, +) / 400
        let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 400
        #expect(abs(mean) < 0.02, "mean of feature \(feature): \(mean)")
        #expect(abs(variance - 1) < 0.03, "variance of feature \(feature): \(variance)")
        #expect(column.allSatisfy { abs($0) < 5 }, "range of feature \(feature)")
    }
}

@Test func featuresDoNotDependOnGravityOrTheSensorsOffset() throws {
    let window = Invented.window()
    let features = try SurfaceFeatures(window: window).values
    let shifted = try SurfaceFeatures(window: window.map { $0 - 9.81 }).values
    for (one, other) in zip(features, shifted) { #expect(abs(one - other) < 1e-3) }
}

@Test func aLouderDriveHasAHigherLevelAndTheSameShape() throws {
    let window = Invented.window().map { $0 - 9.81 }
    let features = try SurfaceFeatures(window: window).values
    let louder = try SurfaceFeatures(window: window.map { $0 * 2 }).values
    #expect(louder[0] > features[0] + 1)
    // Crest, zero crossings, energy's highest to mean, and a band's share.
    for feature in [2, 6, 11, 34] { #expect(abs(louder[feature] - features[feature]) < 0.02, "feature \(feature)") }
}

@Test func quantizedFeaturesAreTheFeaturesRoundedToEightFractionBits() throws {
    let features = try SurfaceFeatures(window: Invented.window())
    #expect(features.quantized.count == SurfaceFeatures.count)
    for (value, quantum) in zip(features.values, features.quantized) {
        #expect(abs(value - Float(quantum) / 256) <= 1.0 / 512)
    }
}

@Test func featuresOfAnyPossibleWindowAreFiniteAndBounded() throws {
    var spike = [Float](repeating: 0, count: 50)
    spike[25] = SurfaceFeatures.accelerationLimit
    let limit = SurfaceFeatures.accelerationLimit
    let alternating = (0..<400).map { $0 % 2 == 0 ? limit : -limit }
    for window in [[Float](repeating: 9.81, count: 50), spike, alternating, Invented.window(count: 400, height: 0)] {
        let features = try SurfaceFeatures(window: window)
        #expect(features.values.allSatisfy { abs($0) <= 8 })
        #expect(features.quantized.allSatisfy { abs($0) <= 2048 })
    }
}

@Test func aWindowThatIsTooShortOrTooLongIsRefused() {
    for count in [0, 49, 401] {
        #expect(throws: ModelError.windowLength(found: count)) {
            try SurfaceFeatures(window: [Float](repeating: 0, count: count))
        }
    }
}

@Test func aValueThatNoRoadGivesIsRefused() {
    for value in [Float.nan, .infinity, -.infinity, 401, -401] {
        var window = Invented.window()
        window[17] = value
        #expect(throws: ModelError.notPlausible(index: 17)) { try SurfaceFeatures(window: window) }
    }
}
