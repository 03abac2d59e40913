import ArgumentParser
import EventLoop
import Foundation
import Inspection
import Logging
import Replica
import Server

/// A validator: the server on its loop, and beside it the pages for people on threads of their own.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run a validator.",
        discussion: """
            Without --config a committee of one is made in ./waymark-node at the first start: a useful node that anyone can
            report to, whose log anyone can audit. With --config it takes its part in the committee of that file.
            Ends cleanly on SIGINT and SIGTERM.

            A validator whose journal is lost, damaged or older than what it has said must not vote as if nothing had happened. --rejoin sets
            journal, index and log aside; at the start the others tell what this validator said before, it stays silent in those views,
            and its lane begins anew. It needs a quorum of the others.
            """)

    @Option(help: "The validator's configuration file (validator.json5).") var config: String?
    @Flag(help: "Set a lost or damaged journal aside and learn everything from the others.") var rejoin = false
    @Option(help: "debug, info, warning or error.") var logLevel: Logger.Level = .info

    func run() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        let path = try config ?? Self.singleNode()
        let configuration = try ServerConfiguration(path: path)
        let configured = try CommitteeFile(path: configuration.committee)
        let map = try configuration.map.map { try MapFile(path: $0) }
        try check(map, configured)

        var logger = Logger(label: configuration.validator)
        logger.logLevel = logLevel
        if rejoin { try setAside(configuration, configured, logger) }
        // Each time around is an epoch.
        while try await takePart(configuration, configured, map, logger) {}
        logger.info("\(configuration.validator) has ended")
    }

    /// Takes part in the newest epoch that it can begin, until that is over: true where it goes on in the next.
    private func takePart(
        _ configuration: ServerConfiguration, _ configured: CommitteeFile, _ map: MapFile?, _ logger: Logger
    ) async throws -> Bool {
        let committees = try EpochFolder(data: configuration.data).committees(from: configured)
        for committee in committees.dropLast() {
            do {
                return try await takePart(in: committee, configuration, map, logger)
            } catch is BeginningMissing {
                logger.notice("epoch \(committee.epoch) cannot be begun: the journal is replayed from an earlier one")
            }
        }
        return try await takePart(in: committees[committees.count - 1], configuration, map, logger)
    }

    private func takePart(
        in committee: CommitteeFile, _ configuration: ServerConfiguration, _ map: MapFile?, _ logger: Logger
    ) async throws -> Bool {
        let member = committee.validators.first { $0.name == configuration.validator }
        let keys = try ValidatorKeys.load(from: configuration.keys, for: member)
        let validator = try Validator(configuration, committee: committee, keys: keys)
        let loop = try EventLoop.spawn(name: "server")
        let server: Server
        do {
            server = try Server(validator, keys: keys, data: configuration.data, loop: loop, logger: logger)
        } catch {
            loop.stop()
            await loop.waitUntilStopped()
            throw error
        }
        let epochs = EpochFolder(data: configuration.data)
        try epochs.show(policyOf: committee)
        try await server.start()
        logger.info("\(configuration.validator) of \(committee.origin) is up in epoch \(committee.epoch)")
        let next = try await serve(server, configuration, committee, map, logger)
        await server.stop()
        loop.stop()
        await loop.waitUntilStopped()
        if let next { try epochs.keep(next) }
        return next != nil
    }

    private func setAside(
        _ configuration: ServerConfiguration, _ committee: CommitteeFile, _ logger: Logger
    ) throws {
        guard committee.validators.count > 1 else {
            throw ConfigurationError.invalid("--rejoin: there are no others to learn from in a committee of one")
        }
        let aside = try DataFolder(configuration.data).setAside(at: Date())
        logger.notice("\(aside.map { "journal, index and log are in \($0)" } ?? "there was nothing to set aside")")
    }

    /// Serves people until a signal comes, or the epoch is over and the validator has a part in the next: then the committee of that.
    private func serve(
        _ server: Server, _ configuration: ServerConfiguration, _ committee: CommitteeFile, _ map: MapFile?,
        _ logger: Logger
    ) async throws -> CommitteeFile? {
        try await withThrowingTaskGroup(of: CommitteeFile?.self) { group in
            if let address = configuration.listen.http {
                let page = try await inspection(server, configuration, committee, map, try Endpoint(address), logger)
                group.addTask {
                    try await page.run { port in logger.info("page on port \(port)") }
                    return nil
                }
            }
            group.addTask {
                await Interruption.wait(on: server.loop)
                return nil
            }
            group.addTask { try await successor(of: committee, server, configuration, logger) }
            let next = try await group.next() ?? nil
            group.cancelAll()
            return next
        }
    }

    /// Waits for the epoch's end. Who has no part in the next stays to tell the others that this one is over, until a signal comes.
    private func successor(
        of committee: CommitteeFile, _ server: Server, _ configuration: ServerConfiguration, _ logger: Logger
    ) async throws -> CommitteeFile? {
        for await end in server.ended {
            try EpochFolder(data: configuration.data).keep(end)
            let next = committee.succeeded(by: end.decision.change)
            if next.validators.contains(where: { $0.name == configuration.validator }) { return next }
            logger.notice(
                "\(configuration.validator) has no part in epoch \(next.epoch): stop it once the others are in that epoch"
            )
            await server.retire()
        }
        await Interruption.wait(on: server.loop)
        return nil
    }

    private func inspection(
        _ server: Server, _ configuration: ServerConfiguration, _ committee: CommitteeFile, _ map: MapFile?,
        _ endpoint: Endpoint, _ logger: Logger
    ) async throws -> InspectionServer {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let settings = InspectionConfiguration(
            host: endpoint.host, port: Int(endpoint.port), logDirectory: "\(configuration.data)/log",
            index: server.index, modelsDirectory: "\(configuration.data)/models", title: committee.origin,
            validator: configuration.validator,
            committeeSize: committee.validators.count, origin: committee.origin, committee: try committee.json(),
            policy: try committee.policy().text, hazards: await server.activeHazards, logger: quiet)
        let (metrics, status) = (server.metrics, server.status)
        return InspectionServer(
            configuration: settings, map: map.map { InspectionMap(network: $0.network, digest: $0.digest) },
            notices: server.watched, metrics: { metrics.value }, status: { StatusSnapshot(status.value) })
    }

    private func check(_ map: MapFile?, _ committee: CommitteeFile) throws {
        guard let map, let agreed = committee.map else { return }
        guard "\(map.digest)" == agreed.digest.lowercased(), map.network.edgeCount == Int(agreed.segments) else {
            throw Failure("\(map.path) is not the committee's map: its digest is \(map.digest), not \(agreed.digest)")
        }
    }

    /// The configuration of a committee of one, made where it is missing.
    private static func singleNode() throws -> String {
        let folder = CommitteeFolder(path: "waymark-node")
        if !FileManager.default.fileExists(atPath: folder.committeePath) {
            _ = try folder.create(.init(origin: "waymark.local/node", validators: 1))
            Terminal.write("waymark: made a committee of one in \(folder.path); its page is http://127.0.0.1:8080/\n")
        }
        return folder.configurationPath(0)
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

/// Waits for Ctrl-C or an operator's wish to end.
enum Interruption {
    static func wait(on loop: EventLoop) async {
        let (signals, continuation) = AsyncStream<Void>.makeStream()
        loop.execute {
            for signal in [SignalWatch.Signal.interrupt, .terminate] {
                _ = try? SignalWatch.watch(signal, on: loop) { continuation.yield() }
            }
        }
        for await _ in signals { return }
    }
}

extension StatusSnapshot {
    init(_ status: ServerStatus) {
        self.init(
            epoch: status.epoch, view: status.view, height: status.height, size: status.head?.size ?? 0,
            root: status.head?.root ?? .zero,
            logTime: status.head?.time ?? .init(milliseconds: 0),
            millisecondsSinceAdvance: EventLoop.monotonicMilliseconds - status.advancedAtMilliseconds,
            vehicles: status.sessions, peers: status.peers)
    }
}
