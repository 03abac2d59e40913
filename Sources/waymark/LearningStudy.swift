import Federation
import Foundation
import Models
import Traffic

/// How well the perception model learns: in one place, over vehicles that see different roads, and with liars among them.
///
/// It takes the very path of the product: trained on the vehicle, clipped, rounded to integers, aggregated and scored in integers. What is
/// left out is the log.
struct LearningStudy: Sendable {
    /// How a round makes one update of many.
    enum Rule: String, CaseIterable, Sendable {
        /// The mean of updates as they come, of any length: what federated learning began with. No validator does this.
        case unboundedMean = "unbounded_mean"
        /// The mean of updates within the bound.
        case mean
        /// The default: mixing with nearest neighbours, then the trimmed mean.
        case robust
    }

    /// What a fifth of the vehicles do.
    enum Attack: String, CaseIterable, Sendable {
        case none = "no_attack"
        /// They send what they learnt times −4.
        case signFlip = "sign_flip_x4"
        /// They know all honest updates and send their mean times −1/2 (Xie et al., UAI 2019).
        case innerProduct = "inner_product"
        /// They train honestly on labels of which k became 4 − k.
        case labelFlip = "label_flip"
    }

    /// One fleet learning.
    struct Plan: Sendable {
        var rule = Rule.robust
        var attack = Attack.none
        var rounds: Int
        var settings = TrainingSettings.round
        var clipBound = LearningStudy.clipBound
        var seed: UInt64
    }

    /// The norm bound in quanta of 2⁻¹⁴: 2.0.
    static let clipBound: UInt32 = 32_768
    static let scaleBits = 14
    /// Liars that the rules reckon with, and the share that there is in an attack: a fifth.
    static let attackersShare = 0.2

    /// The hold-out's accuracy after each round, by vehicles of which each has the samples of one list.
    static func federated(_ vehicles: [[LabelledFeatures]], judgedBy holdOut: HoldOut, _ plan: Plan) throws -> [Double]
    {
        let liars = plan.attack == .none ? 0 : Int(attackersShare * Double(vehicles.count))
        let samples = try vehicles.enumerated().map { index, own in
            plan.attack == .labelFlip && index < liars ? try flipped(own) : own
        }
        var model = PerceptionModel.initial(seed: plan.seed)
        var accuracies: [Double] = []
        for round in 0..<plan.rounds {
            var deltas = samples.enumerated().map { index, own in
                let seed = plan.seed << 32 + UInt64(round << 16 + index)
                return PerceptionTrainer.train(from: model, on: own, settings: plan.settings, seed: seed)
            }
            falsify(&deltas, liars: liars, by: plan.attack)
            model = model.adding(try aggregate(deltas, plan))
            let score = holdOut.score(model)
            accuracies.append(Double(score.correct) / Double(score.total))
        }
        return accuracies
    }

    /// The accuracy of a model that saw all `samples` in one place.
    static func centralised(
        _ samples: [LabelledFeatures], judgedBy holdOut: HoldOut, settings: TrainingSettings = .central, seed: UInt64
    ) throws -> Double {
        let start = PerceptionModel.initial(seed: seed)
        let delta = PerceptionTrainer.train(from: start, on: samples, settings: settings, seed: seed)
        let model = start.adding(delta.map { Int32(clamping: Int(($0 * 65_536).rounded(.toNearestOrEven))) })
        let score = holdOut.score(model)
        return Double(score.correct) / Double(score.total)
    }

    /// The same windows under false names: surface k is called 4 − k.
    private static func flipped(_ samples: [LabelledFeatures]) throws -> [LabelledFeatures] {
        try samples.map { sample in
            let names = Array(Surface.allCases.reversed())
            return try LabelledFeatures(features: sample.features, surface: names[Int(sample.surface.rawValue)])
        }
    }

    private static func falsify(_ deltas: inout [[Float]], liars: Int, by attack: Attack) {
        switch attack {
        case .none, .labelFlip: return
        case .signFlip:
            for liar in 0..<liars { deltas[liar] = deltas[liar].map { $0 * -4 } }
        case .innerProduct:
            var sum = [Float](repeating: 0, count: PerceptionModel.parameterCount)
            for honest in deltas[liars...] { for index in sum.indices { sum[index] += honest[index] } }
            let factor = -0.5 / Float(deltas.count - liars)
            for liar in 0..<liars { deltas[liar] = sum.map { $0 * factor } }
        }
    }

