import Cryptography
import Geography
import Hazards
import Telemetry

extension HazardState {
    /// The state's name in answers.
    var name: String {
        switch self {
        case .reported: "reported"
        case .confirmed: "confirmed"
        case .cleared: "cleared"
        case .provisional: "provisional"
        }
    }

    /// The state of a name.
    init?(name: String) {
        switch name {
        case "reported": self = .reported
        case "confirmed": self = .confirmed
        case "cleared": self = .cleared
        default: return nil
        }
    }
}

extension Direction {
    /// The direction's name in answers.
    var name: String {
        switch self {
        case .forward: "forward"
        case .backward: "backward"
        }
    }
}

/// A hazard as `/api/v1/hazards` and `/events` tell it. Its place is its cell's centre, for the log knows no finer one; where it is on an
/// edge of the validator's map, `road` says which, and where that road is nearest to the centre.
struct HazardAnswer: Encodable, Equatable {
    var id: String
    var code: UInt16
    var kind: String
    var state: String
    var cell: String
    var latitude: Double
    var longitude: Double
    var road: Road?
    var map: String?
    var edge: UInt32?
    var direction: String?
    var firstSeenMs: UInt64
    var lastSeenMs: UInt64
    var expiresMs: UInt64
    var vehicles: UInt32
    var height: UInt64

    struct Road: Encodable, Equatable {
        var name: String
        var latitude: Double
        var longitude: Double
    }

    init(_ hazard: Hazard, on map: InspectionMap?) {
        let centre = hazard.coordinate
        id = hazard.id.description
        code = hazard.kind.rawValue
        kind = hazard.kind.name
        state = hazard.state.name
        cell = hazard.cell.quadkey
        latitude = centre.latitude
        longitude = centre.longitude
        road = map?.road(of: hazard)
        self.map = hazard.edge?.mapDigest.description
        edge = hazard.edge?.edge
        direction = hazard.edge?.direction.name
        firstSeenMs = hazard.firstSeen.milliseconds
        lastSeenMs = hazard.lastSeen.milliseconds
        expiresMs = hazard.expires.milliseconds
        vehicles = hazard.vehicles
        height = hazard.height
    }
}
