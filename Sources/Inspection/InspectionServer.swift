import Hummingbird
import HummingbirdCore
import Logging
import Replica
import Storage
import Telemetry

/// A validator's window for people and auditors, over HTTP: the explorer page, the log's files, a JSON API, live events, metrics, health.
///
/// It stands beside the validator and never inside it. What it knows comes three ways: from the log's files on disk, which anybody may
/// read; from a bounded stream of notices, of which it may miss some; and from two readings, metrics and status, that are there without
/// waiting. It calls nothing of the validator, runs on its own threads, and bounds whatever a client can make grow (`InspectionLimits`): so
/// no browser can delay a vote. Everything it serves is public, and there is nothing to write: only GET and HEAD are answered.
public struct InspectionServer: Sendable {
    private let configuration: InspectionConfiguration
    private let notices: AsyncStream<Notice>
    private let metrics: @Sendable () -> [MetricSample]
    private let status: @Sendable () -> StatusSnapshot
    private let map: InspectionMap?
    private let hub: Hub

    /// A server that does not listen yet. The explorer draws `map`; the readings are taken on each request, from any thread.
    public init(
        configuration: InspectionConfiguration, map: InspectionMap?, notices: AsyncStream<Notice>,
        metrics: @escaping @Sendable () -> [MetricSample], status: @escaping @Sendable () -> StatusSnapshot
    ) {
        self.configuration = configuration
        self.map = map
        self.notices = notices
        self.metrics = metrics
        self.status = status
        hub = Hub(hazards: configuration.hazards, learning: Self.learning(configuration))
    }

    /// How training stands when the server starts; later entries come as notices.
    private static func learning(_ configuration: InspectionConfiguration) -> [LearningState] {
        guard let index = configuration.index else { return [] }
        do throws(Rejection) {
            var states: [LearningState] = []
            for model in LearnedModel.allCases { states.append(try LearningState(model: model, in: index)) }
            return states
        } catch {
            configuration.logger.error("the index has no rounds to show", metadata: ["reason": "\(error.message)"])
            return []
        }
    }

    /// Listens until the task is cancelled or the notices end; throws where the address cannot be had. `whenBound` is told the port once it
    /// listens. Runs once.
    public func run(whenBound: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
        let application = application(whenBound: whenBound)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            group.addTask { await publishNotices() }
            group.addTask { try await beat() }
            // The first to end ends the others.
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func publishNotices() async {
        for await notice in notices { await hub.publish(notice, now: Self.now()) }
    }

    private func beat() async throws {
        while true {
            try await Task.sleep(for: .milliseconds(InspectionLimits.heartbeatMilliseconds))
            await hub.beat(now: Self.now())
        }
    }

    /// Milliseconds of a monotonic clock.
    private static func now() -> UInt64 {
        let elapsed = start.duration(to: .now)
        return UInt64(elapsed / .milliseconds(1))
    }

    private static let start = ContinuousClock.now
}

extension InspectionServer {
    private func application(
        whenBound: @escaping @Sendable (Int) async -> Void
    ) -> Application<RouterResponder<InspectionContext>> {
        // Hummingbird calls its own orderly end an error; what matters of it is thrown.
        var logger = configuration.logger
        logger.logLevel = .critical
        return Application(
            router: router(),
            server: .http1(configuration: .init(idleTimeout: .seconds(60))),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                availableConnectionsDelegate: MaximumAvailableConnections(InspectionLimits.connections)),
            onServerRunning: { await whenBound($0.localAddress?.port ?? 0) },
            logger: logger)
    }

    private func router() -> Router<InspectionContext> {
        let clock = LogClock(hub: hub, status: status)
        let files = LogFiles(source: DirectorySource(configuration.logDirectory))
        let router = Router(context: InspectionContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: EveryAnswer(logger: configuration.logger))
        files.addRoutes(to: router)
        HazardRoutes(map: map, clock: clock, trail: HazardTrail(files)).addRoutes(to: router)
        LogRoutes(files: files, clock: clock, index: configuration.index).addRoutes(to: router)
        EventRoutes(hub: hub, map: map, now: Self.now).addRoutes(to: router)
        OperationRoutes(configuration: configuration, hub: hub, metrics: metrics, status: status)
            .addRoutes(to: router)
        ExplorerRoutes().addRoutes(to: router)
        RoadRoutes(map).addRoutes(to: router)
        let models = VersionFiles(directory: configuration.modelsDirectory, logger: configuration.logger)
        models.addRoutes(to: router)
        ModelRoutes(index: configuration.index).addRoutes(to: router)
        SpeedRoutes(map: map, files: models, index: configuration.index, clock: clock).addRoutes(to: router)
        return router
    }
}
