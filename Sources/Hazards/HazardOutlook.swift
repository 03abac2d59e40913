import Cryptography
import Telemetry
import Wire

/// What hazards would be if the observations that others vouch for were in the log: so that vehicles can be warned before they are.
///
/// What is vouched for will be ordered, but nobody knows yet when, beside what, and whether it will be accepted. So an outlook is one validator's
/// own guess. It never changes the hazards, takes a look at the few that are concerned, warns only where two vehicles at least stand for
/// something that vehicles do not know as confirmed, and forgets an observation as soon as its car is executed.
public struct HazardOutlook: Sendable {
    private struct Waiting: Sendable {
        let car: Digest
        let entry: ObservationEntry
        let time: Timestamp
    }

    private struct Car: Sendable {
        let observations: Int
        var subjects: Set<HazardSubject> = []
    }

    /// Sightings, one a vehicle: what a vehicle repeats adds nothing, and would be looked at again and again.
    private var waiting: [HazardSubject: [Waiting]] = [:]
    private var cars: [Digest: Car] = [:]
    private var count = 0
    /// The cars in the order in which they came.
    private var order: [(car: Digest, time: Timestamp)] = []

    /// Nothing waits.
    public init() {}

    /// Takes the observations of a car that is vouched for, as they would be entries now. Returns what vehicles should be warned of: hazards of
    /// state *provisional*, under a name that all warnings about the same share.
    public mutating func take(
        _ entries: [ObservationEntry], of car: Digest, after hazards: Hazards, at time: Timestamp, height: UInt64
    ) -> [Hazard] {
        // Under a load like that ordering does not take much longer than this would.
        guard cars[car] == nil, count + entries.count <= HazardLimits.outlookObservations else { return [] }
        count += entries.count
        order.append((car, time))
        cars[car] = Car(observations: entries.count)
        var warnings: [HazardSubject: Hazard] = [:]
        for entry in entries where entry.polarity == .seen {
            let subject = HazardSubject(place: entry.place, kind: entry.kind)
            let others = waiting[subject, default: []]
            guard others.count < HazardLimits.vehiclesPerHazard, !others.contains(where: { $0.entry.tag == entry.tag })
            else { continue }
            let before = expected(subject, after: hazards)
            waiting[subject, default: []].append(Waiting(car: car, entry: entry, time: time))
            cars[car]?.subjects.insert(subject)
            // Nobody else says so: one vehicle never makes a warning.
            guard let before else { continue }
            guard let after = expected(subject, after: hazards), after.hazard.vehicles > before.hazard.vehicles
            else { continue }
            warnings[subject] = warning(of: after.hazard, subject, after: hazards, at: time, height: height)
        }
        return warnings.values.sorted { $0.id < $1.id }
    }

    /// Forgets the observations of cars that are executed, or will never be.
    public mutating func forget(_ executed: some Sequence<Digest>) {
        for car in executed {
            guard let gone = cars.removeValue(forKey: car) else { continue }
            count -= gone.observations
            for subject in gone.subjects {
                waiting[subject]?.removeAll { $0.car == car }
                if waiting[subject]?.isEmpty == true { waiting[subject] = nil }
            }
        }
    }

    /// Forgets what has waited since before `time`: its lane may have been cut off.
    public mutating func forget(before time: Timestamp) {
        while let first = order.first, first.time < time || cars[first.car] == nil {
            order.removeFirst()
            forget(CollectionOfOne(first.car))
        }
    }

    /// The hazard with what waits; nil where nothing would make one.
    private func expected(_ subject: HazardSubject, after hazards: Hazards) -> HazardRecord? {
        var record = hazards.record(of: subject)
        for waiting in waiting[subject, default: []] {
            let (entry, time) = (waiting.entry, waiting.time)
            guard time < HazardRecord.expiry(of: entry, at: time) else { continue }
            if record == nil {
                record = HazardRecord(entry, at: time, height: 0)
            } else {
                _ = record?.take(sighting: entry, at: time, height: 0)
            }
        }
        return record
    }

    private func warning(
        of hazard: Hazard, _ subject: HazardSubject, after hazards: Hazards, at time: Timestamp, height: UInt64
    ) -> Hazard? {
        guard hazard.vehicles >= HazardLimits.warningVehicles, hazards.record(of: subject)?.hazard.state != .confirmed
        else { return nil }
        var warning = hazard
        warning.id = hazard.provisionalID
        warning.state = .provisional
        warning.lastSeen = time
        warning.expires = time + HazardLimits.warningMilliseconds
        warning.height = height
        return warning
    }
}

extension Hazard {
    /// The name of warnings about the same, before it is in the log: as if it had begun before the first block.
    public var provisionalID: HazardID {
        HazardID(subject: HazardSubject(place: place, kind: kind), height: 0)
    }
}
