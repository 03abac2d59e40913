import EventLoop
import Foundation
import Geography
import Hazards
import Server
import Transport
import Wire

/// Sessions that publish reports which were signed before: in a closed loop, where the next leaves when a PUBACK says that one is committed, or in an open
/// one, where so many leave in a second whatever comes back.
actor ReportClients: LoopBound, BenchClients {
    private struct Session {
        let window: Int
        let reports: SignedReports.Queue
        var next = 0
        /// What it may publish now, counted from its first report.
        var limit = 0
        var connection: Connection?
        var mqtt: MQTTClientSession
        /// When what is under way was published, by its packet's number.
        var sent: [UInt16: Double] = [:]
    }

    nonisolated let loop: EventLoop
    private var sessions: [Session]
    private(set) var acknowledged: UInt64 = 0
    private(set) var latencies = Percentiles()
    /// When the last report about a cell was due, and how long after that subscribers were warned of what two vehicles saw there.
    private var due: [Cell: Double] = [:]
    private(set) var warnings = Percentiles()
    /// An open loop's beginning, and how many reports have left since.
    private var flow: (start: Double, count: Int)?
    /// Why the run counts for nothing.
    private(set) var broken: String?

    /// What one session may have under way: the server's bound is 256.
    static let sessionWindow = 200

    /// Sessions for `reports`, a queue each, with `outstanding` reports under way together.
    init(_ reports: SignedReports, outstanding: Int, loop: EventLoop) {
        self.loop = loop
        let count = reports.queues.count
        sessions = reports.queues.enumerated().map { index, queue in
            let window = outstanding / count + (index < outstanding % count ? 1 : 0)
            var limits = MQTTLimits()
            limits.unacknowledgedOutgoing = Self.sessionWindow
            let settings = MQTTClientSettings(clientID: "bench-\(index)", limits: limits)
            return Session(window: window, reports: queue, mqtt: MQTTClientSession(settings))
        }
    }

    /// Opens all sessions, one validator after the other.
    func connect(to doors: [Endpoint]) {
        for index in sessions.indices {
            let door = doors[index % doors.count]
            let connection = Connection.dial(loop: loop, host: door.host, port: door.port, security: .plain)
            sessions[index].connection = connection
            connection.start { [self] event in assumeIsolated { $0.hear(event, of: index) } }
        }
    }

    var isConnected: Bool { sessions.allSatisfy(\.mqtt.isConnected) }
    var isDrained: Bool { sessions.allSatisfy(\.sent.isEmpty) }

    /// Publishes every vehicle's first report.
    func introduce() {
        for index in sessions.indices { publish(sessions[index].reports.introductions, over: index) }
    }

    /// Keeps the windows full from now on, or publishes no more.
    func drive(_ isSending: Bool) {
        for index in sessions.indices { publish(isSending ? .max : 0, over: index) }
    }

    /// Publishes all that there are, as the windows allow.
    func publishAll() {
        for index in sessions.indices { publish(sessions[index].reports.envelopes.count, over: index) }
    }

    /// Ends the sessions.
    func close() {
        for session in sessions { session.connection?.close() }
    }

    /// Publishes what has become due of an even flow of `rate` reports a second; to be called again and again. A report's time counts from when it
    /// was due, so that one that had to wait for its turn is not flattered.
    func keepUp(rate: Int) {
        var flow = self.flow ?? (start: Self.milliseconds, count: 0)
        while broken == nil, flow.start + Double(flow.count) * 1000 / Double(rate) <= Self.milliseconds {
            let index = flow.count % sessions.count
            sessions[index].limit = sessions[index].next + 1
            let before = sessions[index].next
            fill(index, due: flow.start + Double(flow.count) * 1000 / Double(rate))
            if sessions[index].next == before { broken = broken ?? "the flow is too much: a session's window is full" }
            flow.count += 1
        }
        self.flow = flow
    }

    private func publish(_ limit: Int, over index: Int) {
        sessions[index].limit = limit
        fill(index)
    }

    func forgetLatencies() {
        latencies = Percentiles()
        warnings = Percentiles()
    }

    /// Has one session a door follow all hazards, for the warnings.
    func follow(over doors: Int) {
        for index in 0..<doors {
            let topic = MQTTSubscribe.Topic(filter: "\(HazardTopic.root)/#", qos: .atMostOnce)
            guard let asked = sessions[index].mqtt.subscribe([topic], now: now) else {
                broken = broken ?? "session \(index) cannot subscribe"
                return
            }
            perform(asked.actions, of: index)
        }
    }

    private func hear(_ message: MQTTMessage) {
        guard !message.payload.isEmpty, let hazard = try? Hazard(decoding: message.payload),
            hazard.state == .provisional, let since = due.removeValue(forKey: hazard.cell)
        else { return }
        warnings.add(Self.milliseconds - since)
    }

    private func hear(_ event: Connection.Event, of index: Int) {
        switch event {
        case .open: perform(sessions[index].mqtt.start(now: now), of: index)
        case .received(let bytes):
            perform(sessions[index].mqtt.receive(bytes, now: now), of: index)
            fill(index)
        case .drained: break
        case .closed(let reason): broken = broken ?? "session \(index) is gone: \(reason)"
        }
    }

    private func perform(_ actions: [MQTTClientSession.Action], of index: Int) {
        for action in actions {
            switch action {
            case .send(let bytes): sessions[index].connection?.send(bytes)
            case .acknowledged(let packet, let reason, let text): take(packet, reason, text, of: index)
            case .close(let reason): broken = broken ?? "session \(index) ends: \(reason)"
            case .message(let message): hear(message)
            case .connected, .subscribed, .unsubscribed: break
            }
        }
    }

    private func take(_ packet: UInt16, _ reason: MQTTReason, _ text: String?, of index: Int) {
        guard !reason.isFailure, let time = sessions[index].sent.removeValue(forKey: packet) else {
            broken = broken ?? "session \(index): a report was refused: \(text ?? "\(reason)")"
            return
        }
        acknowledged += 1
        latencies.add(Self.milliseconds - time)
    }

    private func fill(_ index: Int, due: Double? = nil) {
        guard broken == nil else { return }
        while sessions[index].next < sessions[index].limit, sessions[index].sent.count < sessions[index].window,
            sessions[index].mqtt.canPublish
        {
            let queue = sessions[index].reports
            if !queue.cells.isEmpty, sessions[index].next < queue.cells.count {
                self.due[queue.cells[sessions[index].next]] = due ?? Self.milliseconds
            }
            guard let report = nextReport(of: index) else { return }
            let published = sessions[index].mqtt.publishAcknowledged(
                topic: "waymark/v1/reports", payload: report, now: now)
            guard let published else { return }
            sessions[index].sent[published.packetID] = due ?? Self.milliseconds
            perform(published.actions, of: index)
        }
    }

    private func nextReport(of index: Int) -> [UInt8]? {
        guard sessions[index].next < sessions[index].reports.envelopes.count else {
            broken = broken ?? "there are too few reports: sign more with --rate"
            return nil
        }
        defer { sessions[index].next += 1 }
        return sessions[index].reports.envelopes[sessions[index].next]
    }

    private var now: Instant { Instant(milliseconds: loop.monotonicMilliseconds) }

    private static var milliseconds: Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e6 }
}
