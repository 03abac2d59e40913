import Consensus
import Cryptography
import Hazards
import Replica
import Storage
import Telemetry
import TransparencyLog

/// Going on from the others' state, when their journals do not reach back to where this validator is.
extension Server {
    /// Takes a peer's message about state or log: a request, or something that was asked for.
    func take(_ message: TransferMessage, from peer: ValidatorIndex) {
        switch message {
        case .offers(let offers):
            takeover.take(offers, from: peer, above: replica.height)
        case .pieceRequest(let digest):
            return sendPiece(digest, to: peer)
        case .pageRequest(let request):
            return sendPage(request, to: peer)
        case .fileRequest(let request):
            return sendPart(request, to: peer)
        case .piece(let bytes):
            takeover.take(piece: bytes)
        case .page(let page):
            takeover.take(page)
        case .filePart(let part):
            if let file = takeover.take(part) { return keep(file: file) }
        }
        pursueTakeover()
    }

    /// Does the next step that can be done now; called when something came, and now and then.
    func pursueTakeover() {
        guard !isStopping, !takeover.isWorking else { return }
        if let target = takeover.target {
            // History may have come after all.
            if target.state.height <= replica.height { return takeover.reset() }
            if goOnWithLog(to: target) { return }
            if let state = takeover.handOver(whileActive: replica.activeHazards) {
                inbox.append(.adopt(state))
                return
            }
        } else if let image = takeover.transfer.image {
            return readImage(image)
        }
        let instant = loop.monotonicMilliseconds
        for (piece, peer) in takeover.pieceRequests(at: instant) {
            send(.transfer(.pieceRequest(piece)), to: .one(peer))
        }
        for (request, peer) in takeover.fileRequests(at: instant) {
            send(.transfer(.fileRequest(request)), to: .one(peer))
        }
        askForPages()
    }

    private func readImage(_ image: [UInt8]) {
        let (configuration, models) = (configuration.replica, models)
        takeover.isWorking = true
        loop.pool.run({ Takeover.Target.read(image, configuration, models) }) { [self] target in
            assumeIsolated { server in
                server.takeover.isWorking = false
                switch target {
                case .success(let target):
                    server.logger.info("takes over the others' state after block \(target.state.height)")
                    server.takeover.begin(target)
                case .failure(let reason):
                    // Of f + 1 one is honest, so this validator's own files are not those of the committee.
                    server.logger.error("the others' state cannot be read: \(reason)")
                    server.takeover.reset()
                }
                server.pursueTakeover()
            }
        }
    }

    /// Writes the pages that are here, as soon as nothing else is to be written. Whether a job has begun.
    private func goOnWithLog(to target: Takeover.Target) -> Bool {
        if takeover.rebuild.map({ $0.size < replica.tree.size }) ?? true {
            // Files and index must be where the replica is.
            guard !archive.isBehind else { return false }
            takeover.rebuild = LogRebuild(after: replica)
        }
        guard !archive.isBehind, let rebuild = takeover.rebuild else { return false }
        let pages = takeover.takePages()
        guard !pages.isEmpty, let tiles = archive.lend() else { return false }
        let job = PagesJob(
            tiles: tiles, index: archive.stores.index, rebuild: rebuild, pages: pages, state: target.state)
        takeover.isWorking = true
        loop.pool.run({ job.run() }) { [self] outcome in
            assumeIsolated { $0.wrotePages(outcome) }
        }
        askForPages()
        return true
    }

    private func askForPages() {
        for (request, peer) in takeover.pageRequests(at: loop.monotonicMilliseconds) {
            send(.transfer(.pageRequest(request)), to: .one(peer))
        }
    }

    private func wrotePages(_ outcome: Result<PagesJob.Outcome, ArchiveError>) {
        takeover.isWorking = false
        switch outcome {
        case .success(let outcome):
            archive.finish(outcome.tiles)
            takeover.rebuild = outcome.rebuild
        case .failure(let error):
            giveUp("index or log cannot be written: \(error)")
        }
        resumeWriters()
        pursueTakeover()
    }

    private func keep(file: [UInt8]) {
        let files = models.files
        loop.pool.run({ Result { try files.write(file) } }) { [self] written in
            assumeIsolated { server in
                if case .failure(let reason) = written { server.logger.error("a version's file is missing: \(reason)") }
                server.pursueTakeover()
            }
        }
    }

    /// The replica has gone on: vehicles are told what is so now, and what no longer is.
    func adopted(_ head: Head, hazardsBefore: [Hazard]) {
        logger.info("goes on after block \(head.height), whose state the others vouch for")
        let active = replica.activeHazards
        let names = Set(active.map(\.id))
        for var hazard in hazardsBefore where !names.contains(hazard.id) {
            hazard.state = .cleared
            gateway.publish(hazard, now: now)
            notices.yield(.hazard(hazard))
        }
        for hazard in active {
            gateway.publish(hazard, now: now)
            notices.yield(.hazard(hazard))
        }
        let ended = board.rounds
        do {
            board = try LearningBoard(index, models: configuration.replica.terms.learning.models)
        } catch {
            giveUp("the index cannot be read: \(error)")
        }
        for model in ended.keys where board.rounds[model] == nil {
            gateway.retain(Topics.round(model), [], now: now)
        }
        announce()
    }
}

extension Takeover.Target {
    fileprivate static func read(
        _ image: [UInt8], _ configuration: ReplicaConfiguration, _ models: ModelWork
    ) -> Result<Self, any Error> {
        Result {
            let state = try Snapshot(decoding: image, for: configuration)
            guard state.committee.epoch >= configuration.committee.epoch else {
                throw StoresError.unreadable("it is of epoch \(state.committee.epoch), which is over")
            }
            let replica = Replica(configuration, after: state)
            let versions =
                LearnedModel.allCases.compactMap { replica.currentVersion(of: $0) }
                + replica.openJobs.map(\.opened.baseVersion)
            return Self(state: state, image: image, missing: Set(versions).filter { !models.has($0) }.sorted())
        }
    }
}
