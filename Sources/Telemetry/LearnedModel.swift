/// The shared models that the fleet trains. The raw value stands in updates, entries and keys.
public enum LearnedModel: UInt8, CaseIterable, Sendable {
    /// Road surfaces, told from vertical acceleration.
    case perception = 1
    /// How long each road takes.
    case travelTimes = 2

    /// The name in topics, addresses and on the command line.
    public var name: String {
        switch self {
        case .perception: "perception"
        case .travelTimes: "travel-times"
        }
    }

    /// The model of that name.
    public init?(name: String) {
        guard let found = LearnedModel.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }
}

/// How the updates of a round become one.
public enum AggregationKind: UInt8, CaseIterable, Sendable {
    /// The mean: one attacker moves it anywhere.
    case mean = 1
    /// The trimmed mean of each coordinate.
    case trimmedMean = 2
    /// The same, after each update was mixed with its nearest neighbours.
    case mixedTrimmedMean = 3
    /// The median over groups of vehicles of the groups' means: travel times.
    case medianOfMeans = 4

    /// The name in the committee file and on the command line.
    public var name: String {
        switch self {
        case .mean: "mean"
        case .trimmedMean: "trimmed-mean"
        case .mixedTrimmedMean: "mixed-trimmed-mean"
        case .medianOfMeans: "median-of-means"
        }
    }

    /// The kind of that name.
    public init?(name: String) {
        guard let found = AggregationKind.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }
}

/// What became of a round.
public enum VersionDecision: UInt8, CaseIterable, Sendable {
    /// The fleet shall run the version.
    case promoted = 1
    /// It lost too much on the hold-out.
    case refused = 2
    /// Vehicles drove worse by it than by its parent.
    case rolledBack = 3
    /// Too few updates, or validators did not come to agree.
    case abandoned = 4

    /// The name for people and programs.
    public var name: String {
        switch self {
        case .promoted: "promoted"
        case .refused: "refused"
        case .rolledBack: "rolled_back"
        case .abandoned: "abandoned"
        }
    }
}
