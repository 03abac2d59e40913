import EventLoop
import Geography
import Telemetry
import Transport
import VehicleKit
import Wire

/// Vehicles that always have the same number of messages under way: a closed loop, which finds the committee's limit by itself.
actor LoadFleet: LoopBound {
    /// What the vehicles send.
    enum Kind {
        case reports
        case telemetry
    }

    nonisolated let loop: EventLoop
    private let vehicles: [Vehicle]
    private let news: FleetNews
    private let window: Int
    private var kind: Kind?
    private var timer: LoopTimer?

    /// How often vehicles look whether something has come back: a fraction of any latency that is measured here.
    private static let stepMilliseconds: UInt64 = 5

    init(identities: [VehicleIdentity], committee: CommitteeAccess, window: Int, seed: UInt64) {
        let news = FleetNews(loop: committee.loop)
        self.news = news
        self.window = window
        loop = committee.loop
        vehicles = news.vehicles(identities, committee, models: [], seed: seed)
    }

    func start() {
        for vehicle in vehicles { vehicle.assumeIsolated { $0.start() } }
        let timer = LoopTimer(loop: loop) { [weak self] in self?.assumeIsolated { $0.refill() } }
        timer.arm(everyMilliseconds: Self.stepMilliseconds)
        self.timer = timer
    }

    func stop() {
        timer?.disarm()
        for vehicle in vehicles { vehicle.assumeIsolated { $0.stop() } }
    }

    /// Sends this from now on, or nothing.
    func drive(_ kind: Kind?) {
        self.kind = kind
    }

    func forgetLatencies() { news.forgetLatencies() }

    var latencies: Percentiles { news.latencies }

    var counters: VehicleCounters {
        vehicles.reduce(VehicleCounters()) { sum, vehicle in sum + vehicle.assumeIsolated { $0.counters } }
    }

    private func refill() {
        let now = Timestamp(milliseconds: loop.wallMilliseconds)
        switch kind {
        case .reports: for (number, vehicle) in vehicles.enumerated() { refillReports(vehicle, number, now) }
        case .telemetry: for (number, vehicle) in vehicles.enumerated() { refillTelemetry(vehicle, number) }
        case nil: break
        }
    }

    private func refillReports(_ vehicle: Vehicle, _ number: Int, _ now: Timestamp) {
        let observation = Observation(
            kind: .obstacle, polarity: .seen, time: now, coordinate: Self.place(number), confidencePermille: 900)
        vehicle.assumeIsolated { vehicle in
            guard vehicle.isConnected else { return }
            while vehicle.waitingReports < window { vehicle.report([observation]) }
        }
    }

    private func refillTelemetry(_ vehicle: Vehicle, _ number: Int) {
        let reading = TelemetryReading(
            coordinate: Self.place(number), speedCentimetresPerSecond: 1000, headingCentidegrees: 0, showsPosition: true
        )
        vehicle.assumeIsolated { vehicle in
            guard vehicle.isConnected else { return }
            let counters = vehicle.counters
            let waiting = counters.telemetrySent - counters.telemetryAcknowledged - counters.telemetryRefused
            for _ in waiting..<max(waiting, UInt64(window)) { vehicle.send(reading) }
        }
    }

    /// Vehicles spread over a square of about ten kilometres, 110 m apart; with a step of 2, 220 m, which is more than a cell is wide.
    static func place(_ number: Int, step: Int = 1) -> Coordinate {
        let columns = 100 / step
        let (row, column) = (Double(number / columns * step), Double(number % columns * step))
        guard let place = Coordinate(latitude: 60.1 + row * 0.001, longitude: 24.9 + column * 0.002) else {
            preconditionFailure("a place near Helsinki")
        }
        return place
    }
}
