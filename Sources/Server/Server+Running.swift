import Consensus
import Cryptography
import EventLoop
import Replica
import Storage
import Telemetry
import Transport
import Wire

/// What a running server has open.
struct Links {
    let mesh: PeerMesh
    let acceptors: [Acceptor]
    let deadline: LoopTimer
    let halfSecond: LoopTimer
    let writing: LoopTimer
    let retention: LoopTimer
}

/// Where a server is, to look at from any thread.
public struct ServerStatus: Sendable {
    /// The epoch that it takes part in.
    public var epoch: UInt64 = 0
    /// Consensus view.
    public var view: UInt64 = 0
    /// Blocks executed.
    public var height: UInt64 = 0
    /// The newest head that a quorum cosigned; nil before the first.
    public var head: Head?
    /// When the head last advanced, on the loop's monotonic clock.
    public var advancedAtMilliseconds: UInt64
    /// Vehicles' connections.
    public var sessions = 0
    /// Validators that are connected, this one not counted.
    public var peers = 0
}

/// Start and stop.
extension Server {
    /// Listens, connects to the other validators, and takes part.
    public func start() throws {
        precondition(links == nil, "a server is started once")
        let mesh = try openMesh()
        var acceptors: [Acceptor] = []
        if let address = configuration.listen.mqtt { acceptors.append(try accept(address, .plain)) }
        if let address = configuration.listen.mqtts {
            let context = try TLSContext(server: keys.tls, clients: .notAsked)
            acceptors.append(try accept(address, .tls(context)))
        }
        links = Links(
            mesh: mesh, acceptors: acceptors, deadline: timer { $0.takeTurn() },
            halfSecond: timer { $0.everyHalfSecond() },
            writing: timer { $0.write() }, retention: timer { $0.deleteWhatIsOld() })
        links?.halfSecond.arm(everyMilliseconds: 500)
        links?.writing.arm(everyMilliseconds: ServerLimits.writeIntervalMilliseconds)
        links?.retention.arm(everyMilliseconds: ServerLimits.retentionIntervalMilliseconds)
        for hazard in replica.activeHazards { gateway.publish(hazard, now: now) }
        if let end = replica.end { self.end(with: end, mark: successorMark) }
        if let decision = replica.decision { show(decision) }
        showDecisions()
        inbox.append(isBlank ? .startWithoutJournal : .start)
        loop.afterPoll { [self] in assumeIsolated { $0.takeTurn() } }
    }

    /// Tells vehicles to go elsewhere, writes what is executed, and closes everything.
    public func stop() async {
        guard !isStopping else { return }
        isStopping = true
        gateway.shutDown(now: now)
        links?.halfSecond.disarm()
        links?.writing.disarm()
        links?.retention.disarm()
        links?.deadline.disarm()
        for acceptor in links?.acceptors ?? [] { acceptor.close() }
        links?.mesh.stop()
        notices.finish()
        writeNow()
        while archive.isWriting {
            await withCheckedContinuation { writersWaiting.append($0) }
            writeNow()
        }
        // Whoever opens the folder next may be in the same process.
        journal.close()
        links = nil
    }

    private func openMesh() throws -> PeerMesh {
        guard let address = configuration.listen.peers else {
            throw ConfigurationError.invalid("listen.peers is missing: a validator listens to the others")
        }
        let endpoint = try Endpoint(address)
        let peers = PeerConfiguration(
            committee: configuration.replica.committee.chainID, epoch: configuration.replica.committee.epoch,
            index: configuration.replica.me, identity: keys.tls, peers: configuration.peers, listenHost: endpoint.host,
            listenPort: endpoint.port)
        return try PeerMesh(loop: loop, configuration: peers) { [self] event in
            assumeIsolated { $0.peerEvent(event) }
        }
    }

    private func accept(_ address: String, _ security: Connection.Security) throws -> Acceptor {
        let endpoint = try Endpoint(address)
        return try Acceptor(loop: loop, host: endpoint.host, port: endpoint.port, security: security) {
            [self] connection in assumeIsolated { $0.accepted(connection) }
        }
    }

    private func timer(_ body: @escaping @Sendable (isolated Server) -> Void) -> LoopTimer {
        LoopTimer(loop: loop) { [self] in assumeIsolated { body($0) } }
    }

    private func accepted(_ connection: Connection) {
        guard let session = gateway.open(connection, now: now) else { return connection.close() }
        connection.start { [self] event in assumeIsolated { $0.vehicleEvent(event, session) } }
    }

    private func vehicleEvent(_ event: Connection.Event, _ session: UInt64) {
        switch event {
        case .open: break
        case .received(let bytes):
            gateway.receive(bytes, from: session, now: now)
        case .drained: gateway.connectionDrained(session, now: now)
        case .closed: gateway.connectionEnded(session, now: now)
        }
    }

    // MARK: Now and then

    private func everyHalfSecond() {
        gateway.tick(now: now)
        pursueTakeover()
        showDecisions()
        metrics.value = samples()
        let before = status.value
        let head = replica.published?.head
        var current = ServerStatus(advancedAtMilliseconds: before.advancedAtMilliseconds)
        if head != before.head { current.advancedAtMilliseconds = loop.monotonicMilliseconds }
        current.epoch = replica.committeeEpoch
        current.view = replica.view
        current.height = replica.height
        current.head = head
        current.sessions = gateway.sessionCount
        current.peers = connectedPeers.count
        status.value = current
    }

    /// Writes executed blocks and the newest head, one job at a time.
    private func write() {
        if loop.monotonicMilliseconds >= writing.restsUntil { writeNow() }
    }

    private func writeNow() {
        guard let job = archive.takeJob(pinned: offers.pinned(at: loop.monotonicMilliseconds)) else { return }
        writing.beganAt = loop.monotonicMilliseconds
        loop.pool.run({ job.run() }) { [self] outcome in
            assumeIsolated { $0.wrote(outcome) }
        }
    }

    private func wrote(_ outcome: Result<TileStore, ArchiveError>) {
        switch outcome {
        case .success(let tiles):
            archive.finish(tiles)
            let took = loop.monotonicMilliseconds - writing.beganAt
            writing.restsUntil =
                loop.monotonicMilliseconds
                + min(took * ServerLimits.writeRestFactor, ServerLimits.writeRestMilliseconds)
            proveWaiting()
        case .failure(let error):
            // The journal has it all; a new start makes index and files again.
            giveUp("index or log cannot be written: \(error)")
        }
        resumeWriters()
    }

    /// A job has given the files back.
    func resumeWriters() {
        let waiting = writersWaiting
        writersWaiting = []
        for continuation in waiting { continuation.resume() }
    }
}
