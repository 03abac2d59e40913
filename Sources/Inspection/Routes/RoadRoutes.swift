import Hummingbird

/// `/api/v1/roads`: the road network for the explorer's map, written once and kept by browsers under its tag.
struct RoadRoutes: Sendable {
    private let sheet: RoadSheet?

    init(_ map: InspectionMap?) {
        sheet = map.map { RoadSheet($0) }
    }

    func addRoutes(to router: Router<InspectionContext>) {
        router.get("/api/v1/roads") { request, _ in
            _ = try Query(request)
            guard let sheet else { throw Rejection.notFound }
            return try await sheet.file().response(to: request)
        }
    }
}

/// The road network's text, made when it is first asked for.
private actor RoadSheet {
    private let map: InspectionMap
    private var made: TaggedFile?

    init(_ map: InspectionMap) {
        self.map = map
    }

    func file() throws -> TaggedFile {
        if let made { return made }
        let bytes = try RoadText(map.network).bytes()
        let file = TaggedFile(bytes, type: "application/json; charset=utf-8", caching: "public, max-age=300")
        made = file
        return file
    }
}
