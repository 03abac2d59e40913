import Cryptography
import Foundation
import Geography
import Schema
import SwiftProtobuf
import Wire

extension Report {
    /// The report of these bytes, every field inside its bounds.
    public init(decoding bytes: [UInt8]) throws(Refusal) {
        let message = try Waymark_V1_Report(bounded: bytes, atMost: TelemetryLimits.reportBytes)
        certificateDigest = try Field.digest(message.certificateDigest, "certificate_digest")
        try Field.check(TelemetryLimits.sequence.contains(message.sequence), "sequence")
        sequence = message.sequence
        time = try Field.time(message.timeMs, "time_ms")
        salt = try Field.salt(message.salt)
        mapDigest = try Field.optionalDigest(message.mapDigest, "map_digest")
        try Field.check(TelemetryLimits.observations.contains(message.observations.count), "observations")
        observations = []
        observations.reserveCapacity(message.observations.count)
        for element in message.observations {
            let observation = try Observation(element, signedAt: time)
            // An edge means nothing without the map that it belongs to.
            try Field.check(observation.place == nil || mapDigest != nil, "map_digest")
            observations.append(observation)
        }
    }

    /// The bytes that this version writes.
    public func encoded() -> [UInt8] {
        Waymark_V1_Report.with {
            $0.certificateDigest = Data(certificateDigest.bytes)
            $0.sequence = sequence
            $0.timeMs = time.milliseconds
            $0.salt = Data(salt)
            $0.mapDigest = Data(mapDigest?.bytes ?? [])
            $0.observations = observations.map(Waymark_V1_Observation.init)
        }.bytes()
    }
}

extension Observation {
    fileprivate init(_ message: Waymark_V1_Observation, signedAt reportTime: Timestamp) throws(Refusal) {
        kind = try Field.kind(message.kind)
        polarity = try message.polarity.value()
        time = try Field.time(message.timeMs, "observations.time_ms")
        let earliest = reportTime - TelemetryLimits.observationAgeMilliseconds
        try Field.check(time >= earliest && time <= reportTime, "observations.time_ms")
        coordinate = try Field.coordinate(latitudeE7: message.latitudeE7, longitudeE7: message.longitudeE7)
        place = try EdgePlace.optional(message)
        try Field.check(TelemetryLimits.confidencePermille.contains(message.confidencePermille), "confidence_permille")
        confidencePermille = UInt16(message.confidencePermille)
    }
}

extension EdgePlace {
    fileprivate static func optional(_ message: Waymark_V1_Observation) throws(Refusal) -> EdgePlace? {
        guard let direction = try message.direction.value() else {
            try Field.check(message.edge == 0, "edge")
            try Field.check(message.offsetCm == 0, "offset_cm")
            return nil
        }
        try Field.check(TelemetryLimits.offsetCentimetres.contains(message.offsetCm), "offset_cm")
        return EdgePlace(edge: message.edge, direction: direction, offsetCentimetres: message.offsetCm)
    }
}

extension Waymark_V1_Observation {
    fileprivate init(_ observation: Observation) {
        self.init()
        kind = UInt32(observation.kind.rawValue)
        polarity = Waymark_V1_Polarity(observation.polarity)
        timeMs = observation.time.milliseconds
        latitudeE7 = observation.coordinate.latitudeE7
        longitudeE7 = observation.coordinate.longitudeE7
        if let place = observation.place {
            edge = place.edge
            direction = Waymark_V1_Direction(place.direction)
            offsetCm = place.offsetCentimetres
        }
        confidencePermille = UInt32(observation.confidencePermille)
    }
}
