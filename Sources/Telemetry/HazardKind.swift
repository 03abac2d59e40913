/// What a vehicle can observe: the direct cause codes of ETSI TS 102 894-2 that DENM messages carry, so that what comes
/// from and goes to C-ITS needs no translation. A code that is not listed here is refused.
///
/// `facts` is the one table: name, how long a hazard stands without new sightings, and the category of safety-related
/// traffic information (Delegated Regulation (EU) 886/2013) that it falls into. The categories are our reading at the
/// level of cause codes; the published message sets (TISA, DATEX II) go down to subcauses, which this version does not
/// carry.
public enum HazardKind: UInt16, CaseIterable, Sendable {
    /// Dense or standing traffic.
    case trafficCondition = 1
    /// An accident.
    case accident = 2
    /// Work on the road.
    case roadworks = 3
    /// The road cannot be passed.
    case impassability = 5
    /// Weather took the road's grip: ice, snow.
    case adhesion = 6
    /// Standing water.
    case aquaplaning = 7
    /// The surface is damaged or covered: rocks, subsidence, flooding.
    case surfaceCondition = 9
    /// Something lies on the road.
    case obstacle = 10
    /// An animal is on the road.
    case animal = 11
    /// People are on the road.
    case people = 12
    /// Someone drives against the direction of traffic.
    case wrongWayDriving = 14
    /// Rescue or recovery is at work.
    case rescue = 15
    /// Storm, hail, thunderstorm.
    case extremeWeather = 17
    /// Fog, smoke, spray, low sun.
    case visibility = 18
    /// Heavy rain or snowfall.
    case precipitation = 19
    /// Violence on or near the road.
    case violence = 20
    /// A vehicle that is much slower than the rest.
    case slowVehicle = 26
    /// The end of a queue where nobody expects it.
    case dangerousEndOfQueue = 27
    /// A tram or a bus crosses or joins.
    case publicTransportApproaching = 28
    /// A vehicle that no longer drives.
    case vehicleBreakdown = 91
    /// A vehicle whose crash detection went off.
    case postCrash = 92
    /// A driver who needs help.
    case humanProblem = 93
    /// A vehicle that stands where none should.
    case stationaryVehicle = 94
    /// An emergency vehicle on its way.
    case emergencyVehicle = 95
    /// A curve that is more dangerous than it looks.
    case dangerousCurve = 96
    /// Two road users are about to collide.
    case collisionRisk = 97
    /// Someone ignores a signal.
    case signalViolation = 98
    /// Emergency braking, hazard lights, a safety system at work.
    case dangerousSituation = 99
    /// A level crossing that is closed, blocked or broken.
    case levelCrossing = 100
}

/// The eight categories of safety-related traffic information, by their letters in Delegated Regulation (EU) 886/2013,
/// article 3.
public enum SafetyCategory: Character, CaseIterable, Sendable {
    /// Temporary slippery road.
    case slipperyRoad = "a"
    /// Animal, people, obstacles, debris on the road.
    case obstacle = "b"
    /// Unprotected accident area.
    case unprotectedAccident = "c"
    /// Short-term road works.
    case roadworks = "d"
    /// Reduced visibility.
    case reducedVisibility = "e"
    /// Wrong-way driver.
    case wrongWayDriver = "f"
    /// Unmanaged blockage of a road.
    case unmanagedBlockage = "g"
    /// Exceptional weather conditions.
    case exceptionalWeather = "h"
}

extension HazardKind {
    /// What is known of a kind.
    private struct Facts {
        var name: String
        var validityMinutes: UInt64
        var category: SafetyCategory?

        init(_ name: String, minutes: UInt64, _ category: SafetyCategory? = nil) {
            self.name = name
            self.validityMinutes = minutes
            self.category = category
        }
    }

    private var facts: Facts {
        switch self {
        case .trafficCondition: Facts("traffic_condition", minutes: 10)
        case .accident: Facts("accident", minutes: 30, .unprotectedAccident)
        case .roadworks: Facts("roadworks", minutes: 480, .roadworks)
        case .impassability: Facts("impassability", minutes: 120, .unmanagedBlockage)
        case .adhesion: Facts("adhesion", minutes: 60, .slipperyRoad)
        case .aquaplaning: Facts("aquaplaning", minutes: 30, .slipperyRoad)
        case .surfaceCondition: Facts("surface_condition", minutes: 120, .obstacle)
        case .obstacle: Facts("obstacle", minutes: 30, .obstacle)
        case .animal: Facts("animal", minutes: 10, .obstacle)
        case .people: Facts("people", minutes: 10, .obstacle)
        case .wrongWayDriving: Facts("wrong_way_driving", minutes: 5, .wrongWayDriver)
        case .rescue: Facts("rescue", minutes: 60)
        case .extremeWeather: Facts("extreme_weather", minutes: 60, .exceptionalWeather)
        case .visibility: Facts("visibility", minutes: 30, .reducedVisibility)
        case .precipitation: Facts("precipitation", minutes: 30, .exceptionalWeather)
        case .violence: Facts("violence", minutes: 30)
        case .slowVehicle: Facts("slow_vehicle", minutes: 5)
        case .dangerousEndOfQueue: Facts("dangerous_end_of_queue", minutes: 5)
        case .publicTransportApproaching: Facts("public_transport_approaching", minutes: 2)
        case .vehicleBreakdown: Facts("vehicle_breakdown", minutes: 30, .obstacle)
        case .postCrash: Facts("post_crash", minutes: 30, .unprotectedAccident)
        case .humanProblem: Facts("human_problem", minutes: 15)
        case .stationaryVehicle: Facts("stationary_vehicle", minutes: 15, .obstacle)
        case .emergencyVehicle: Facts("emergency_vehicle", minutes: 2)
        case .dangerousCurve: Facts("dangerous_curve", minutes: 480)
        case .collisionRisk: Facts("collision_risk", minutes: 1)
        case .signalViolation: Facts("signal_violation", minutes: 1)
        case .dangerousSituation: Facts("dangerous_situation", minutes: 5)
        case .levelCrossing: Facts("level_crossing", minutes: 15)
        }
    }

    /// The name in metrics, on the command line and in answers: lower case with underscores.
    public var name: String { facts.name }

    /// How long a hazard of this kind stands after its last sighting, in milliseconds.
    public var validityMilliseconds: UInt64 { facts.validityMinutes * 60_000 }

    /// The category of safety-related traffic information, where there is one.
    public var category: SafetyCategory? { facts.category }

    /// The kind of that name, or nil where there is none.
    public init?(name: String) {
        guard let kind = HazardKind.allCases.first(where: { $0.name == name }) else { return nil }
        self = kind
    }
}
