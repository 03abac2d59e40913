import Hummingbird
import Replica

/// What operators and auditors ask first: `/metrics`, `/healthz`, `/api/v1/status`, `/api/v1/committee`, `/log.policy`.
struct OperationRoutes: Sendable {
    let configuration: InspectionConfiguration
    let hub: Hub
    let metrics: @Sendable () -> [MetricSample]
    let status: @Sendable () -> StatusSnapshot

    struct HealthBody: Encodable {
        var healthy: Bool
        var reason: String?
        var height: UInt64
    }

    struct StatusBody: Encodable {
        var title: String
        var origin: String
        var validator: String
        var committeeSize: Int
        var epoch: UInt64
        var view: UInt64
        var height: UInt64
        var size: UInt64
        var root: String
        var logTimeMs: UInt64
        var millisecondsSinceAdvance: UInt64
        var vehicles: Int
        var peers: Int
        var healthy: Bool
    }

    func addRoutes(to router: Router<InspectionContext>) {
        router.get("/metrics") { _, _ in await metricsAnswer() }
        router.get("/healthz") { _, _ in try healthAnswer() }
        router.get("/api/v1/status") { _, _ in try statusAnswer() }
        router.get("/api/v1/committee") { _, _ in
            guard let committee = configuration.committee else { throw Rejection.notFound }
            return Response.bytes(committee, type: "application/json; charset=utf-8")
        }
        router.get("/log.policy") { _, _ in
            guard let policy = configuration.policy else { throw Rejection.notFound }
            return Response.bytes(Array(policy.utf8), type: "text/plain; charset=utf-8")
        }
    }

    private func metricsAnswer() async -> Response {
        .bytes(Array(MetricsText(metrics() + (await ownMetrics())).text.utf8), type: MetricsText.contentType)
    }

    private func ownMetrics() async -> [MetricSample] {
        [
            MetricSample(
                "waymark_inspection_watchers", help: "Pages that follow /events.", kind: .gauge,
                value: Double(await hub.watcherCount)),
            MetricSample(
                "waymark_inspection_watchers_refused_total", help: "Pages that were not let in for want of room.",
                kind: .counter, value: Double(await hub.watchersRefused)),
            MetricSample(
                "waymark_inspection_notices_total", help: "Notices taken from the validator.", kind: .counter,
                value: Double(await hub.noticesTaken)),
        ]
    }

    private func healthAnswer() throws -> Response {
        let status = status()
        let complaint = status.complaint
        let body = HealthBody(healthy: complaint == nil, reason: complaint, height: status.height)
        return try .json(body, status: complaint == nil ? .ok : .serviceUnavailable)
    }

    private func statusAnswer() throws -> Response {
        let status = status()
        return try .json(
            StatusBody(
                title: configuration.title, origin: configuration.origin, validator: configuration.validator,
                committeeSize: configuration.committeeSize, epoch: status.epoch, view: status.view,
                height: status.height,
                size: status.size, root: status.root.description, logTimeMs: status.logTime.milliseconds,
                millisecondsSinceAdvance: status.millisecondsSinceAdvance, vehicles: status.vehicles,
                peers: status.peers, healthy: status.complaint == nil))
    }
}
