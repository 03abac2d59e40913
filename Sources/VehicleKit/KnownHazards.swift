import Geography
import Hazards
import Transport
import Wire

/// Why a message on a hazard's topic is not believed to be one.
enum HazardMessageFault: Error, Hashable, Sendable {
    case notAHazard(HazardError)
    /// The topic names another hazard or place than the message.
    case otherTopic
}

/// The hazards that a vehicle knows of in the areas that it follows.
///
/// A gateway sends what is active when it is asked, and every change from then on. What changed while no gateway was
/// there is not told, so at each connection the vehicle forgets what the new gateway does not repeat within a while.
struct KnownHazards: Sendable {
    private struct Known: Sendable {
        var hazard: Hazard
        var isRepeated: Bool
    }

    private(set) var followed: Set<Cell> = []
    private var known: [HazardID: Known] = [:]
    /// How many were not kept because there were too many.
    private(set) var dropped: UInt64 = 0

    /// The active ones, ordered by name.
    var active: [Hazard] { known.values.map(\.hazard).sorted { $0.id < $1.id } }

    /// Follows exactly `cells` from now on, of which only the first of too many count; says what to subscribe to and
    /// what to give up, ordered.
    mutating func follow(_ cells: some Sequence<Cell>) -> (added: [Cell], removed: [Cell]) {
        var wanted: Set<Cell> = []
        for cell in cells where wanted.count < VehicleLimits.followedCells {
            wanted.insert(cell.level > Cell.observationLevel ? cell.ancestor(at: Cell.observationLevel) : cell)
        }
        let change = (added: wanted.subtracting(followed).sorted(), removed: followed.subtracting(wanted).sorted())
        followed = wanted
        if !change.removed.isEmpty {
            known = known.filter { entry in followed.contains { $0.contains(entry.value.hazard.cell) } }
        }
        return change
    }

    /// Takes a message; what it changes. Nothing, where it says nothing new.
    mutating func take(topic: String, payload: [UInt8]) throws(HazardMessageFault) -> [Hazard] {
        // The end of a retained message: the change itself came before it.
        guard !payload.isEmpty else { return [] }
        let hazard: Hazard
        do {
            hazard = try Hazard(decoding: payload)
        } catch {
            throw .notAHazard(error)
        }
        guard let place = HazardTopic.parse(topic), place.cell == hazard.cell, place.id == hazard.id else {
            throw .otherTopic
        }
        guard followed.contains(where: { $0.contains(hazard.cell) }) else { return [] }
        if hazard.state == .provisional { return warn(of: hazard).map { [$0] } ?? [] }
        // What is final takes the place of a warning.
        let name = hazard.provisionalID
        let warning = known[name] == nil ? [] : forget { $0.hazard.id == name }
        return warning + (keep(hazard).map { [$0] } ?? [])
    }

    /// Takes a warning of what is not final, and tells nothing to those who know it as confirmed.
    private mutating func warn(of hazard: Hazard) -> Hazard? {
        let isConfirmed = known.values.contains {
            $0.hazard.state == .confirmed && $0.hazard.kind == hazard.kind && $0.hazard.place == hazard.place
        }
        guard hazard.id == hazard.provisionalID, !isConfirmed else { return nil }
        return keep(hazard)
    }

    private mutating func keep(_ hazard: Hazard) -> Hazard? {
        let old = known[hazard.id]
        // A gateway that lags behind the one before it repeats what is no longer so.
        if let old, old.hazard.height > hazard.height { return nil }
        if hazard.state == .cleared {
            known[hazard.id] = nil
            return old == nil ? nil : hazard
        }
        guard old != nil || known.count < VehicleLimits.hazards else {
            dropped += 1
            return nil
        }
        known[hazard.id] = Known(hazard: hazard, isRepeated: true)
        return old?.hazard == hazard ? nil : hazard
    }

    /// A new gateway begins to repeat what is active.
    mutating func beginRefresh() {
        for id in known.keys { known[id]?.isRepeated = false }
    }

    /// Forgets what it did not repeat; as hazards that were cleared.
    mutating func endRefresh() -> [Hazard] { forget { !$0.isRepeated } }

    /// Forgets what its validity has ended for, though nobody said so.
    mutating func expire(now: Timestamp) -> [Hazard] { forget { $0.hazard.expires <= now } }

    private mutating func forget(_ condition: (Known) -> Bool) -> [Hazard] {
        let gone = known.values.filter(condition).map(\.hazard).sorted { $0.id < $1.id }
        for hazard in gone { known[hazard.id] = nil }
        return gone.map { hazard in
            var cleared = hazard
            cleared.state = .cleared
            return cleared
        }
    }
}
