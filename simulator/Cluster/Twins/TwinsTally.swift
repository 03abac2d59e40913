/// Many scenarios together.
public struct TwinsTally: Sendable {
    /// Which scenarios a run is about.
    public enum Choice: Sendable {
        /// All, by their numbers.
        case all(views: Int)
        /// What seeds draw, from the first on.
        case sampled(views: Int, masks: Bool)

        func scenario(_ number: UInt64) -> TwinsScenario {
            switch self {
            case .all(let views): TwinsScenario(number: number, views: views)
            case .sampled(let views, let masks): TwinsScenario(seed: number, views: views, masks: masks)
            }
        }
    }

    /// A scenario that failed: its number or seed, itself and what went wrong, in words.
    public struct Failure: Sendable {
        /// The number, or the seed.
        public let number: UInt64
        /// Both in words.
        public let words: String
    }

    /// Scenarios played.
    public private(set) var scenarios: UInt64 = 0
    /// Final blocks that the honest agreed on.
    public private(set) var blocks: UInt64 = 0
    /// Views that one honest validator saw nullified.
    public private(set) var nullified: UInt64 = 0
    /// Pieces of evidence against the twin.
    public private(set) var evidence: UInt64 = 0
    /// The first that failed, few enough to print.
    public private(set) var failures: [Failure] = []
    /// How many failed.
    public private(set) var failed: UInt64 = 0

    /// Nothing played yet.
    public init() {}

    /// Plays the scenarios of a range of numbers or seeds.
    public init(_ numbers: Range<UInt64>, of choice: Choice, planting bug: String? = nil) {
        for number in numbers {
            let scenario = choice.scenario(number)
            let run = TwinsRun(scenario, planting: bug)
            scenarios += 1
            (blocks, nullified, evidence) =
                (blocks + UInt64(run.blocks), nullified + run.nullified, evidence + run.evidence)
            guard let failure = run.failure else { continue }
            failed += 1
            if failures.count < 3 { failures.append(Failure(number: number, words: "\(scenario): \(failure)")) }
        }
    }

    /// Takes in another part.
    public mutating func add(_ other: TwinsTally) {
        scenarios += other.scenarios
        (blocks, nullified, evidence) =
            (blocks + other.blocks, nullified + other.nullified, evidence + other.evidence)
        failed += other.failed
        failures = Array((failures + other.failures).sorted { $0.number < $1.number }.prefix(3))
    }
}
