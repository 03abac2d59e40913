import Cryptography
import Geography
import Telemetry
import Wire

/// The rule for one hazard: what a sighting and a denial do to it.
///
/// Vehicles are counted by their tags, which last for one hour of log time (`ObserverTag`). So tags of two hours are
/// never counted together: the first observation of a new hour starts the counts again, and only the highest count and
/// the state outlive the hour. A vehicle that repeats itself across the hour thus counts once on either side and never
/// twice.
struct HazardRecord: Hashable, Sendable {
    struct Sighting: Hashable, Sendable {
        var tag: Digest
        /// Log time of the vehicle's last sighting in this hour.
        var time: Timestamp
    }

    struct Denial: Hashable, Sendable {
        var tag: Digest
        /// When the vehicle passed, in units of 30 s.
        var bucket: UInt64
    }

    /// What vehicles would be told now; its height is that of what they were last told.
    var hazard: Hazard
    /// The block in which it began.
    var firstHeight: UInt64
    /// The hour that the two lists belong to.
    var window: UInt64
    /// In the order of their first sighting, at most `HazardLimits.vehiclesPerHazard`.
    var sightings: [Sighting] = []
    /// Vehicles that saw nothing after the last sighting; fewer than `HazardLimits.clearingVehicles`.
    var denials: [Denial] = []
    /// The latest bucket in which it was seen.
    var lastSeenBucket: UInt64
    /// How many vehicles it had when vehicles were last told.
    var toldVehicles: UInt32 = 0
    /// When it was to end when vehicles were last told.
    var toldExpires: Timestamp

    /// A hazard that begins with this sighting.
    init(_ entry: ObservationEntry, at logTime: Timestamp, height: UInt64) {
        let subject = HazardSubject(place: entry.place, kind: entry.kind)
        let expires = HazardRecord.expiry(of: entry, at: logTime)
        hazard = Hazard(
            id: HazardID(subject: subject, height: height), kind: entry.kind, state: .reported, cell: entry.cell,
            edge: entry.edge, firstSeen: logTime, lastSeen: logTime, expires: expires, vehicles: 0, height: height)
        firstHeight = height
        window = ObserverTag.window(at: logTime)
        lastSeenBucket = HazardRecord.bucket(of: entry, at: logTime)
        toldExpires = expires
        see(entry, at: logTime)
        toldVehicles = 1
    }

    /// When the observation was made, in units of 30 s: no later than log time, whatever the vehicle's clock said.
    static func bucket(of entry: ObservationEntry, at logTime: Timestamp) -> UInt64 {
        min(entry.bucket, logTime.milliseconds / TelemetryLimits.bucketMilliseconds)
    }

    /// When a hazard ends that was last seen by this entry: its kind's validity after the observation, not after its
    /// arrival.
    static func expiry(of entry: ObservationEntry, at logTime: Timestamp) -> Timestamp {
        let observed = bucket(of: entry, at: logTime) * TelemetryLimits.bucketMilliseconds
        return Timestamp(milliseconds: observed) + entry.kind.validityMilliseconds
    }

    /// Takes a sighting; whether vehicles should hear of it.
    mutating func take(sighting entry: ObservationEntry, at logTime: Timestamp, height: UInt64) -> Bool {
        enter(window: ObserverTag.window(at: logTime))
        see(entry, at: logTime)
        let isConfirmedNow = hazard.state == .reported && isConfirmed(at: logTime)
        if isConfirmedNow { hazard.state = .confirmed }
        guard isConfirmedNow || isWorthTelling else { return false }
        tell(height: height)
        return true
    }

    /// Takes a denial; whether the hazard is cleared by it.
    mutating func take(denial entry: ObservationEntry, at logTime: Timestamp, height: UInt64) -> Bool {
        enter(window: ObserverTag.window(at: logTime))
        guard isAfterLastSighting(entry, at: logTime), !denials.contains(where: { $0.tag == entry.tag }) else {
            return false
        }
        denials.append(Denial(tag: entry.tag, bucket: HazardRecord.bucket(of: entry, at: logTime)))
        guard denials.count >= HazardLimits.clearingVehicles else { return false }
        clear(height: height)
        return true
    }

    /// Ends the hazard.
    mutating func clear(height: UInt64) {
        hazard.state = .cleared
        hazard.height = height
    }

    private mutating func enter(window newer: UInt64) {
        guard newer > window else { return }
        window = newer
        sightings.removeAll()
        denials.removeAll()
    }

    private mutating func see(_ entry: ObservationEntry, at logTime: Timestamp) {
        if let index = sightings.firstIndex(where: { $0.tag == entry.tag }) {
            sightings[index].time = logTime
        } else if sightings.count < HazardLimits.vehiclesPerHazard {
            sightings.append(Sighting(tag: entry.tag, time: logTime))
        }
        // A denial outweighs a sighting that was made before it and arrived late.
        let bucket = HazardRecord.bucket(of: entry, at: logTime)
        denials.removeAll { $0.bucket <= bucket }
        lastSeenBucket = max(lastSeenBucket, bucket)
        hazard.lastSeen = logTime
        hazard.expires = max(hazard.expires, HazardRecord.expiry(of: entry, at: logTime))
        hazard.vehicles = max(hazard.vehicles, UInt32(sightings.count))
    }

    /// After the last sighting by the vehicles' own times, in units of 30 s; within one unit, by log time.
    private func isAfterLastSighting(_ entry: ObservationEntry, at logTime: Timestamp) -> Bool {
        let bucket = HazardRecord.bucket(of: entry, at: logTime)
        return bucket > lastSeenBucket || (bucket == lastSeenBucket && logTime > hazard.lastSeen)
    }

    private func isConfirmed(at logTime: Timestamp) -> Bool {
        let earliest = logTime - HazardLimits.confirmingMilliseconds
        return sightings.count { $0.time >= earliest } >= HazardLimits.confirmingVehicles
    }

    /// Twice as many vehicles, or half of the kind's validity gained: a push a sighting would drown the vehicles, and
    /// none at all would let the hazard expire on board while the validators still hold it.
    private var isWorthTelling: Bool {
        hazard.vehicles >= 2 * toldVehicles
            || hazard.expires >= toldExpires + hazard.kind.validityMilliseconds / 2
    }

    private mutating func tell(height: UInt64) {
        hazard.height = height
        toldVehicles = hazard.vehicles
        toldExpires = hazard.expires
    }
}
