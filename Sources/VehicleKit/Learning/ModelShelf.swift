import Cryptography
import Federation
import Models
import Telemetry

/// The versions of the shared models that a vehicle has: of each the one that it runs, and the one before it.
///
/// The one before is the last good one: the fleet goes back to it at once where the running one is rolled back, and a
/// vehicle measures by both how well it drives. It starts from the first versions, which are the same everywhere.
public struct ModelShelf: Sendable {
    /// A version of a model.
    public struct Version: Sendable {
        /// SHA-256 of the file: the version's name.
        public let digest: Digest
        /// The model in its canonical bytes.
        public let file: [UInt8]

        /// The version whose file this is.
        public init(file: [UInt8]) {
            self.file = file
            digest = Digest.sha256(file)
        }
    }

    private var running: [LearnedModel: Version] = [:]
    private var before: [LearnedModel: Version] = [:]

    /// Made once: all vehicles of a process share the bytes.
    private static let first = Dictionary(
        uniqueKeysWithValues: LearnedModel.allCases.map { ($0, Version(file: InitialVersion.bytes(of: $0))) })

    /// A shelf with the first version of each model.
    public init() {}

    /// The version of the model that the vehicle runs.
    public subscript(model: LearnedModel) -> Version { running[model] ?? Self.first(of: model) }

    /// The version that the running one was made of; nil where the vehicle does not have it.
    public func previous(_ model: LearnedModel) -> Version? { before[model] }

    /// Whether the model's first version runs, which has learnt nothing.
    public func runsFirst(_ model: LearnedModel) -> Bool { self[model].digest == Self.first(of: model).digest }

    static func first(of model: LearnedModel) -> Version {
        guard let version = first[model] else { preconditionFailure("each model has a first version") }
        return version
    }

    /// Runs `version` from now on. Where it was made of the running one, that one is kept as the one before it.
    mutating func install(_ version: Version, of model: LearnedModel, isMadeOfRunning: Bool) {
        before[model] = isMadeOfRunning ? self[model] : nil
        running[model] = version
    }

    /// Runs the version before the running one again, which is given up.
    mutating func goBack(_ model: LearnedModel) {
        guard let version = before.removeValue(forKey: model) else {
            preconditionFailure("there is a version to go back to")
        }
        running[model] = version
    }

    /// Keeps the same bytes as others that run the same version.
    mutating func share(with shared: inout SharedVersions) {
        running = running.mapValues { shared.same(as: $0) }
    }
}

extension ModelShelf {
    /// The running perception model; throws where this program cannot read its file.
    public func perception() throws(ModelError) -> PerceptionModel {
        try PerceptionModel(decoding: self[.perception].file)
    }

    /// The running travel times; throws where this program cannot read their file. Costs a walk over the file.
    public func travelTimes() throws(TravelTimeError) -> TravelTimeModel {
        try TravelTimeModel(decoding: self[.travelTimes].file)
    }
}

/// Files of versions that the vehicles of a loop fetched, so that a thousand of them hold one copy.
struct SharedVersions: Sendable {
    /// The newest last.
    private var versions: [ModelShelf.Version] = []

    mutating func same(as version: ModelShelf.Version) -> ModelShelf.Version {
        if let known = versions.first(where: { $0.digest == version.digest }) { return known }
        if versions.count == VehicleLimits.sharedVersions { versions.removeFirst() }
        versions.append(version)
        return version
    }
}
