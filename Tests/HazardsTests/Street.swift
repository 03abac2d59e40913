import Cryptography
import Geography
import Hazards
import Telemetry
import Testing
import Wire

/// Observations as they stand in the log, by vehicles that are told apart by their tags: a vehicle has one tag a hazard
/// and hour, made as validators make it.
struct Street {
    /// A whole hour: 2025-11-24 16:00 UTC.
    static let start = Timestamp(milliseconds: 1_764_000_000_000)
    static let map = Digest.sha256(Array("map".utf8))

    var kind = HazardKind.adhesion

    /// What vehicle `vehicle` says at log time `time` about the edge (or the cell of the coordinate, where there is
    /// none).
    func entry(
        _ vehicle: UInt64, _ polarity: Polarity = .seen, edge: UInt32? = 7, at time: Timestamp,
        observed: Timestamp? = nil, longitudeE7: Int32 = 249_384_000
    ) throws -> ObservationEntry {
        let coordinate = try #require(Coordinate(latitudeE7: 601_699_000, longitudeE7: longitudeE7))
        let place = edge.map { EdgePlace(edge: $0, direction: .forward, offsetCentimetres: 0) }
        let observation = Observation(
            kind: kind, polarity: polarity, time: observed ?? time, coordinate: coordinate, place: place)
        return ObservationEntry(
            observation, enrolment: enrolment(vehicle), map: Street.map, logTime: time,
            logSecret: [UInt8](repeating: 9, count: 32))
    }

    private func enrolment(_ vehicle: UInt64) -> Digest {
        var writer = Writer()
        writer.write(vehicle)
        return Digest.sha256(writer.bytes)
    }
}

/// Hazards with a clock: each act is a block of its own.
struct World {
    var hazards = Hazards()
    var height: UInt64 = 0
    var time = Street.start
    var street = Street()

    /// Whoever it is, this long after the last act, says so; what changed.
    mutating func observe(
        _ vehicle: UInt64, _ polarity: Polarity = .seen, edge: UInt32? = 7, afterSeconds seconds: UInt64 = 1,
        observedSecondsAgo ago: UInt64 = 0
    ) throws -> [Hazard] {
        height += 1
        time = time + seconds * 1000
        let entry = try street.entry(vehicle, polarity, edge: edge, at: time, observed: time - ago * 1000)
        return hazards.apply(entry, at: time, height: height)
    }

    mutating func wait(seconds: UInt64) -> [Hazard] {
        height += 1
        time = time + seconds * 1000
        return hazards.advance(to: time, height: height)
    }

    /// The only hazard's state, nil where there is none.
    var state: HazardState? { hazards.active.first?.state }
}

/// SplitMix64: small, seeded, and the same everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
