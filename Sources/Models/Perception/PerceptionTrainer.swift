#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Trains the perception model where the windows are: on the vehicle, in floating point.
///
/// Stochastic gradient descent with momentum, on the cross-entropy of the softmax; samples are drawn in an order that the seed decides.
public struct PerceptionTrainer: Sendable {
    private let settings: TrainingSettings
    private let features: [Float]
    private let labels: [Int]
    private let offsets: [Float]
    private var network: PerceptionNetwork
    private var velocity = PerceptionNetwork.zero
    private var generator: SeededGenerator

    /// A trainer that starts from these parameters, 1,413 of them.
    init(parameters: [Float], samples: [LabelledFeatures], settings: TrainingSettings, seed: UInt64) {
        precondition(settings.batch > 0 && settings.priorSamples > 0, "a batch has samples, a prior too")
        self.settings = settings
        features = samples.flatMap { $0.features.map { Float($0) / SurfaceFeatures.one } }
        labels = samples.map { Int($0.surface.rawValue) }
        offsets = PerceptionTrainer.offsets(labels, prior: settings.priorSamples)
        network = PerceptionNetwork(parameters: parameters)
        generator = SeededGenerator(seed: seed)
    }

    /// How the parameters would change by training `model` on `samples`: 1,413 numbers, all 0 without samples.
    public static func train(
        from model: PerceptionModel, on samples: [LabelledFeatures], settings: TrainingSettings, seed: UInt64
    ) -> [Float] {
        let start = model.floatParameters
        var trainer = PerceptionTrainer(parameters: start, samples: samples, settings: settings, seed: seed)
        for _ in 0..<settings.epochs { trainer.runEpoch() }
        return zip(trainer.network.parameters, start).map { $0 - $1 }
    }

    /// Sees each sample once; returns the mean loss on the way.
    @discardableResult
    mutating func runEpoch() -> Float {
        let order = labels.indices.shuffled(using: &generator)
        var loss: Float = 0
        for start in stride(from: 0, to: order.count, by: settings.batch) {
            loss += step(order[start..<min(start + settings.batch, order.count)])
        }
        return loss / Float(max(1, order.count))
    }

    /// One step down the mean gradient of `batch`; returns the sum of its losses.
    private mutating func step(_ batch: ArraySlice<Int>) -> Float {
        var (gradient, loss) = gradient(of: batch)
        gradient.scale(by: 1 / Float(batch.count))
        gradient.addWeights(of: network, times: settings.weightDecay)
        velocity.scale(by: settings.momentum)
        velocity.add(gradient, times: 1)
        network.add(velocity, times: -settings.learningRate)
        return loss
    }

    /// The sum of the samples' gradients, without weight decay, and of their losses.
    func gradient(of batch: ArraySlice<Int>) -> (gradient: PerceptionNetwork, loss: Float) {
        var gradient = PerceptionNetwork.zero
        var loss: Float = 0
        for sample in batch {
            let row = sample * SurfaceFeatures.count
            loss += network.addGradient(
                of: features[row..<row + SurfaceFeatures.count], label: labels[sample], offsets: offsets,
                to: &gradient)
        }
        return (gradient, loss)
    }

    /// ln((n_k + s) / (n + 5 s)) for each surface k: see `TrainingSettings.priorSamples`.
    private static func offsets(_ labels: [Int], prior s: Float) -> [Float] {
        var counts = [Float](repeating: 0, count: PerceptionModel.outputs)
        for label in labels { counts[label] += 1 }
        return counts.map { log(($0 + s) / (Float(labels.count) + Float(PerceptionModel.outputs) * s)) }
    }
}
