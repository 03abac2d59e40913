/// What a way's tags mean for a car: whether it may drive there, which way, and how fast.
struct RoadRules: Hashable, Sendable {
    /// The road's class.
    var roadClass: RoadClass
    /// The limit along the way in km/h; 0 where cars may not drive along it.
    var forwardLimit: UInt8
    /// The limit against the way in km/h; 0 where cars may not drive against it.
    var backwardLimit: UInt8
    /// The road's name, or nothing.
    var name: String

    /// The rules of a way with these tags, or nil where cars do not pass.
    init?(tags: [String: String]) {
        guard let highway = tags["highway"], let roadClass = RoadClass(tag: highway), tags["area"] != "yes",
            RoadRules.admitsCars(tags)
        else { return nil }
        let limit = tags["maxspeed"].flatMap(SpeedLimit.kilometresPerHour) ?? roadClass.usualLimit
        let directions = RoadRules.directions(tags, roadClass)
        self.roadClass = roadClass
        name = tags["name"] ?? ""
        forwardLimit = directions.forward ? RoadRules.limit(tags["maxspeed:forward"], else: limit) : 0
        backwardLimit = directions.backward ? RoadRules.limit(tags["maxspeed:backward"], else: limit) : 0
        guard directions.forward || directions.backward else { return nil }
    }

    private static func limit(_ value: String?, else limit: UInt8) -> UInt8 {
        value.flatMap(SpeedLimit.kilometresPerHour) ?? limit
    }

    /// The most particular access tag decides. Who only wants to arrive (`destination`, `customers`) may drive there too.
    private static func admitsCars(_ tags: [String: String]) -> Bool {
        guard let access = tags["motorcar"] ?? tags["motor_vehicle"] ?? tags["vehicle"] ?? tags["access"] else {
            return true
        }
        switch access {
        case "yes", "permissive", "designated", "destination", "customers", "official", "public", "unknown": return true
        default: return false
        }
    }

    private static func directions(_ tags: [String: String], _ roadClass: RoadClass) -> (forward: Bool, backward: Bool)
    {
        switch tags["oneway:motor_vehicle"] ?? tags["oneway"] {
        case "yes", "true", "1": return (true, false)
        case "-1", "reverse": return (false, true)
        case "no", "false", "0", "alternating": return (true, true)
        // The direction changes with the hour: no map can promise either.
        case "reversible": return (false, false)
        case .some, .none: break
        }
        let isCircle = tags["junction"] == "roundabout" || tags["junction"] == "circular"
        return (true, !(isCircle || roadClass.isUsuallyOneWay))
    }
}
