import Foundation
import Testing

@testable import Models

/// The same loss written once more, in double precision and without a trick: what the analytic gradient is held against.
private struct Reference {
    var parameters: [Double]
    let offsets: [Double]

    /// Loss of one sample, and whether each hidden unit is on: where one switches, there is no derivative.
    func loss(_ features: [Double], label: Int) -> (loss: Double, active: [Bool]) {
        var sums: [Double] = []
        for unit in 0..<32 { sums.append(parameters[1216 + unit] + dot(unit * 38, features)) }
        let hidden = sums.map { max(0, $0) }
        var logits: [Double] = []
        for output in 0..<5 {
            logits.append(parameters[1408 + output] + offsets[output] + dot(1248 + output * 32, hidden))
        }
        let powers = logits.map { exp($0) }
        return (log(powers.reduce(0, +)) - logits[label], sums.map { $0 > 0 })
    }

    private func dot(_ row: Int, _ values: [Double]) -> Double {
        var sum = 0.0
        for (index, value) in values.enumerated() { sum += parameters[row + index] * value }
        return sum
    }
}

@Test func analyticGradientsAreTheFiniteDifferences() throws {
    let model = try Invented.model(seed: 11)
    let samples = try Invented.samples(3, seed: 12)
    let trainer = PerceptionTrainer(parameters: model.floatParameters, samples: samples, settings: .round, seed: 0)
    let gradient = trainer.gradient(of: [0, 1, 2]).gradient.parameters
    let s = Double(TrainingSettings.round.priorSamples)
    let counts: [Double] = [1, 1, 1, 0, 0]
    let offsets = counts.map { log(($0 + s) / (3 + 5 * s)) }
    let reference = Reference(parameters: model.floatParameters.map { Double($0) }, offsets: offsets)
    var compared = 0
    for index in stride(from: 0, to: PerceptionModel.parameterCount, by: 2) {
        var (up, down) = (reference, reference)
        up.parameters[index] += 1e-4
        down.parameters[index] -= 1e-4
        var (difference, isSmooth) = (0.0, true)
        for sample in samples {
            let features = sample.features.map { Double($0) / 256 }
            let (above, below) = (
                up.loss(features, label: Int(sample.surface.rawValue)),
                down.loss(features, label: Int(sample.surface.rawValue))
            )
            difference += (above.loss - below.loss) / 2e-4
            isSmooth = isSmooth && above.active == below.active
        }
        guard isSmooth else { continue }
        #expect(abs(difference - Double(gradient[index])) < 1e-4, "parameter \(index)")
        compared += 1
    }
    #expect(compared > 700)
}

/// Recorded: what training does must not change unnoticed.
@Test func tenTrainingLossesAreTheRecordedOnes() throws {
    let recorded: [Float] = [
        1.70548, 1.48480, 1.20303, 0.94190, 0.70192, 0.48660, 0.32545, 0.20856, 0.13304, 0.08750,
    ]
    let settings = TrainingSettings(
        epochs: 10, batch: 16, learningRate: 0.05, momentum: 0.9, weightDecay: 0.001, priorSamples: 1)
    var trainer = PerceptionTrainer(
        parameters: PerceptionModel.initial(seed: 1).floatParameters, samples: try Invented.samples(60, seed: 21),
        settings: settings, seed: 3)
    for (epoch, loss) in recorded.enumerated() {
        let now = trainer.runEpoch()
        #expect(abs(now - loss) < 1e-4, "epoch \(epoch): \(now)")
    }
}

@Test func trainingTellsInventedSurfacesApart() throws {
    let (model, samples) = (PerceptionModel.initial(seed: 2), try Invented.samples(100, seed: 31))
    let delta = PerceptionTrainer.train(from: model, on: samples, settings: .round, seed: 4)
    let trained = model.adding(delta.map { Int32(($0 * 65_536).rounded()) })
    let holdOut = try HoldOut(samples: Invented.samples(100, seed: 32))
    #expect(holdOut.score(trained).correct > 75)
    #expect(holdOut.score(model).correct < 50)
}

@Test func theSameSeedTrainsTheSame() throws {
    let (model, samples) = (PerceptionModel.initial(seed: 2), try Invented.samples(50, seed: 31))
    let settings = TrainingSettings(
        epochs: 2, batch: 8, learningRate: 0.05, momentum: 0.9, weightDecay: 0.001, priorSamples: 1)
    let delta = PerceptionTrainer.train(from: model, on: samples, settings: settings, seed: 4)
    #expect(delta == PerceptionTrainer.train(from: model, on: samples, settings: settings, seed: 4))
    #expect(delta != PerceptionTrainer.train(from: model, on: samples, settings: settings, seed: 5))
    #expect(delta.count == PerceptionModel.parameterCount)
}

@Test func aVehicleWithoutSamplesChangesNothing() {
    let delta = PerceptionTrainer.train(
        from: PerceptionModel.initial(seed: 2), on: [], settings: .round, seed: 4)
    #expect(delta == [Float](repeating: 0, count: PerceptionModel.parameterCount))
}

/// A vehicle that knows one surface must not teach that there is no other: with the shares in its loss it has far less to learn.
@Test func aVehicleThatKnowsOneSurfaceHardlyUnlearnsTheOthers() throws {
    let one = try Invented.samples(100, seed: 41).filter { $0.surface == .regular }
    func biasOfOthers(prior: Float) -> Float {
        var settings = TrainingSettings.round
        settings.priorSamples = prior
        let delta = PerceptionTrainer.train(
            from: PerceptionModel.initial(seed: 2), on: one, settings: settings, seed: 4)
        return delta[1409...].reduce(0, +)
    }
    #expect(biasOfOthers(prior: 1e6) < 3 * biasOfOthers(prior: 0.5))
}

@Test func recordedDrivesAreLearntInOnePlace() throws {
    guard let series = try Recorded.series() else { return }
    let samples = try series.map { LabelledFeatures(try SurfaceFeatures(window: $0.window), surface: $0.surface) }
    let training = samples.enumerated().filter { $0.offset % 5 != 0 }.map(\.element)
    let holdOut = try HoldOut(samples: samples.enumerated().filter { $0.offset % 5 == 0 }.map(\.element))
    let model = PerceptionModel.initial(seed: 1)
    var settings = TrainingSettings.central
    settings.epochs = 20
    let delta = PerceptionTrainer.train(from: model, on: training, settings: settings, seed: 1)
    let score = holdOut.score(model.adding(delta.map { Int32(($0 * 65_536).rounded()) }))
    #expect(score.total == 80)
    #expect(score.correct >= 68, "\(score.correct) of 80")
}
