import Cryptography
import Federation
import Models
import Telemetry
import Testing
import Wire

@testable import VehicleKit

/// Two seconds on a surface: each shakes in its own way.
func window(on surface: Surface, _ random: inout SeededGenerator) -> [Float] {
    let place = Int.random(in: 20..<80, using: &random)
    return (0..<100).map { (step: Int) -> Float in
        let noise = Float.random(in: -0.3...0.3, using: &random)
        let distance = Float(step - place)
        switch surface {
        case .regular: return noise
        case .worn: return 6 * noise
        case .metalBump: return noise + 8 * (distance * 0.8).magnitudeBelow(4)
        case .asphaltBump: return noise + 5 * (distance * 0.2).magnitudeBelow(4)
        case .pothole: return noise - 9 * (distance * 1.2).magnitudeBelow(4)
        }
    }
}

extension Float {
    /// A bump: 1 at zero, nothing from `width` on.
    fileprivate func magnitudeBelow(_ width: Float) -> Float { Swift.max(0, 1 - magnitude / width) }
}

private func learner(windows: Int, seed: UInt64 = 1) throws -> Learner {
    var random = SeededGenerator(seed: seed)
    var learner = Learner(seed: seed)
    for number in 0..<windows {
        let surface = Surface.allCases[number % Surface.allCases.count]
        try learner.observe(window: window(on: surface, &random), label: surface)
    }
    return learner
}

private func traversal(_ arc: UInt32, at hour: UInt64 = 10) -> TravelTimeDiary.Traversal {
    TravelTimeDiary.Traversal(
        arc: arc, roadClass: 3, enteredAt: Timestamp(milliseconds: hour * 3_600_000), observedMilliseconds: 20_000,
        freeFlowMilliseconds: 10_000)
}

private func update(
    _ learner: Learner, _ round: RoundOpenedEntry = someRound(), seed: UInt64 = 5
) throws -> PerceptionUpdate {
    var learner = learner
    var random = SeededGenerator(seed: seed)
    return try PerceptionUpdate(decoding: learner.update(for: round, shelf: ModelShelf(), using: &random))
}

@Test func whatIsLearntMakesTheVersionBetterAtIt() throws {
    let update = try update(try learner(windows: 60))
    let base = try ModelShelf().perception()
    let trained = base.adding(update.values.map { Int32($0) << 2 })
    var random = SeededGenerator(seed: 99)
    var (before, after) = (0, 0)
    for surface in Surface.allCases {
        for _ in 0..<20 {
            let felt = window(on: surface, &random)
            before += try Learner.classify(felt, by: base) == surface ? 1 : 0
            after += try Learner.classify(felt, by: trained) == surface ? 1 : 0
        }
    }
    #expect(after > before + 20, "\(before) and \(after) of 100")
}

@Test func anUpdateKeepsTheBound() throws {
    var round = someRound()
    for (bound, noise) in [(20_000, 0), (100, 0), (1, 0), (20_000, 50_000), (100, 400_000)] as [(UInt32, UInt32)] {
        round.terms.clipBound = bound
        round.terms.noiseMilli = noise
        let update = try update(try learner(windows: 20), round)
        #expect(update.normSquared <= Int64(bound) * Int64(bound), "bound \(bound), noise \(noise)")
    }
}

@Test func noiseIsOnEveryNumberAndAsStrongAsTheRoundSays() throws {
    let learner = try learner(windows: 20)
    var round = someRound()
    let bare = try update(learner, round)
    round.terms.noiseMilli = 40_000
    let noised = try update(learner, round)
    let noise = zip(noised.values, bare.values).map { Double($0) - Double($1) }
    let variance = noise.reduce(0) { $0 + $1 * $1 } / Double(noise.count)
    // σ = 40; the estimate's deviation over 1,413 numbers is 4 % of the variance.
    #expect((1_300...1_900).contains(variance), "\(variance)")
    #expect(noise.count { $0 == 0 } < 60)
}

@Test func anUpdateFollowsFromDiaryVersionAndSeed() throws {
    let learner = try learner(windows: 20)
    var round = someRound()
    round.terms.noiseMilli = 1_000
    #expect(try update(learner, round) == update(learner, round))
    #expect(try update(learner, round) != update(learner, round, seed: 6))
}

@Test func tooFewWindowsAreNoLesson() throws {
    #expect(throws: LessonFault.tooLittle(samples: 3)) { try update(try learner(windows: 3)) }
    let travelTimes = someRound(of: .travelTimes)
    #expect(throws: LessonFault.tooLittle(samples: 0)) { try update(try learner(windows: 8), travelTimes) }
}

@Test func aRoundOnAnotherVersionIsNoLesson() throws {
    let round = someRound(base: Digest.sha256([1]))
    #expect(throws: LessonFault.otherBase) { try update(try learner(windows: 8), round) }
}

@Test func aRoundWhoseTermsCannotBeKeptIsNoLesson() throws {
    let learner = try learner(windows: 8)
    let changes: [(String, (inout RoundTerms) -> Void)] = [
        ("clip_bound", { $0.clipBound = 46_341 }), ("clip_bound", { $0.clipBound = 0 }),
        ("scale_bits", { $0.scaleBits = 200 }), ("noise_milli", { $0.noiseMilli = .max }),
    ]
    for (field, change) in changes {
        var round = someRound()
        change(&round.terms)
        #expect(throws: LessonFault.terms(field: field)) { try update(learner, round) }
    }
}

