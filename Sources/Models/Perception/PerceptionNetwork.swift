#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The network in floating point, as a vehicle runs and trains it. The same shape holds parameters, gradients and velocities.
///
/// Shapes: W1 38 × 32, a row an input, so that the inner loops run over neighbours in memory; b1 32; W2 5 × 32, a row an output; b2 5.
struct PerceptionNetwork: Sendable {
    var inputWeights: [Float]
    var hiddenBias: [Float]
    var outputWeights: [Float]
    var outputBias: [Float]

    private static let (inputs, hidden) = (PerceptionModel.inputs, PerceptionModel.hidden)
    private static let outputs = PerceptionModel.outputs

    /// The network whose parameters are all 0.
    static let zero = PerceptionNetwork(
        inputWeights: Array(repeating: 0, count: inputs * hidden), hiddenBias: Array(repeating: 0, count: hidden),
        outputWeights: Array(repeating: 0, count: outputs * hidden), outputBias: Array(repeating: 0, count: outputs))

    /// The hidden units' values for one sample: max(0, W1 x + b1).
    func hidden(of features: ArraySlice<Float>) -> [Float] {
        var h = hiddenBias
        var row = 0
        for feature in features {
            for unit in h.indices { h[unit] += inputWeights[row + unit] * feature }
            row += h.count
        }
        for unit in h.indices where h[unit] < 0 { h[unit] = 0 }
        return h
    }

    /// The outputs before the softmax, in the order of surfaces: W2 h + b2.
    func logits(of h: [Float]) -> [Float] {
        var logits = outputBias
        for output in logits.indices {
            for unit in h.indices { logits[output] += outputWeights[output * h.count + unit] * h[unit] }
        }
        return logits
    }

    /// Adds one sample's loss gradient to `gradient`; returns the sample's loss.
    ///
    /// The loss is the cross-entropy of softmax(logits + `offsets`):  L = −ln p_y.  Its gradients, by the chain rule:
    ///
    ///     δ = p − e_y      ∂W2 = δ hᵀ      ∂b2 = δ      ε = (W2ᵀ δ) where h > 0, else 0      ∂W1 = ε xᵀ      ∂b1 = ε
    func addGradient(
        of features: ArraySlice<Float>, label: Int, offsets: [Float], to gradient: inout PerceptionNetwork
    ) -> Float {
        let h = hidden(of: features)
        var logits = logits(of: h)
        for output in logits.indices { logits[output] += offsets[output] }
        var (delta, loss) = PerceptionNetwork.crossEntropy(logits, label: label)
        delta[label] -= 1
        let epsilon = gradient.addOutputGradient(delta: delta, h: h, weights: outputWeights)
        gradient.addInputGradient(epsilon: epsilon, features: features)
        return loss
    }

    /// Adds ∂W2 and ∂b2; returns ε.
    private mutating func addOutputGradient(delta: [Float], h: [Float], weights: [Float]) -> [Float] {
        var epsilon = [Float](repeating: 0, count: h.count)
        for output in delta.indices {
            let (row, share) = (output * h.count, delta[output])
            for unit in h.indices {
                outputWeights[row + unit] += h[unit] * share
                epsilon[unit] += weights[row + unit] * share
            }
            outputBias[output] += share
        }
        for unit in h.indices where h[unit] <= 0 { epsilon[unit] = 0 }
        return epsilon
    }

    /// Adds ∂W1 and ∂b1.
    private mutating func addInputGradient(epsilon: [Float], features: ArraySlice<Float>) {
        var row = 0
        for feature in features {
            for unit in epsilon.indices { inputWeights[row + unit] += epsilon[unit] * feature }
            row += epsilon.count
        }
        for unit in epsilon.indices { hiddenBias[unit] += epsilon[unit] }
    }

    /// The softmax, and −ln of the label's share.
    static func crossEntropy(_ logits: [Float], label: Int) -> (shares: [Float], loss: Float) {
        let highest = logits.max() ?? 0
        let powers = logits.map { exp($0 - highest) }
        let sum = powers.reduce(0, +)
        return (powers.map { $0 / sum }, log(sum) - (logits[label] - highest))
    }
}

extension PerceptionNetwork {
    mutating func scale(by factor: Float) {
        PerceptionNetwork.scale(&inputWeights, by: factor)
        PerceptionNetwork.scale(&hiddenBias, by: factor)
        PerceptionNetwork.scale(&outputWeights, by: factor)
        PerceptionNetwork.scale(&outputBias, by: factor)
    }

    mutating func add(_ other: PerceptionNetwork, times factor: Float) {
        addWeights(of: other, times: factor)
        PerceptionNetwork.add(other.hiddenBias, times: factor, to: &hiddenBias)
        PerceptionNetwork.add(other.outputBias, times: factor, to: &outputBias)
    }

    /// Adds the other's weights, without its biases.
    mutating func addWeights(of other: PerceptionNetwork, times factor: Float) {
        PerceptionNetwork.add(other.inputWeights, times: factor, to: &inputWeights)
        PerceptionNetwork.add(other.outputWeights, times: factor, to: &outputWeights)
    }

    private static func scale(_ values: inout [Float], by factor: Float) {
        for index in values.indices { values[index] *= factor }
    }

    private static func add(_ values: [Float], times factor: Float, to sums: inout [Float]) {
        for index in sums.indices { sums[index] += values[index] * factor }
    }
}

extension PerceptionNetwork {
    /// The network of 1,413 parameters in the model's order.
    init(parameters: [Float]) {
        self = .zero
        for input in 0..<PerceptionNetwork.inputs {
            for unit in 0..<PerceptionNetwork.hidden {
                inputWeights[input * PerceptionNetwork.hidden + unit] =
                    parameters[
                        unit * PerceptionNetwork.inputs + input]
            }
        }
        hiddenBias = Array(parameters[PerceptionModel.hiddenBiasOffset..<PerceptionModel.outputWeightOffset])
        outputWeights = Array(parameters[PerceptionModel.outputWeightOffset..<PerceptionModel.outputBiasOffset])
        outputBias = Array(parameters[PerceptionModel.outputBiasOffset...])
    }

    /// The 1,413 parameters in the model's order.
    var parameters: [Float] {
        var rows: [Float] = []
        rows.reserveCapacity(PerceptionModel.parameterCount)
        for unit in 0..<PerceptionNetwork.hidden {
            for input in 0..<PerceptionNetwork.inputs {
                rows.append(inputWeights[input * PerceptionNetwork.hidden + unit])
            }
        }
        return rows + hiddenBias + outputWeights + outputBias
    }
}

extension PerceptionModel {
    /// The parameters as numbers: exact where a parameter is within ±2²⁴, that is 256 as a weight.
    public var floatParameters: [Float] { parameters.map { Float($0) / 65_536 } }

    /// The network's outputs before the softmax, in the order of surfaces: what the exported files compute as well.
    ///
    /// - Parameter features: 38 of them, as `SurfaceFeatures.values` gives them.
    public func logits(_ features: [Float]) -> [Float] {
        precondition(features.count == PerceptionModel.inputs, "a sample has 38 features")
        let network = PerceptionNetwork(parameters: floatParameters)
        return network.logits(of: network.hidden(of: features[...]))
    }
}
