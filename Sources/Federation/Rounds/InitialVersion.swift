import Models
import Telemetry

/// What a fleet starts from, the same everywhere: nobody has to hand it out.
public enum InitialVersion {
    /// Seed of the perception model's first weights.
    private static let seed: UInt64 = 1

    /// The file of the model's first version.
    public static func bytes(of model: LearnedModel) -> [UInt8] {
        switch model {
        case .perception: PerceptionModel.initial(seed: seed).encoded()
        case .travelTimes: TravelTimeModel().encoded()
        }
    }
}
