import Geography
import Hazards
import Hummingbird
import Telemetry

/// `/api/v1/hazards`: what the validators believe at the height that the answer names. `/api/v1/hazards/<id>`: one of them, and the log's
/// entries that it follows from.
///
///     ?bbox=24.8,60.1,25.2,60.3     west, south, east, north in degrees
///     &kind=adhesion,10             names or DENM cause codes
///     &state=confirmed              of reported, confirmed, cleared; without it the first two
///     &size=4711                    wait up to a second until the log has as many entries
struct HazardRoutes: Sendable {
    let map: InspectionMap?
    let clock: LogClock
    let trail: HazardTrail

    struct Body: Encodable {
        var hazards: [HazardAnswer]
        var complete: Bool
        var height: UInt64
        var checkpointSize: UInt64
    }

    struct OneBody: Encodable {
        var hazard: HazardAnswer
        var entries: [EntryAnswer]
        var complete: Bool
        var checkpointSize: UInt64
    }

    func addRoutes(to router: Router<InspectionContext>) {
        router.get("/api/v1/hazards") { request, _ in try await hazards(request) }
        router.get("/api/v1/hazards/{id}") { request, context in
            try await hazard(request, id: context.parameters.get("id") ?? "")
        }
    }

    private func hazards(_ request: Request) async throws -> Response {
        let query = try Query(request, knows: "bbox", "kind", "state", "size")
        let filter = try HazardFilter(query)
        try await clock.wait(for: query)
        let (present, head) = await clock.present()
        let hazards = present.hazards.values.filter(filter.admits).sorted { $0.id < $1.id }
        return try .json(
            Body(
                hazards: hazards.map { HazardAnswer($0, on: map) }, complete: present.isComplete, height: head.height,
                checkpointSize: head.size))
    }
}

extension HazardRoutes {
    private func hazard(_ request: Request, id: String) async throws -> Response {
        let query = try Query(request, knows: "size")
        try await clock.wait(for: query)
        guard let id = HazardID(hex: id), let hazard = await clock.present().0.hazards[id] else {
            throw Rejection.notFound
        }
        let found = try await trail.entries(of: hazard, limit: InspectionLimits.observationsPerHazard)
        return try .json(
            OneBody(
                hazard: HazardAnswer(hazard, on: map), entries: found.entries, complete: found.isComplete,
                checkpointSize: found.size))
    }
}

/// Which hazards a request asks for.
struct HazardFilter {
    private let box: Bounds?
    private let kinds: [HazardKind]?
    private let states: [HazardState]

    init(_ query: Query) throws(Rejection) {
        box = try HazardFilter.box(query)
        kinds = try query.list("kind", expected: "a list of kinds by name or code, such as adhesion or 6") { word in
            UInt16(word).flatMap(HazardKind.init(rawValue:)) ?? HazardKind(name: word)
        }
        let states = try query.list("state", expected: "a list of reported, confirmed, cleared") {
            HazardState(name: $0)
        }
        self.states = states ?? [.reported, .confirmed]
    }

    func admits(_ hazard: Hazard) -> Bool {
        states.contains(hazard.state) && kinds?.contains(hazard.kind) ?? true
            && box?.contains(hazard.cell.centre) ?? true
    }

    private static func box(_ query: Query) throws(Rejection) -> Bounds? {
        let expected = "west,south,east,north in degrees, such as 24.8,60.1,25.2,60.3"
        guard let sides = try query.list("bbox", expected: expected, { Double($0) }) else { return nil }
        guard sides.count == 4, let southWest = Coordinate(latitude: sides[1], longitude: sides[0]),
            let northEast = Coordinate(latitude: sides[3], longitude: sides[2]),
            let box = Bounds(southWest: southWest, northEast: northEast)
        else { throw .badParameter("bbox", expected: expected) }
        return box
    }
}
