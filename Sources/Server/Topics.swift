import Cryptography
import Telemetry
import Transport

/// What vehicles publish, and where their answers go.
enum Topics {
    static let reports = "waymark/v1/reports"
    static let updates = "waymark/v1/updates"
    static let telemetry = "waymark/v1/telemetry"
    static let revocations = "waymark/v1/revocations"
    static let committee = "waymark/v1/committee"

    /// Where vehicles learn who the validators of an epoch are.
    static func decision(for epoch: UInt64) -> String { "\(committee)/\(epoch)" }

    /// Where the receipt of a report or an update goes, to the session that submitted it and no other.
    static func receipt(_ report: Digest) -> String { "waymark/v1/receipts/\(report)" }

    /// Where vehicles learn of a model's open round.
    static func round(_ model: LearnedModel) -> String { "waymark/v1/learning/\(model.name)/round" }

    /// Where vehicles learn of the version that they shall run.
    static func version(_ model: LearnedModel) -> String { "waymark/v1/learning/\(model.name)/version" }

    /// Where a piece of a version's file is.
    static func blob(_ version: Digest, chunk: Int) -> String { "waymark/v1/blobs/\(version)/\(chunk)" }

    /// Where MQTT 3.1.1, which cannot refuse, is told why a message was refused.
    static func refusal(_ payload: Digest) -> String { "waymark/v1/refusals/\(payload)" }
}

extension Refusal {
    /// MQTT 5's code for the refusal; the reason string beside it says which one.
    var mqttReason: MQTTReason {
        switch self {
        case .malformed, .outOfBounds, .notCanonical, .stale, .future, .belowWindow, .roundNotOpen, .wrongBase,
            .normExceeded,
            .secondUpdate:
            .payloadFormatInvalid
        case .oversized: .implementationSpecificError
        case .badSignature, .uncertified, .certificateNotYetValid, .certificateExpired, .revoked: .notAuthorized
        case .rateExceeded, .busy: .quotaExceeded
        }
    }
}
