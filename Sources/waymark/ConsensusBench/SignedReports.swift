import Cryptography
import Geography
import Telemetry
import VehicleKit
import Wire

/// Reports that were signed before the clock starts, in envelopes as vehicles publish them.
struct SignedReports {
    /// What one session publishes, in order. A vehicle speaks over one session only.
    struct Queue {
        var envelopes: [[UInt8]] = []
        /// The cell that each is about, where vehicles report in pairs.
        var cells: [Cell] = []
        /// The first so many show their vehicles' certificates; those that follow rest on their acknowledgements.
        var introductions = 0
    }

    let queues: [Queue]

    /// A vehicle may commit `ReplicaLimits.reportRate`, a burst of 100 at once: so many reports has each.
    static let perVehicle = 100

    /// `count` reports of as many vehicles as that takes, each with so many observations, signed now: a car takes them for 30 s. In pairs, each
    /// report is about a place of its own that another vehicle of the same session reports, too.
    init(_ count: Int, observations: Int, inPairs: Bool = false, sessions: Int, authority: EnrolmentAuthority) {
        var queues = Array(repeating: Queue(), count: sessions)
        let now = Timestamp.now()
        let vehicles = (0..<(count + Self.perVehicle - 1) / Self.perVehicle).map { number in
            queues[number % sessions].introductions += 1
            return (
                authority.enrol(.generate(), from: now, days: 1), Self.sightings(observations, by: number, at: now)
            )
        }
        for sequence in 1...UInt64(Self.perVehicle) {
            for (number, (vehicle, sightings)) in vehicles.enumerated() {
                let session = number % sessions
                var sightings = sightings
                if inPairs {
                    let pair = number / (2 * sessions) * sessions + session
                    sightings = Self.sightings(1, by: pair * Self.perVehicle + Int(sequence), step: 2, at: now)
                    queues[session].cells += sightings.map(\.cell)
                }
                queues[session].envelopes.append(Self.envelope(sequence, sightings, by: vehicle, at: now))
            }
        }
        self.queues = queues
    }

    private static func sightings(
        _ count: Int, by vehicle: Int, step: Int = 1, at time: Timestamp
    ) -> [Observation] {
        (0..<count).map { index in
            Observation(
                kind: .obstacle, polarity: .seen, time: time,
                coordinate: LoadFleet.place(vehicle * count + index, step: step), confidencePermille: 900)
        }
    }

    private static func envelope(
        _ sequence: UInt64, _ sightings: [Observation], by vehicle: VehicleIdentity, at time: Timestamp
    ) -> [UInt8] {
        let report = Report(
            certificateDigest: vehicle.certificateDigest, sequence: sequence, time: time,
            salt: SecureRandom.bytes(TelemetryLimits.saltBytes), mapDigest: nil, observations: sightings)
        return report.signed(by: vehicle.key, chain: vehicle.chain)
            .envelope(certificate: sequence == 1 ? vehicle.certificate : nil)
    }
}