@Test func aFileThatIsNoModelIsNoLesson() throws {
    var shelf = ModelShelf()
    shelf.install(ModelShelf.Version(file: [1, 2, 3]), of: .perception, isMadeOfRunning: true)
    var learner = try learner(windows: 8)
    var random = SeededGenerator(seed: 1)
    #expect(throws: LessonFault.self) {
        try learner.update(for: someRound(base: Digest.sha256([1, 2, 3])), shelf: shelf, using: &random)
    }
}

@Test func theDiaryKeepsTheNewestWindowsForEveryRound() throws {
    var learner = try learner(windows: VehicleLimits.diaryWindows + 9)
    #expect(learner.windowCount == VehicleLimits.diaryWindows)
    _ = try learner.lesson(for: someRound(), shelf: ModelShelf())
    #expect(learner.windowCount == VehicleLimits.diaryWindows)
}

@Test func anImpossibleWindowIsNotRemembered() throws {
    var learner = Learner(seed: 1)
    #expect(throws: ModelError.self) { try learner.observe(window: [], label: .regular) }
    #expect(throws: ModelError.self) {
        try learner.observe(window: [Float](repeating: .nan, count: 100), label: .regular)
    }
    #expect(learner.windowCount == 0)
    let model = try ModelShelf().perception()
    #expect(throws: ModelError.self) { try Learner.classify([], by: model) }
}

@Test func traversalsAreForOneRoundAndThoseAfterItForTheNext() throws {
    var learner = Learner(seed: 1)
    for arc in 0..<50 as Range<UInt32> { learner.observe(traversal(arc)) }
    let lesson = try learner.lesson(for: someRound(of: .travelTimes), shelf: ModelShelf())
    #expect(learner.traversalCount == 0)
    learner.observe(traversal(1))
    var random = SeededGenerator(seed: 1)
    let statistics = try TravelTimeStatistics(decoding: lesson.update(using: &random))
    // Each of the 50 arcs is trained on or held out.
    #expect(statistics.cells.count + Int(statistics.errors.count) == 50)
    #expect(statistics.errors.count > 0)
    // ln 2 with 10 fraction bits, and the first version knows of no delay.
    #expect(statistics.cells.allSatisfy { $0.sum == 710 })
    #expect(statistics.errors.base == 710 * statistics.errors.count)
    #expect(learner.traversalCount == 1)
}

@Test func theParentsErrorsAreTheVersionsBefore() throws {
    let classes = [TravelTimeEvidence](
        repeating: TravelTimeEvidence(traversals: 60_000, mean: 710 << 10, meanSquare: 0),
        count: Int(TravelTimeLimits.roadClasses))
    let second = ModelShelf.Version(file: TravelTimeModel(cells: [], classes: classes).encoded())
    var shelf = ModelShelf()
    shelf.install(second, of: .travelTimes, isMadeOfRunning: true)
    var learner = Learner(seed: 1)
    for arc in 0..<50 as Range<UInt32> { learner.observe(traversal(arc)) }
    var random = SeededGenerator(seed: 1)
    let payload = try learner.update(
        for: someRound(2, of: .travelTimes, base: second.digest), shelf: shelf, using: &random)
    let errors = try TravelTimeStatistics(decoding: payload).errors
    #expect(errors.parent == 710 * errors.count)
    #expect(errors.base <= errors.count)
}

@Test func noisedTravelTimesAreWithinTheBoundsOfAnUpdate() throws {
    var learner = Learner(seed: 1)
    for arc in 0..<50 as Range<UInt32> { learner.observe(traversal(arc)) }
    let diary = learner
    var payloads: Set<[UInt8]> = []
    for milli in [0, 10, 1_000, 30_000] as [UInt32] {
        var round = someRound(of: .travelTimes)
        round.terms.noiseMilli = milli
        var (learner, random) = (diary, SeededGenerator(seed: 7))
        let payload = try learner.update(for: round, shelf: ModelShelf(), using: &random)
        #expect(throws: Never.self) { try TravelTimeStatistics(decoding: payload) }
        payloads.insert(payload)
    }
    #expect(payloads.count == 4)
    var round = someRound(of: .travelTimes)
    round.terms.noiseMilli = 40_000
    var random = SeededGenerator(seed: 7)
    #expect(throws: LessonFault.terms(field: "noise_milli")) {
        try learner.update(for: round, shelf: ModelShelf(), using: &random)
    }
}

@Test(arguments: [1, 2_129, 4_258, 2_129 * 2_129] as [UInt64])
func noiseHasTheDeviationThatWasAskedFor(_ sensitivity: UInt64) throws {
    let noise = try #require(UpdateNoise(milli: 2_000, sensitivity: sensitivity))
    var random = SeededGenerator(seed: 3)
    let draws = (0..<4_000).map { _ in Double(noise.next(using: &random)) / Double(sensitivity) }
    let mean = draws.reduce(0, +) / 4_000
    let variance = draws.reduce(0) { $0 + $1 * $1 } / 4_000
    // σ = 2: the mean's deviation is 0.03, the variance's 0.09.
    #expect(mean.magnitude < 0.16, "mean \(mean)")
    #expect((3.6...4.4).contains(variance), "variance \(variance)")
}
