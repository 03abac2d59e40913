import Cryptography
import Foundation
import Geography
import Wire

/// Fields of protobuf messages, each turned into the module's own value or refused by name.
enum Field {
    /// Refuses the field unless the condition holds.
    static func check(_ isInBounds: Bool, _ field: String) throws(Refusal) {
        guard isInBounds else { throw .outOfBounds(field: field) }
    }

    static func digest(_ data: Data, _ field: String) throws(Refusal) -> Digest {
        guard let digest = Digest(bytes: Array(data)) else { throw .outOfBounds(field: field) }
        return digest
    }

    /// A digest that may be left out.
    static func optionalDigest(_ data: Data, _ field: String) throws(Refusal) -> Digest? {
        data.isEmpty ? nil : try digest(data, field)
    }

    static func key(_ data: Data, _ field: String) throws(Refusal) -> PublicKey {
        guard let key = PublicKey(bytes: Array(data)) else { throw .outOfBounds(field: field) }
        return key
    }

    static func signature(_ data: Data) throws(Refusal) -> Signature {
        guard let signature = Signature(bytes: Array(data)) else { throw .outOfBounds(field: "signature") }
        return signature
    }

    static func salt(_ data: Data) throws(Refusal) -> [UInt8] {
        try check(data.count == TelemetryLimits.saltBytes, "salt")
        return Array(data)
    }

    static func time(_ milliseconds: UInt64, _ field: String) throws(Refusal) -> Timestamp {
        try check(TelemetryLimits.timeMilliseconds.contains(milliseconds), field)
        return Timestamp(milliseconds: milliseconds)
    }

    static func coordinate(latitudeE7: Int32, longitudeE7: Int32) throws(Refusal) -> Coordinate {
        guard let coordinate = Coordinate(latitudeE7: latitudeE7, longitudeE7: longitudeE7) else {
            throw .outOfBounds(field: latitudeE7.magnitude > 900_000_000 ? "latitude_e7" : "longitude_e7")
        }
        return coordinate
    }

    static func kind(_ code: UInt32) throws(Refusal) -> HazardKind {
        guard let kind = UInt16(exactly: code).flatMap(HazardKind.init(rawValue:)) else {
            throw .outOfBounds(field: "kind")
        }
        return kind
    }
}
