import Cryptography
import Hummingbird
import Models
import Roads
import Storage
import Telemetry

/// `/api/v1/roads/speeds`: how fast each road flows as the fleet has learned it, against free flow.
///
///     ?slot=31                      the hour of the week, 0 for Monday 00:00 to 01:00 UTC; without it the present one
///
///     {"version":"9f86…","slot":31,"arcs":[[arc,permille],…]}
///
/// An arc is twice its edge's number, and one more for the way back. Told are all arcs that may be driven, once the current version knows
/// something of roads of their class; of a map with more than `InspectionLimits.speedArcs` of them, and before that, only those that it has
/// figures of their own for.
struct SpeedRoutes: Sendable {
    private let sheet: SpeedSheet?
    private let index: Index?
    private let clock: LogClock

    init(map: InspectionMap?, files: VersionFiles, index: Index?, clock: LogClock) {
        sheet = map.map { SpeedSheet($0, files: files) }
        self.index = index
        self.clock = clock
    }

    func addRoutes(to router: Router<InspectionContext>) {
        router.get("/api/v1/roads/speeds") { request, _ in
            let query = try Query(request, knows: "slot")
            let asked = try query.number("slot", in: 0...UInt64(TravelTimeLimits.slots - 1))
            guard let sheet, let index else { throw Rejection.notFound }
            guard let version = try LearningState.current(of: .travelTimes, in: index) else {
                throw Rejection.notFound
            }
            let slot = if let asked { UInt16(asked) } else { TravelTimeModel.slot(at: await clock.logTime()) }
            return try await sheet.file(of: version, slot: slot).response(to: request)
        }
    }
}

/// The newest version's speeds as text, made when they are first asked for.
private actor SpeedSheet {
    private let network: RoadNetwork
    private let files: VersionFiles
    private var model: (version: Digest, value: TravelTimeModel)
    private var made: (version: Digest, slot: UInt16, file: TaggedFile)?

    init(_ map: InspectionMap, files: VersionFiles) {
        network = map.network
        self.files = files
        // What every fleet starts from needs no file.
        let first = TravelTimeModel()
        model = (Digest.sha256(first.encoded()), first)
    }

    func file(of version: Digest, slot: UInt16) async throws -> TaggedFile {
        if let made, made.version == version, made.slot == slot { return made.file }
        if model.version != version { model = (version, try await read(version)) }
        let file = TaggedFile(text(slot), type: "application/json; charset=utf-8", caching: "no-cache")
        made = (version, slot, file)
        return file
    }

    private func read(_ version: Digest) async throws -> TravelTimeModel {
        let bytes: [UInt8]
        do {
            bytes = try await files.bytes(version)
        } catch Rejection.notFound {
            throw Rejection.unavailable(reason: "the file of version \(version) is not here yet")
        }
        do {
            return try TravelTimeModel(decoding: bytes)
        } catch {
            throw Rejection.damaged(what: "the file \(version)")
        }
    }

    private func text(_ slot: UInt16) -> [UInt8] {
        var text = Array("{\"version\":\"\(model.version)\",\"slot\":\(slot),\"arcs\":[".utf8)
        var comma = ""
        for arc in toldArcs() where network.isOpen(Arc(index: arc)) {
            text += Array("\(comma)[\(arc),\(permille(arc: arc, slot: slot))]".utf8)
            comma = ","
        }
        return text + Array("]}".utf8)
    }

    private func toldArcs() -> [UInt32] {
        let knowsClasses = model.value.classes.contains { $0.count > 0 }
        if knowsClasses, network.arcCount <= InspectionLimits.speedArcs {
            return Array(0..<UInt32(2 * network.edgeCount))
        }
        // Cells are in the order of arcs, one for each hour.
        return model.value.cells.reduce(into: []) { arcs, cell in
            if arcs.last != cell.arc { arcs.append(cell.arc) }
        }
    }

    /// Speed in thousandths of free flow's, 50…1,300: by the time that the model gives a road of a thousand seconds.
    private func permille(arc: UInt32, slot: UInt16) -> UInt32 {
        let roadClass = network.roadClass(ofEdge: Arc(index: arc).edge).rawValue
        let time = model.value.milliseconds(arc: arc, roadClass: roadClass, freeFlow: 1_000_000, slot: slot)
        return (1_000_000_000 + time / 2) / time
    }
}
