import Consensus
import Cryptography
import Replica
import Storage

/// What a server gives a peer that is behind: history where the journal has it, else state and log.
extension Server {
    /// Answers with what is no longer in memory, read on the pool; or with offers of snapshots, where the journal no longer has it either.
    func serve(
        _ peer: ValidatorIndex, _ read: @escaping @Sendable (Stores) -> Result<PeerMessage?, StoresError>,
        then: @escaping @Sendable (isolated Server) -> Void = { _ in }
    ) {
        let stores = archive.stores
        loop.pool.run({ read(stores) }) { [self] answer in
            assumeIsolated { server in
                switch answer {
                case .success(let message?): server.send(.message(message), to: .one(peer))
                case .success(nil): break
                case .failure(.cutOff): server.offer(to: peer)
                case .failure(let reason): server.cannotServe(peer, reason)
                }
                then(server)
            }
        }
    }

    func offer(to peer: ValidatorIndex) {
        let known = offers.offers
        transfer(to: peer, { $0.offers(known: known) }) { (server, kept) in
            server.offers.replace(kept, at: server.loop.monotonicMilliseconds)
            let all = server.offers.all(with: kept)
            return all.isEmpty ? nil : .offers(all)
        }
    }

    /// Sends a piece of a snapshot, by its hash.
    func sendPiece(_ digest: Digest, to peer: ValidatorIndex) {
        if let piece = offers.parting(piece: digest) {
            return transfer(to: peer, { _ in .success(piece) }) { .piece($1) }
        }
        guard let (height, range) = offers.find(digest, at: loop.monotonicMilliseconds) else { return }
        transfer(to: peer, { $0.piece(range, of: height) }) { .piece($1) }
    }

    /// Sends a part of a model version's file, if it is here.
    func sendPart(_ request: FileRequest, to peer: ValidatorIndex) {
        let files = models.files
        transfer(to: peer, { _ in files.part(request) }) { $1.map(TransferMessage.filePart) }
    }

    /// Sends entries of the log.
    func sendPage(_ request: PageRequest, to peer: ValidatorIndex) {
        transfer(to: peer, { $0.page(request) }) { $1.map(TransferMessage.page) }
    }

    /// Reads on the pool and sends what comes of it; a few at a time for one peer.
    private func transfer<Found: Sendable>(
        to peer: ValidatorIndex, _ read: @escaping @Sendable (Stores) -> Result<Found, StoresError>,
        _ answer: @escaping @Sendable (isolated Server, Found) -> TransferMessage?
    ) {
        guard transfersUnderWay[peer, default: 0] < ServerLimits.transfersPerPeer else { return }
        transfersUnderWay[peer, default: 0] += 1
        let stores = archive.stores
        loop.pool.run({ read(stores) }) { [self] found in
            assumeIsolated { server in
                server.transfersUnderWay[peer, default: 0] -= 1
                switch found {
                case .success(let found):
                    if let message = answer(server, found) { server.send(.transfer(message), to: .one(peer)) }
                case .failure(let reason): server.cannotServe(peer, reason)
                }
            }
        }
    }

    private func cannotServe(_ peer: ValidatorIndex, _ reason: StoresError) {
        logger.warning("no history for \(configuration.names[peer]): \(reason)")
    }
}

extension ModelFiles {
    fileprivate func part(_ request: FileRequest) -> Result<FilePart?, StoresError> {
        guard request.offset < UInt64(Self.byteLimit) else { return .success(nil) }
        return Result.of { () throws(StoresError) in
            do throws(ModelFileError) {
                let bytes = try read(ReplicaLimits.pieceBytes, at: Int(request.offset), of: request.digest)
                return FilePart(request: request, bytes: bytes)
            } catch .missing {
                return nil
            } catch {
                throw .unreadable("\(error)")
            }
        }
    }
}
