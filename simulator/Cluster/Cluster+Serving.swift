import Consensus
import Models
import Replica

/// What a process answers to those who are behind, from its stores; and how it gathers a state when others have cut off what it lacks.
extension Cluster {
    /// How long a piece may take before another is asked for it, in milliseconds.
    private static let patience: UInt64 = 1000

    mutating func serve(_ request: HistoryRequest, to peer: ValidatorIndex, by index: Int) {
        let closing = processes[index].closings[request.epoch]
        if let closing, closing.firstHeight == request.height {
            return send(.historyBatch(closing), to: .one(peer), from: index)
        }
        let stored = processes[index].blocks.drop { $0.height < request.height }
            .prefix { $0.block.header.epoch == request.epoch }
        guard stored.first?.height == request.height else { return offer(to: peer, by: index) }
        if let closing, stored.last?.height == closing.firstHeight,
            let whole = closing.preceded(by: stored.dropLast().map(\.block))
        {
            return send(.historyBatch(whole), to: .one(peer), from: index)
        }
        guard let batch = HistoryBatch(of: stored.map { ($0.block, $0.certificate) }) else { return }
        send(.historyBatch(batch), to: .one(peer), from: index)
    }

    mutating func serve(_ request: CarRequest, to peer: ValidatorIndex, by index: Int) {
        let cars = processes[index].blocks.flatMap { $0.cars + $0.voidCars }.filter { $0.lane == request.lane }
        let byHash = Dictionary(cars.map { ($0.hash, $0) }) { first, _ in first }
        guard let batch = CarBatch(answering: request, find: { byHash[$0] }) else { return offer(to: peer, by: index) }
        send(.carBatch(batch), to: .one(peer), from: index)
    }

    mutating func offer(to peer: ValidatorIndex, by index: Int) {
        let offers = images(of: index).compactMap { SnapshotOffer(height: $0.height, image: $0.bytes) }
        if !offers.isEmpty { send(.offers(offers), to: peer, from: index) }
    }

    /// What is on the disk, and before it what is in none. A liar's have a byte changed, and it says of them what is true of those.
    private func images(of index: Int) -> [(height: UInt64, bytes: [UInt8])] {
        let images = parting(of: index) + processes[index].disk.images
        guard !processes[index].isHonest else { return images }
        return images.map { height, bytes in
            var bytes = bytes
            bytes[bytes.count / 2] ^= 1
            return (height + 1, bytes)
        }
    }

    /// What an epoch begins with that the process has no part in, once its own is over.
    private func parting(of index: Int) -> [(height: UInt64, bytes: [UInt8])] {
        guard let state = processes[index].replica.end?.beginning, !takesPart(index, in: state.committee.epoch) else {
            return []
        }
        return [(state.height, state.encoded())]
    }

    // MARK: Gathering

    mutating func take(_ message: TransferMessage, from sender: ValidatorIndex, at index: Int) {
        switch message {
        case .offers(let offers):
            processes[index].transfer.take(offers, from: sender, above: processes[index].replica.height)
            askForPieces(index)
        case .pieceRequest(let digest):
            for (height, bytes) in images(of: index) {
                guard let range = SnapshotOffer(height: height, image: bytes)?.range(of: digest) else { continue }
                return send(.piece(Array(bytes[range])), to: sender, from: index)
            }
        case .piece(let bytes):
            processes[index].transfer.take(piece: bytes)
            if let image = processes[index].transfer.image { adopt(image, at: index) }
        case .pageRequest, .page, .fileRequest, .filePart: break
        }
    }

    mutating func askForPieces(_ index: Int) {
        let instant = processes[index].clock.moment(at: now).instant
        let requests = processes[index].transfer.takeRequests(at: instant, period: Self.patience)
        for (digest, peer) in requests { send(.pieceRequest(digest), to: peer, from: index) }
        guard processes[index].transfer.nextDeadline != nil else { return }
        agenda.add(.askForPieces(index, life: processes[index].life), at: now + Self.patience + 100)
    }

    private mutating func adopt(_ image: [UInt8], at index: Int) {
        processes[index].transfer.reset()
        guard let state = try? Snapshot(decoding: image, for: processes[index].replica.configuration) else {
            if processes[index].isHonest { oracle.report("validator \(processes[index].validator) is given no state") }
            return
        }
        guard state.height > processes[index].replica.height, state.committee.epoch >= processes[index].epoch else {
            return
        }
        counts.adoptions += 1
        trace.note("goes on from the others' state of height \(state.height)", of: index, at: now)
        if processes[index].isHonest { oracle.see(snapshot: image, height: state.height) }
        if state.committee.epoch == processes[index].epoch { processes[index].disk.adopt(image, height: state.height) }
        processes[index].blocks = []
        processes[index].inbox.append(.adopt(state))
    }
}
