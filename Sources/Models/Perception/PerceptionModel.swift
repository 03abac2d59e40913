/// The fleet's perception model: a network of 38 inputs, 32 hidden units with ReLU, and 5 outputs, one a `Surface`.
///
/// Its parameters are integers, so that a version is the same bits everywhere: the validators add integers to them and judge
/// the result by `scores(_:)`, which is integer arithmetic too. Floating point is for the vehicle alone (`logits(_:)`).
///
/// Order of the parameters: W1 (32 × 38, a row a hidden unit), b1 (32), W2 (5 × 32, a row an output), b2 (5).
public struct PerceptionModel: Hashable, Sendable {
    /// Inputs: the features of a window.
    public static let inputs = SurfaceFeatures.count
    /// Hidden units.
    public static let hidden = 32
    /// Outputs: the surfaces.
    public static let outputs = 5
    /// How many parameters there are.
    public static let parameterCount = 1413
    /// Fraction bits of a parameter: 1.0 is 65,536.
    public static let fractionBits = 16

    /// All parameters, with 16 fraction bits, in the order that the type's description gives.
    public let parameters: [Int32]

    /// The model of these parameters, 1,413 of them.
    public init(parameters: [Int32]) throws(ModelError) {
        guard parameters.count == PerceptionModel.parameterCount else {
            throw .wrongLength(expected: PerceptionModel.parameterCount, found: parameters.count)
        }
        self.init(unchecked: parameters)
    }

    private init(unchecked parameters: [Int32]) {
        self.parameters = parameters
    }

    /// The model with `delta` added to its parameters: 1,413 numbers with 16 fraction bits. Sums stay within `Int32`.
    public func adding(_ delta: [Int32]) -> PerceptionModel {
        precondition(delta.count == parameters.count, "a delta has a number for each parameter")
        return PerceptionModel(
            unchecked: zip(parameters, delta).map { parameter, change in
                let (sum, overflow) = parameter.addingReportingOverflow(change)
                return overflow ? (change < 0 ? .min : .max) : sum
            })
    }
}

extension PerceptionModel {
    /// Where each part begins among the parameters.
    static let hiddenBiasOffset = hidden * inputs
    static let outputWeightOffset = hiddenBiasOffset + hidden
    static let outputBiasOffset = outputWeightOffset + outputs * hidden

    /// A model that has learnt nothing: the same for a seed on every machine.
    ///
    /// Weights are near to normally distributed around 0, with variance 2/38 before the hidden layer (He et al., ICCV 2015)
    /// and 1/32 behind it; biases are 0.
    public static func initial(seed: UInt64) -> PerceptionModel {
        // The sum of four 16-bit numbers has a deviation of 37,837.2. With 16 fraction bits, √(2/38) is 26,041/65,536 of
        // that, and √(1/32) is 20,066/65,536.
        var generator = SeededGenerator(seed: seed)
        let first = (0..<hidden * inputs).map { _ in generator.nextNormal(timesOver65536: 26_041) }
        let second = (0..<outputs * hidden).map { _ in generator.nextNormal(timesOver65536: 20_066) }
        let (b1, b2) = ([Int32](repeating: 0, count: hidden), [Int32](repeating: 0, count: outputs))
        return PerceptionModel(unchecked: first + b1 + second + b2)
    }
}

extension SeededGenerator {
    /// A near to normally distributed number with a deviation of 37,837.2, times `factor` / 65,536, rounded down.
    fileprivate mutating func nextNormal(timesOver65536 factor: Int64) -> Int32 {
        // Within ±131,070 × 26,041 / 65,536, so far within Int32.
        Int32((nextBell() * factor) >> 16)
    }
}
