import Replica

/// Batches in the format of Server-Sent Events.
///
///     event: start          forget what you know: what follows is the present state
///     event: hazard         a hazard, as in /api/v1/hazards
///     event: learning       how a model's training stands: its round, its updates so far, what was decided last
///     event: sighting       {"vehicles":[[session, latitude, longitude, speed, heading, time], …]}
///                           in 1e-7 degrees, cm/s, hundredths of a degree, ms
///     event: block          a block, as in /api/v1/blocks
///     : heartbeat           a comment, where there is nothing to tell
///
/// There are no event numbers: who reconnects is started afresh, and so misses nothing that still holds.
enum EventText {
    /// The text of a batch.
    static func encode(_ batch: Outbox.Batch, on map: InspectionMap?) throws -> [UInt8] {
        guard !batch.isEmpty else { return Array(": heartbeat\n\n".utf8) }
        var text: [UInt8] = []
        if batch.startsAfresh { append("start", Array("{}".utf8), to: &text) }
        for hazard in batch.hazards {
            append("hazard", [UInt8](try JSON.encode(HazardAnswer(hazard, on: map))), to: &text)
        }
        for state in batch.learning {
            guard let answer = LearningAnswer(state) else { continue }
            append("learning", [UInt8](try JSON.encode(answer)), to: &text)
        }
        if !batch.vehicles.isEmpty { append("sighting", sightings(batch.vehicles), to: &text) }
        for block in batch.blocks { append("block", [UInt8](try JSON.encode(BlockAnswer(block))), to: &text) }
        return text
    }

    private static func append(_ event: String, _ line: [UInt8], to text: inout [UInt8]) {
        text += Array("event: \(event)\ndata: ".utf8)
        text += line
        text += Array("\n\n".utf8)
    }

    /// By hand, for these are the many: a thousand vehicles move every second.
    private static func sightings(_ vehicles: [VehicleSighting]) -> [UInt8] {
        let rows = vehicles.map { vehicle in
            """
            [\(vehicle.session),\(vehicle.coordinate.latitudeE7),\(vehicle.coordinate.longitudeE7),\
            \(vehicle.speedCentimetresPerSecond),\(vehicle.headingCentidegrees),\(vehicle.time.milliseconds)]
            """
        }
        return Array("{\"vehicles\":[\(rows.joined(separator: ","))]}".utf8)
    }
}
