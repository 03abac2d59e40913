/// A window's features and what the wheel rolled over: a sample to learn from or to judge by.
public struct LabelledFeatures: Hashable, Sendable {
    /// 38 features with 8 fraction bits, as `SurfaceFeatures.quantized` gives them.
    public let features: [Int16]
    /// What it was.
    public let surface: Surface

    /// A sample; it has 38 features.
    public init(features: [Int16], surface: Surface) throws(ModelError) {
        guard features.count == SurfaceFeatures.count else {
            throw .wrongLength(expected: SurfaceFeatures.count, found: features.count)
        }
        self.features = features
        self.surface = surface
    }

    /// The sample of a window.
    public init(_ features: SurfaceFeatures, surface: Surface) {
        self.features = features.quantized
        self.surface = surface
    }
}
