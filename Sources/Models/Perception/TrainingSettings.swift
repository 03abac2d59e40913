/// How a vehicle trains before it sends its change.
public struct TrainingSettings: Hashable, Sendable {
    /// Times that each sample is seen, 1 to 1,000.
    public var epochs: Int
    /// Samples that a step averages over, at least 1.
    public var batch: Int
    /// Length of a step.
    public var learningRate: Float
    /// Share of the last step that goes on in the next, 0 up to 1.
    public var momentum: Float
    /// Pull of each weight, not of a bias, towards 0.
    public var weightDecay: Float
    /// Samples of each surface that a vehicle is taken to have had besides its own, above 0.
    ///
    /// A vehicle on good roads would teach the fleet that every road is good. The shares of its surfaces therefore stand in the
    /// loss: ln((n_k + s) / (n + 5 s)) is added to output k while it trains, and nowhere else (Menon et al., "Long-Tail
    /// Learning via Logit Adjustment", ICLR 2021). What it has rarely seen it then pushes down but little, and what vehicles
    /// send differs less from one road to the next.
    public var priorSamples: Float

    /// Settings.
    public init(
        epochs: Int, batch: Int, learningRate: Float, momentum: Float, weightDecay: Float, priorSamples: Float
    ) {
        self.epochs = epochs
        self.batch = batch
        self.learningRate = learningRate
        self.momentum = momentum
        self.weightDecay = weightDecay
        self.priorSamples = priorSamples
    }

    /// What a vehicle does in a round.
    public static let round = TrainingSettings(
        epochs: 20, batch: 32, learningRate: 0.05, momentum: 0.9, weightDecay: 0.005, priorSamples: 0.5)

    /// What somebody does who has all samples in one place.
    public static let central = TrainingSettings(
        epochs: 60, batch: 32, learningRate: 0.02, momentum: 0.9, weightDecay: 0.01, priorSamples: 0.5)
}
