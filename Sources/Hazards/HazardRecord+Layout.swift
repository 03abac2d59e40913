import Cryptography
import Geography
import Telemetry
import Wire

/// Fixed layouts for snapshots and digests.
extension HazardSubject {
    /// `kind: UInt16 || 1 || map digest || edge: UInt32 || direction: UInt8`, or `kind: UInt16 || 2 || cell number:
    /// UInt64`.
    func write(to writer: inout Writer) {
        writer.write(kind.rawValue)
        switch place {
        case .edge(let edge):
            writer.write(UInt8(1))
            edge.write(to: &writer)
        case .cell(let cell):
            writer.write(UInt8(2))
            writer.write(cell.number)
        }
    }
}

extension HazardRecord {
    /// The record's bytes: `id(16) kind(2) state(1) cell(8) hasEdge(1) [edge(37)] firstSeen(8) lastSeen(8) expires(8)
    /// vehicles(4) height(8) firstHeight(8) window(8) lastSeenBucket(8) toldVehicles(4) toldExpires(8) count(4)
    /// [tag(32) time(8)]… count(4) [tag(32) bucket(8)]…`
    func encoded() -> [UInt8] {
        var writer = Writer(capacity: 200 + 40 * (sightings.count + denials.count))
        write(to: &writer)
        return writer.bytes
    }

    func write(to writer: inout Writer) {
        hazard.write(to: &writer)
        writer.write(firstHeight)
        writer.write(window)
        writer.write(lastSeenBucket)
        writer.write(toldVehicles)
        writer.write(toldExpires.milliseconds)
        writer.write(each: sightings) { writer, sighting in
            writer.write(fixed: sighting.tag.bytes)
            writer.write(sighting.time.milliseconds)
        }
        writer.write(each: denials) { writer, denial in
            writer.write(fixed: denial.tag.bytes)
            writer.write(denial.bucket)
        }
    }

    /// The record of these bytes. Its name must be the one that its subject and first block give it.
    init(from reader: inout Reader) throws(WireError) {
        hazard = try Hazard(from: &reader)
        firstHeight = try reader.read(UInt64.self)
        window = try reader.read(UInt64.self)
        lastSeenBucket = try reader.read(UInt64.self)
        toldVehicles = try reader.read(UInt32.self)
        toldExpires = Timestamp(milliseconds: try reader.read(UInt64.self))
        sightings = try reader.readEach(atMost: HazardLimits.vehiclesPerHazard) { (reader) throws(WireError) in
            Sighting(tag: try reader.readDigest(), time: Timestamp(milliseconds: try reader.read(UInt64.self)))
        }
        denials = try reader.readEach(atMost: HazardLimits.clearingVehicles - 1) { (reader) throws(WireError) in
            Denial(tag: try reader.readDigest(), bucket: try reader.read(UInt64.self))
        }
        guard hazard.id == HazardID(subject: subject, height: firstHeight) else {
            throw .invalid(field: "hazard name", value: firstHeight)
        }
    }
}

extension Hazard {
    func write(to writer: inout Writer) {
        writer.write(fixed: id.bytes)
        writer.write(kind.rawValue)
        writer.write(state.rawValue)
        writer.write(cell.number)
        writer.write(edge != nil)
        edge?.write(to: &writer)
        for time in [firstSeen, lastSeen, expires] { writer.write(time.milliseconds) }
        writer.write(vehicles)
        writer.write(height)
    }

    /// A hazard of the table: reported or confirmed.
    init(from reader: inout Reader) throws(WireError) {
        guard let id = HazardID(bytes: try reader.readFixed(16)) else {
            throw .invalid(field: "hazard name", value: 0)
        }
        self.id = id
        let code = try reader.read(UInt16.self)
        guard let kind = HazardKind(rawValue: code) else { throw .invalid(field: "kind", value: UInt64(code)) }
        self.kind = kind
        let belief = try reader.read(UInt8.self)
        guard let state = HazardState(rawValue: belief), state == .reported || state == .confirmed else {
            throw .invalid(field: "state", value: UInt64(belief))
        }
        self.state = state
        let number = try reader.read(UInt64.self)
        guard let cell = Cell(number: number, level: Cell.observationLevel) else {
            throw .invalid(field: "cell", value: number)
        }
        self.cell = cell
        edge = try reader.readBool() ? try MapEdge(from: &reader) : nil
        firstSeen = Timestamp(milliseconds: try reader.read(UInt64.self))
        lastSeen = Timestamp(milliseconds: try reader.read(UInt64.self))
        expires = Timestamp(milliseconds: try reader.read(UInt64.self))
        vehicles = try reader.read(UInt32.self)
        height = try reader.read(UInt64.self)
    }
}

extension MapEdge {
    fileprivate func write(to writer: inout Writer) {
        writer.write(fixed: mapDigest.bytes)
        writer.write(edge)
        writer.write(direction.rawValue)
    }

    fileprivate init(from reader: inout Reader) throws(WireError) {
        let digest = try reader.readDigest()
        let edge = try reader.read(UInt32.self)
        let code = try reader.read(UInt8.self)
        guard let direction = Direction(rawValue: code) else {
            throw .invalid(field: "direction", value: UInt64(code))
        }
        self.init(mapDigest: digest, edge: edge, direction: direction)
    }
}
