import Cryptography
import Foundation
import Geography
import Schema
import SwiftProtobuf
import Wire

extension TelemetrySample {
    /// The sample of these bytes, every field inside its bounds.
    public init(decoding bytes: [UInt8]) throws(Refusal) {
        let message = try Waymark_V1_Telemetry(bounded: bytes, atMost: TelemetryLimits.telemetryBytes)
        certificateDigest = try Field.digest(message.certificateDigest, "certificate_digest")
        try Field.check(TelemetryLimits.sequence.contains(message.sequence), "sequence")
        sequence = message.sequence
        time = try Field.time(message.timeMs, "time_ms")
        coordinate = try Field.coordinate(latitudeE7: message.latitudeE7, longitudeE7: message.longitudeE7)
        try Field.check(TelemetryLimits.speedCentimetresPerSecond.contains(message.speedCmS), "speed_cm_s")
        speedCentimetresPerSecond = message.speedCmS
        try Field.check(TelemetryLimits.headingCentidegrees.contains(message.headingCdeg), "heading_cdeg")
        headingCentidegrees = message.headingCdeg
        modelDigest = try Field.optionalDigest(message.modelDigest, "model_digest")
        showsPosition = message.showsPosition
        travelTimeDigest = try Field.optionalDigest(message.travelTimeDigest, "travel_time_digest")
    }

    /// The bytes that this version writes.
    public func encoded() -> [UInt8] {
        Waymark_V1_Telemetry.with {
            $0.certificateDigest = Data(certificateDigest.bytes)
            $0.sequence = sequence
            $0.timeMs = time.milliseconds
            $0.latitudeE7 = coordinate.latitudeE7
            $0.longitudeE7 = coordinate.longitudeE7
            $0.speedCmS = speedCentimetresPerSecond
            $0.headingCdeg = headingCentidegrees
            $0.modelDigest = Data(modelDigest?.bytes ?? [])
            $0.showsPosition = showsPosition
            $0.travelTimeDigest = Data(travelTimeDigest?.bytes ?? [])
        }.bytes()
    }
}
