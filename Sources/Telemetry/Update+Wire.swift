import Cryptography
import Foundation
import Schema
import SwiftProtobuf
import Wire

extension Update {
    /// The update of these bytes, every field inside its bounds; what the payload means is for its model to say.
    public init(decoding bytes: [UInt8]) throws(Refusal) {
        let message = try Waymark_V1_Update(bounded: bytes, atMost: TelemetryLimits.updateBytes)
        certificateDigest = try Field.digest(message.certificateDigest, "certificate_digest")
        time = try Field.time(message.timeMs, "time_ms")
        salt = try Field.salt(message.salt)
        model = try message.model.value()
        try Field.check(TelemetryLimits.sequence.contains(message.round), "round")
        round = message.round
        baseVersion = try Field.digest(message.baseVersion, "base_version")
        payload = Array(message.payload)
    }

    /// The bytes that this version writes.
    public func encoded() -> [UInt8] {
        Waymark_V1_Update.with {
            $0.certificateDigest = Data(certificateDigest.bytes)
            $0.timeMs = time.milliseconds
            $0.salt = Data(salt)
            $0.model = Waymark_V1_LearnedModel(model)
            $0.round = round
            $0.baseVersion = Data(baseVersion.bytes)
            $0.payload = Data(payload)
        }.bytes()
    }
}

extension Waymark_V1_LearnedModel {
    init(_ model: LearnedModel) {
        switch model {
        case .perception: self = .perception
        case .travelTimes: self = .travelTimes
        }
    }

    func value() throws(Refusal) -> LearnedModel {
        switch self {
        case .perception: .perception
        case .travelTimes: .travelTimes
        case .unspecified, .UNRECOGNIZED: throw .outOfBounds(field: "model")
        }
    }
}
