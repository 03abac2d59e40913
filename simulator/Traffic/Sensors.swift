import Geography
import Models
import Roads
import Telemetry
import Wire

/// What vehicles see while they drive: hazards that are there, hazards that are not, and the absence of hazards that they were told of.
struct Sensors: Sendable {
    private let model: SensorModel
    private let hazards: [PlantedHazard]
    /// The hazards on each arc that has some.
    private let hazardsOnArc: [Arc: [Int]]
    /// Metres, by arc index.
    private let lengths: [Double]
    private var random: SeededGenerator
    /// The kinds that each vehicle has seen on its present arc.
    private var seen: [[HazardKind]]
    /// Whether each vehicle came onto its present arc by its tail: who set out in its middle cannot say what was before.
    private var hasDrivenAll: [Bool]
    private(set) var encounters: [Encounters]

    init(
        _ hazards: [PlantedHazard], vehicles: Int, lengths: [Double], model: SensorModel, random: SeededGenerator
    ) {
        self.model = model
        self.lengths = lengths
        self.hazards = hazards
        self.random = random
        hazardsOnArc = Dictionary(grouping: hazards.indices) { hazards[$0].arc }
        seen = Array(repeating: [], count: vehicles)
        hasDrivenAll = Array(repeating: false, count: vehicles)
        encounters = Array(repeating: Encounters(), count: hazards.count)
    }

    /// One vehicle's move within a tick.
    struct Move {
        var vehicle: Int
        var from: (arc: Arc, offset: Double)
        var to: (arc: Arc, offset: Double)
    }

    /// What a vehicle says after a move, besides where it is.
    struct Sighting {
        var kind: HazardKind
        var polarity: Polarity
        var arc: Arc
        /// Metres from the arc's tail.
        var offset: Double
        var cause: SensedObservation.Cause
    }

    /// What a vehicle sees in a move, at this time of the run; `known` are the kinds that it was told of, by arc.
    mutating func sense(
        _ move: Move, atMilliseconds time: UInt64, known: [Arc: [HazardKind]]
    ) -> [Sighting] {
        let hasLeft = move.from.arc != move.to.arc
        var sightings = look(
            move.vehicle, move.from.arc, (move.from.offset, hasLeft ? .infinity : move.to.offset), time, known)
        if hasLeft {
            sightings += missing(move.vehicle, move.from.arc, known)
            (seen[move.vehicle], hasDrivenAll[move.vehicle]) = ([], true)
            sightings += look(move.vehicle, move.to.arc, (-1, move.to.offset), time, known)
        }
        return sightings + ghost(move)
    }

    /// The hazards of an arc that a vehicle passes between two offsets from the arc's tail, the second included, and sees.
    private mutating func look(
        _ vehicle: Int, _ arc: Arc, _ offsets: (from: Double, to: Double), _ time: UInt64, _ known: [Arc: [HazardKind]]
    ) -> [Sighting] {
        var sightings: [Sighting] = []
        for index in hazardsOnArc[arc] ?? [] where hazards[index].isThere(atMilliseconds: time) {
            let (kind, along) = (hazards[index].kind, Double(hazards[index].place.offsetCentimetres) / 100)
            let offset = arc.isBackward ? lengths[Int(arc.index)] - along : along
            guard offset > offsets.from, offset <= offsets.to else { continue }
            encounters[index].passed.insert(vehicle)
            let isInformed = known[arc]?.contains(kind) ?? false
            guard !random.happens(permille: isInformed ? model.informedMissPermille : model.missPermille) else {
                continue
            }
            encounters[index].sensed.insert(vehicle)
            seen[vehicle].append(kind)
            sightings.append(Sighting(kind: kind, polarity: .seen, arc: arc, offset: offset, cause: .hazard(index)))
        }
        return sightings
    }

    /// What a vehicle was told of on the arc that it has just left, and did not see.
    private func missing(
        _ vehicle: Int, _ arc: Arc, _ known: [Arc: [HazardKind]]
    ) -> [Sighting] {
        guard hasDrivenAll[vehicle], let kinds = known[arc] else { return [] }
        return kinds.filter { !seen[vehicle].contains($0) }.map {
            Sighting(kind: $0, polarity: .notSeen, arc: arc, offset: lengths[Int(arc.index)] / 2, cause: .absence)
        }
    }

    private mutating func ghost(_ move: Move) -> [Sighting] {
        let ticks = model.secondsPerGhost * 1000 / RoadTraffic.tickMilliseconds
        guard ticks > 0, random.next() % ticks == 0 else { return [] }
        let kind = HazardPlanting.kinds[Int(random.next() % UInt64(HazardPlanting.kinds.count))]
        return [Sighting(kind: kind, polarity: .seen, arc: move.to.arc, offset: move.to.offset, cause: .ghost)]
    }

    /// A sensor's own confidence in what it saw, in thousandths.
    mutating func confidencePermille() -> UInt16 { UInt16(700 + random.next() % 300) }
}
