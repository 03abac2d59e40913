/// What validators compute of a model: integers alone, the same on every machine.
extension PerceptionModel {
    /// Fraction bits that a hidden unit's value keeps.
    private static let hiddenBits = 12
    /// A hidden unit's value is at most this: 16,384 less the last bit. Trained models stay below a few hundred.
    private static let hiddenLimit: Int64 = 1 << 26 - 1

    /// How much each surface is believed in, the higher the more, with 28 fraction bits.
    ///
    ///     h = min(hiddenLimit, (max(0, W1 x + b1) + 2¹¹) >> 12)       24 fraction bits become 12
    ///     scores = W2 h + b2                                          28 fraction bits
    ///
    /// Nothing overflows, whatever the parameters: |W1 x| <= 38 · 2³¹ · 2¹⁵ < 2⁵² and |b1| is at most 2³⁹ in its unit, so that
    /// the first sum stays within 2⁵³; h < 2²⁶, thus |W2 h| <= 32 · 2³¹ · 2²⁶ = 2⁶², and b2 adds 2⁴³ at most.
    ///
    /// - Parameter features: 38 of them, with 8 fraction bits.
    public func scores(_ features: [Int16]) -> [Int64] {
        precondition(features.count == PerceptionModel.inputs, "a sample has 38 features")
        let hidden = hiddenValues(features)
        return (0..<PerceptionModel.outputs).map { output in
            let row = PerceptionModel.outputWeightOffset + output * PerceptionModel.hidden
            var sum = Int64(parameters[PerceptionModel.outputBiasOffset + output]) << PerceptionModel.hiddenBits
            for (unit, value) in hidden.enumerated() { sum += Int64(parameters[row + unit]) * value }
            return sum
        }
    }

    private func hiddenValues(_ features: [Int16]) -> [Int64] {
        (0..<PerceptionModel.hidden).map { unit in
            let row = unit * PerceptionModel.inputs
            var sum = Int64(parameters[PerceptionModel.hiddenBiasOffset + unit]) << SurfaceFeatures.fractionBits
            for (input, feature) in features.enumerated() { sum += Int64(parameters[row + input]) * Int64(feature) }
            return min(PerceptionModel.hiddenLimit, (max(0, sum) + 1 << 11) >> PerceptionModel.hiddenBits)
        }
    }

    /// The surface with the highest score; of equal ones the first.
    public func classify(_ features: [Int16]) -> Surface {
        let scores = scores(features)
        var best = Surface.regular
        for surface in Surface.allCases where scores[Int(surface.rawValue)] > scores[Int(best.rawValue)] {
            best = surface
        }
        return best
    }
}
