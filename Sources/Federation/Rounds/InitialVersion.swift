import Cryptography
import Models
import Telemetry

/// What a fleet starts from, the same everywhere: nobody has to hand it out.
public enum InitialVersion {
    /// Seed of the perception model's first weights.
    private static let seed: UInt64 = 1

    private static let perception = PerceptionModel.initial(seed: seed).encoded()
    private static let travelTimes = TravelTimeModel().encoded()
    private static let digests = Dictionary(
        uniqueKeysWithValues: LearnedModel.allCases.map { ($0, Digest.sha256(bytes(of: $0))) })

    /// The file of the model's first version.
    public static func bytes(of model: LearnedModel) -> [UInt8] {
        switch model {
        case .perception: perception
        case .travelTimes: travelTimes
        }
    }

    /// The name of the model's first version: SHA-256 of its file.
    public static func digest(of model: LearnedModel) -> Digest {
        guard let digest = digests[model] else { preconditionFailure("each model has a first version") }
        return digest
    }
}
