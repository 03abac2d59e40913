import Cryptography
import Foundation
import Geography
import Schema
import SwiftProtobuf
import Telemetry
import Wire

/// Why bytes are no hazard.
public enum HazardError: Error, Hashable, Sendable {
    /// More bytes than a hazard has.
    case oversized
    /// Not a protobuf message of this kind.
    case malformed
    /// A field has no meaning.
    case outOfBounds(field: String)
}

extension Hazard {
    /// Bytes of an encoded hazard at most: about 130, and room for what later versions add.
    public static let encodedLimit = 1024

    /// The hazard as it is published: an encoded `waymark.v1.Hazard`.
    public func encoded() -> [UInt8] {
        let message = Waymark_V1_Hazard.with {
            $0.id = Data(id.bytes)
            $0.kind = UInt32(kind.rawValue)
            $0.state = Waymark_V1_HazardState(state)
            $0.cell = cell.number
            $0.mapDigest = Data(edge?.mapDigest.bytes ?? [])
            $0.edge = edge?.edge ?? 0
            $0.direction = Waymark_V1_Direction(edge?.direction)
            $0.latitudeE7 = coordinate.latitudeE7
            $0.longitudeE7 = coordinate.longitudeE7
            $0.firstSeenMs = firstSeen.milliseconds
            $0.lastSeenMs = lastSeen.milliseconds
            $0.expiresMs = expires.milliseconds
            $0.vehicles = vehicles
            $0.height = height
        }
        do {
            return try message.serializedBytes()
        } catch {
            preconditionFailure("a message without required fields and below 2 GiB always encodes: \(error)")
        }
    }

    /// The hazard of these bytes. The coordinate is derived from the cell; fields that are not known are passed over.
    public init(decoding bytes: [UInt8]) throws(HazardError) {
        guard bytes.count <= Hazard.encodedLimit else { throw .oversized }
        let message: Waymark_V1_Hazard
        do {
            message = try Waymark_V1_Hazard(serializedBytes: bytes)
        } catch {
            throw .malformed
        }
        try self.init(message)
    }

    private init(_ message: Waymark_V1_Hazard) throws(HazardError) {
        guard let id = HazardID(bytes: message.id) else { throw .outOfBounds(field: "id") }
        guard let kind = UInt16(exactly: message.kind).flatMap(HazardKind.init(rawValue:)) else {
            throw .outOfBounds(field: "kind")
        }
        guard let cell = Cell(number: message.cell, level: Cell.observationLevel) else {
            throw .outOfBounds(field: "cell")
        }
        self.init(
            id: id, kind: kind, state: try message.state.value(), cell: cell, edge: try MapEdge.optional(message),
            firstSeen: Timestamp(milliseconds: message.firstSeenMs),
            lastSeen: Timestamp(milliseconds: message.lastSeenMs),
            expires: Timestamp(milliseconds: message.expiresMs), vehicles: message.vehicles, height: message.height)
    }
}

extension MapEdge {
    fileprivate static func optional(_ message: Waymark_V1_Hazard) throws(HazardError) -> MapEdge? {
        guard let direction = try message.direction.value() else { return nil }
        guard let digest = Digest(bytes: Array(message.mapDigest)) else { throw .outOfBounds(field: "map_digest") }
        return MapEdge(mapDigest: digest, edge: message.edge, direction: direction)
    }
}

extension Waymark_V1_HazardState {
    fileprivate init(_ state: HazardState) {
        switch state {
        case .reported: self = .reported
        case .confirmed: self = .confirmed
        case .cleared: self = .cleared
        case .provisional: self = .provisional
        }
    }

    fileprivate func value() throws(HazardError) -> HazardState {
        switch self {
        case .reported: .reported
        case .confirmed: .confirmed
        case .cleared: .cleared
        case .provisional: .provisional
        case .unspecified, .UNRECOGNIZED: throw .outOfBounds(field: "state")
        }
    }
}

extension Waymark_V1_Direction {
    fileprivate init(_ direction: Direction?) {
        switch direction {
        case .forward: self = .forward
        case .backward: self = .backward
        case nil: self = .unspecified
        }
    }

    fileprivate func value() throws(HazardError) -> Direction? {
        switch self {
        case .unspecified: nil
        case .forward: .forward
        case .backward: .backward
        case .UNRECOGNIZED: throw .outOfBounds(field: "direction")
        }
    }
}