    private static func aggregate(_ deltas: [[Float]], _ plan: Plan) throws -> [Int32] {
        let vectors = try deltas.map { delta in
            plan.rule == .unboundedMean
                ? delta.map { Int16(clamping: Int(($0 * Float(1 << scaleBits)).rounded(.toNearestOrEven))) }
                : try PerceptionUpdate(clipping: delta, to: plan.clipBound, scaleBits: scaleBits).values
        }
        let kind: AggregationRule.Kind = plan.rule == .robust ? .mixedTrimmedMean : .mean
        let rule = AggregationRule(kind: kind, assumedAttackers: Int(attackersShare * Double(vectors.count)))
        guard let delta = RobustMean.aggregate(vectors, rule: rule, scaleBits: scaleBits) else {
            throw Failure("the updates break a bound of the rule")
        }
        return delta
    }
}

/// Where the samples come from and who gets which.
struct LearningSamples: Sendable {
    /// The samples of each surface, in the order of surfaces.
    let bySurface: [[LabelledFeatures]]

    /// A part to learn from and a part to judge by.
    struct Fold: Sendable {
        let training: [LabelledFeatures]
        let holdOut: HoldOut
    }

    /// Recorded series.
    init(_ recordings: SurfaceRecordings) throws {
        bySurface = try zip(recordings.bySurface, Surface.allCases).map { series, surface in
            try series.map { LabelledFeatures(try SurfaceFeatures(window: $0), surface: surface) }
        }
    }

    /// `count` synthetic series of each surface.
    init(syntheticCount count: Int, seed: UInt64) throws {
        var sampler = SurfaceSampler(seed: seed)
        bySurface = try Surface.allCases.map { surface in
            try (0..<count).map { _ in
                LabelledFeatures(try SurfaceFeatures(window: sampler.sample(surface)), surface: surface)
            }
        }
    }

    /// Five folds in which each surface has its share.
    func folds(seed: UInt64) throws -> [Fold] {
        var random = SeededGenerator(seed: seed)
        let shuffled = bySurface.map { $0.shuffled(using: &random) }
        return try (0..<5).map { fold in
            let parts = shuffled.map { samples in
                (
                    samples.enumerated().filter { $0.offset % 5 != fold }.map(\.element),
                    samples.enumerated().filter { $0.offset % 5 == fold }.map(\.element)
                )
            }
            return Fold(training: parts.flatMap(\.0), holdOut: try HoldOut(samples: parts.flatMap(\.1)))
        }
    }

    /// `samples` dealt out to vehicles that see different roads: of each surface every vehicle gets the share that a symmetric Dirichlet
    /// distribution gives it, so that at 0.3 a few vehicles have most of it.
    static func dealt(
        _ samples: [LabelledFeatures], to vehicles: Int, alpha: Double, seed: UInt64
    ) -> [[LabelledFeatures]] {
        var random = SeededGenerator(seed: seed)
        var dealt = [[LabelledFeatures]](repeating: [], count: vehicles)
        for surface in Surface.allCases {
            let own = samples.filter { $0.surface == surface }.shuffled(using: &random)
            let shares = (0..<vehicles).map { _ in random.gamma(alpha) }
            let total = shares.reduce(0, +)
            var (sum, first) = (0.0, 0)
            for (vehicle, share) in shares.enumerated() {
                sum += share
                let end = vehicle == vehicles - 1 ? own.count : Int((sum / total * Double(own.count)).rounded())
                dealt[vehicle] += own[first..<max(first, end)]
                first = max(first, end)
            }
        }
        return dealt
    }

    /// Vehicles with 20 to 60 synthetic windows each: 70 % of one surface, 25 % of a second, 5 % of the others.
    static func fleet(of vehicles: Int, seed: UInt64) throws -> [[LabelledFeatures]] {
        var random = SeededGenerator(seed: seed)
        var sampler = SurfaceSampler(seed: seed &+ 1)
        return try (0..<vehicles).map { _ in
            let roads = Surface.allCases.shuffled(using: &random)
            return try (0..<Int.random(in: 20...60, using: &random)).map { _ in
                let draw = Int.random(in: 0..<100, using: &random)
                let surface = draw < 70 ? roads[0] : draw < 95 ? roads[1] : roads[2 + draw % 3]
                return LabelledFeatures(try SurfaceFeatures(window: sampler.sample(surface)), surface: surface)
            }
        }
    }
}

extension SeededGenerator {
    /// A number of the gamma distribution of this shape, up to 1, and scale 1 (Marsaglia and Tsang, ACM TOMS 26(3), 2000).
    fileprivate mutating func gamma(_ shape: Double) -> Double {
        let d = shape + 1 - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = normalDeviate()
            let v = pow(1 + c * x, 3)
            guard v > 0, log(Double.random(in: 0.0.nextUp..<1, using: &self)) < 0.5 * x * x + d - d * v + d * log(v)
            else { continue }
            return d * v * pow(Double.random(in: 0.0.nextUp..<1, using: &self), 1 / shape)
        }
    }

    /// A normally distributed number (Box and Muller).
    mutating func normalDeviate() -> Double {
        let radius = (-2 * log(Double.random(in: 0.0.nextUp..<1, using: &self))).squareRoot()
        return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &self))
    }
}
