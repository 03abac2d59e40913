import DequeModule
import Models
import Telemetry

/// A vehicle's training diary: what it felt and how it drove, which never leaves it.
///
/// A round makes a `Lesson` of it, of which an update is left. The windows stay, as long as there is room, and are
/// trained on in every round; traversals are for one round, since the fleet adds them up.
public struct Learner: Sendable {
    private var windows: Deque<LabelledFeatures> = []
    private var traversals: TravelTimeDiary
    private var random: SeededGenerator

    /// An empty diary. The seed decides which traversals are held out to judge versions by.
    public init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        traversals = TravelTimeDiary(seed: random.next())
    }

    /// Windows that the next round would be trained on.
    public var windowCount: Int { windows.count }

    /// Traversals that the next round would be trained on and judged by.
    public var traversalCount: Int { traversals.count }

    /// Remembers what a window of vertical acceleration felt like and what the wheels rolled over, in place of the
    /// oldest of `VehicleLimits.diaryWindows`. Throws where the window has too few values or too many, or impossible
    /// ones.
    public mutating func observe(window: [Float], label: Surface) throws(ModelError) {
        observe(LabelledFeatures(try SurfaceFeatures(window: window), surface: label))
    }

    /// The same of a window whose features are known already.
    public mutating func observe(_ sample: LabelledFeatures) {
        if windows.count == VehicleLimits.diaryWindows { windows.removeFirst() }
        windows.append(sample)
    }

    /// Remembers how long a road took; whether that makes sense.
    @discardableResult
    public mutating func observe(_ traversal: TravelTimeDiary.Traversal) -> Bool {
        traversals.record(traversal)
    }

    /// What the vehicle trains on in a round, from the versions on its shelf; for the work pool. Traversals in it are
    /// forgotten here.
    public mutating func lesson(for round: RoundOpenedEntry, shelf: ModelShelf) throws(LessonFault) -> Lesson {
        let base = shelf[round.model]
        guard base.digest == round.baseVersion else { throw .otherBase }
        switch round.model {
        case .perception:
            guard windows.count >= VehicleLimits.leastWindows else { throw .tooLittle(samples: windows.count) }
            return Lesson(round, .perception(base: base.file, Array(windows)))
        case .travelTimes:
            guard traversals.count > 0 else { throw .tooLittle(samples: 0) }
            defer { traversals = TravelTimeDiary(seed: random.next()) }
            return Lesson(
                round, .travelTimes(base: base.file, parent: shelf.previous(.travelTimes)?.file, traversals))
        }
    }

    /// The payload of the vehicle's update, made at once. `random` must not be guessable where noise is to hide
    /// something.
    public mutating func update(
        for round: RoundOpenedEntry, shelf: ModelShelf, using random: inout some RandomNumberGenerator
    ) throws(LessonFault) -> [UInt8] {
        try lesson(for: round, shelf: shelf).update(using: &random)
    }

    /// What the wheels roll over, by the running version, which `ModelShelf.perception()` gives: it is read once a
    /// version. Throws as `observe` does.
    public static func classify(_ window: [Float], by model: PerceptionModel) throws(ModelError) -> Surface {
        model.classify(try SurfaceFeatures(window: window).quantized)
    }
}

/// Why a vehicle takes no part in a round.
public enum LessonFault: Error, Equatable, Sendable {
    /// The round builds on another version than the vehicle runs.
    case otherBase
    /// The diary has too little to say.
    case tooLittle(samples: Int)
    /// This program cannot read the version, or train it.
    case model(ModelError)
    /// This program cannot read the version.
    case travelTimes(TravelTimeError)
    /// The round asks for what is out of bounds.
    case terms(field: String)
}

extension LessonFault: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .otherBase: "the round builds on another version"
        case .tooLittle(let samples): "\(samples) samples are too few"
        case .model(let error): "\(error)"
        case .travelTimes(let error): "\(error)"
        case .terms(let field): "the round's \(field) is out of bounds"
        }
    }
}
